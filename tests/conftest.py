"""Fixtures that every room's tests may use."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot, DovecotUser, is_installed, running_dovecot

# Set where Dovecot has to be there, so that "skipped" cannot hide that it is not.
REQUIRE_DOVECOT = "TUIMAIL_REQUIRE_DOVECOT"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot server, one for each test process."""
    if not is_installed():
        if os.environ.get(REQUIRE_DOVECOT):
            pytest.fail(f"{REQUIRE_DOVECOT} is set and Dovecot is not installed")
        pytest.skip("Dovecot is not installed")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot_user(dovecot: Dovecot) -> DovecotUser:
    """A fresh, empty mailbox on the Dovecot server."""
    return dovecot.user(f"user{next(_numbers)}")


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """Real test messages of other projects; skipped where there are none."""
    named = os.environ.get("TUIMAIL_MAILS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "mails"
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix in _MESSAGE_SUFFIXES)
    if not files:
        pytest.skip("no corpus of messages: name its folder in TUIMAIL_MAILS")
    return files


_MESSAGE_SUFFIXES = frozenset({".eml", ".txt", ".msg", ".crlf", ".mime", ""})
