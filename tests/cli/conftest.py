"""One mailbox on three kinds of server."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.command import url
from tests.servers.archive import RecordingServer
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import PASSWORD, Dovecot
from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.archive.mailbox import Mailbox
from tuimail.mail.mailbox_names import encode_mailbox_name

POOR = ("IMAP4rev1",)
"""What a server offers that offers nothing."""

SERVERS = ("dovecot", "archive", "poor", "cyrus")


@dataclass(frozen=True)
class Served:
    """A server that holds the demo mailbox."""

    kind: str
    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        return url(self.port, self.user)


@pytest.fixture(scope="session")
def filled_dovecot(dovecot: Dovecot) -> Served:
    user = dovecot.user("demo-reader")
    with user.connection() as client:
        fill(client, demo_mailbox())
    return Served("dovecot", dovecot.port, user.name, PASSWORD)


@pytest.fixture(scope="session")
def filled_cyrus(cyrus: Cyrus) -> Served:
    password = cyrus.add_user("demo-reader")
    client = imaplib.IMAP4("127.0.0.1", cyrus.port)
    client.login("demo-reader", password)
    fill(client, demo_mailbox())
    client.logout()
    return Served("cyrus", cyrus.port, "demo-reader", password)


@pytest.fixture(scope="session")
def full_archive() -> Iterator[Served]:
    with RecordingServer(demo_mailbox()) as server:
        yield Served("archive", server.port, server.user, server.password)


@pytest.fixture(scope="session")
def poor_archive() -> Iterator[Served]:
    with RecordingServer(demo_mailbox(), capabilities=POOR) as server:
        yield Served("poor", server.port, server.user, server.password)


@pytest.fixture(params=SERVERS)
def served(request: pytest.FixtureRequest) -> Served:
    """Each server in turn."""
    names = {
        "dovecot": "filled_dovecot",
        "cyrus": "filled_cyrus",
        "archive": "full_archive",
        "poor": "poor_archive",
    }
    found = request.getfixturevalue(names[request.param])
    assert isinstance(found, Served)
    return found


def fill(client: imaplib.IMAP4, mailbox: Mailbox) -> None:
    """Put a mailbox on a server that takes it."""
    for folder in mailbox.folders:
        name = encode_mailbox_name(folder.name).decode("ascii")
        if folder.name != "INBOX" and "\\Noselect" not in folder.attributes:
            client.create(f'"{name}"')
        for message in folder.messages:
            moment = imaplib.Time2Internaldate(message.internal_date)
            answer = client.append(f'"{name}"', " ".join(message.flags), moment, message.load())
            assert answer[0] == "OK", answer
