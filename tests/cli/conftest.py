"""Two mailboxes on four kinds of server."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial

import pytest

from tests.bench.mailboxes import Sample, append_messages, varied_messages
from tests.cli.command import url
from tests.servers.archive import RecordingServer
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import PASSWORD, Dovecot
from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.server import CAPABILITIES

POOR = ("IMAP4rev1",)
"""What a server offers that offers nothing."""

SERVERS = ("dovecot", "archive", "poor", "cyrus")

Serve = Callable[[str, str], "Served"]


@dataclass(frozen=True)
class Served:
    """A server that holds a mailbox."""

    kind: str
    """One of SERVERS."""
    port: int
    user: str
    password: str
    mailbox: Mailbox
    """What was put there."""

    @property
    def url(self) -> str:
        return url(self.port, self.user)


@cache
def large_mailbox() -> Mailbox:
    """1,000 messages, dated in another order than they came, and 60 folders of all names."""
    samples = list(varied_messages(1_000))
    dates = [sample.internal_date for sample in samples]
    random.Random(3).shuffle(dates)
    messages = [
        StoredMessage(uid, partial(bytes, sample.raw), date, sample.flags)
        for uid, (sample, date) in enumerate(zip(samples, dates, strict=True), start=1)
    ]
    tops = ("Arbeit", "Privé", "Архив", "日本語", "R&D", "Ünï")
    subs = (
        "2024",
        "Été & après",
        "Größe",
        "Q1 & Q2",
        "it's",
        "[Post] (alt)",
        "~tilde",
        "東京",
        "🐒",
    )
    names = [name for top in tops for name in (top, *(f"{top}/{sub}" for sub in subs))]
    few = [
        StoredFolder(name, tuple(messages[number : number + number % 4]))
        for number, name in enumerate(names)
    ]
    return Mailbox((StoredFolder("INBOX", tuple(messages)), *few))


MAILBOXES: Mapping[str, Callable[[], Mailbox]] = {"demo": demo_mailbox, "large": large_mailbox}


@pytest.fixture(scope="session")
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """A mailbox on a kind of server; the same each time that it is asked for."""
    with ExitStack() as servers:

        @cache
        def serve(kind: str, name: str) -> Served:
            mailbox, user = MAILBOXES[name](), f"{name}-reader"
            if kind == "dovecot":
                dovecot = request.getfixturevalue("dovecot")
                assert isinstance(dovecot, Dovecot)
                dovecot.user(user)
                fill(dovecot.port, user, PASSWORD, mailbox)
                return Served(kind, dovecot.port, user, PASSWORD, mailbox)
            if kind == "cyrus":
                cyrus = request.getfixturevalue("cyrus")
                assert isinstance(cyrus, Cyrus)
                password = cyrus.add_user(user)
                fill(cyrus.port, user, password, mailbox)
                return Served(kind, cyrus.port, user, password, mailbox)
            offered: Sequence[str] = POOR if kind == "poor" else CAPABILITIES
            server = servers.enter_context(RecordingServer(mailbox, capabilities=offered))
            return Served(kind, server.port, server.user, server.password, mailbox)

        yield serve


@pytest.fixture
def filled_dovecot(serve: Serve) -> Served:
    return serve("dovecot", "demo")


@pytest.fixture
def full_archive(serve: Serve) -> Served:
    return serve("archive", "demo")


@pytest.fixture
def poor_archive(serve: Serve) -> Served:
    return serve("poor", "demo")


LARGE = [pytest.param((kind, "large"), id=f"{kind}-large") for kind in SERVERS]
DEMO = [pytest.param((kind, "demo"), id=kind) for kind in SERVERS]


@pytest.fixture(params=DEMO)
def served(request: pytest.FixtureRequest, serve: Serve) -> Served:
    """The demo mailbox on each server in turn."""
    return serve(*request.param)


@pytest.fixture(params=LARGE)
def large(request: pytest.FixtureRequest, serve: Serve) -> Served:
    """The large mailbox on each server in turn."""
    return serve(*request.param)


@pytest.fixture(params=[*DEMO, *LARGE])
def either(request: pytest.FixtureRequest, serve: Serve) -> Served:
    """Both mailboxes on each server in turn."""
    return serve(*request.param)


def fill(port: int, user: str, password: str, mailbox: Mailbox) -> None:
    """Put a mailbox on a server that takes it."""
    for folder in mailbox.folders:
        if "\\Noselect" not in folder.attributes:
            samples = (
                Sample(message.flags, message.internal_date, message.load())
                for message in folder.messages
            )
            append_messages("127.0.0.1", port, user, password, folder.name, samples)
