"""Fixtures that every room's tests may use."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.mail_files import mail_files
from tests.servers.cyrus import Cyrus, running_cyrus, unpacked_at
from tests.servers.dovecot import Dovecot, DovecotUser, is_installed, running_dovecot
from tests.servers.terminal import Tmux, has_tmux
from tests.system import can_mount, can_trace

# Set where every program has to be there, so that "skipped" cannot hide that one is not.
REQUIRE_PROGRAMS = "TUIMAIL_REQUIRE_PROGRAMS"

# Hypothesis fails what takes over 0.2 s, which says more of a busy machine than of the code.
# Derandomized: what a run finds depends on the change it tests, not on its luck.
settings.register_profile("tuimail", deadline=None, derandomize=True)
settings.load_profile("tuimail")

# So that a screen that is another than the golden one is shown beside it.
pytest.register_assert_rewrite("tests.tui.driving")

# What a script runs in the background ignores these, and hands that on to all that it starts; here
# they are sent to programs that shall end by them.
for _ignored, _handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_ignored) is signal.SIG_IGN:
        signal.signal(_ignored, _handler)

_numbers = itertools.count(1)


def _skip_without(program: str, *, usable: bool, hint: str = "it is not installed") -> None:
    if usable:
        return
    if os.environ.get(REQUIRE_PROGRAMS):
        pytest.fail(f"{REQUIRE_PROGRAMS} is set and {program} cannot be used: {hint}")
    pytest.skip(f"{program} cannot be used: {hint}")


@pytest.fixture(scope="session")
def tmux() -> type[Tmux]:
    """What starts a command in a tmux."""
    _skip_without("tmux", usable=has_tmux())
    return Tmux


@pytest.fixture(scope="session")
def strace() -> None:
    """For tests that look at system calls, or make them fail."""
    _skip_without("strace", usable=can_trace(), hint="it is not installed, or may not trace")


@pytest.fixture(scope="session")
def unshare() -> None:
    """For tests that mount a file system which no other process sees."""
    _skip_without("unshare", usable=can_mount(), hint="it is not installed, or may not mount")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot server, one for each test process."""
    _skip_without("Dovecot", usable=is_installed())
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot_user(dovecot: Dovecot) -> DovecotUser:
    """A fresh, empty mailbox on the Dovecot server."""
    return dovecot.user(f"user{next(_numbers)}")


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Cyrus]:
    """A Cyrus server, one for each test process; skipped where it was not unpacked."""
    prefix = unpacked_at()
    _skip_without(
        "Cyrus",
        usable=prefix is not None,
        hint="it is not unpacked anywhere; name the folder in TUIMAIL_CYRUS",
    )
    assert prefix is not None
    with running_cyrus(prefix) as server:
        yield server


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """Real test messages of other projects; skipped where there are none."""
    named = os.environ.get("TUIMAIL_MAILS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "mails"
    files = mail_files([folder]) if folder.is_dir() else []
    if not files:
        pytest.skip("no corpus of messages: name its folder in TUIMAIL_MAILS")
    return files
