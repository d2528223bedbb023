"""LIST, LSUB, STATUS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import LazyMessages, RecordingServer, mailbox_of, plain_message
from tuimail.archive.mailbox import Mailbox, StoredFolder

MAILBOX = Mailbox(
    (
        *mailbox_of(4).folders,
        StoredFolder("Archive/2024", LazyMessages(2), uid_validity=77),
        StoredFolder("Archive/2024/Mai"),
        StoredFolder("Entwürfe & mehr", attributes=("\\Drafts",)),
        StoredFolder('odd "name"'),
    )
)


@pytest.fixture
def client() -> Iterator[Client]:
    with RecordingServer(MAILBOX) as server, connected(server, folder="") as client:
        yield client


INBOX = b'(\\HasNoChildren) "/" "INBOX"'
ARCHIVE = b'(\\Noselect \\HasChildren) "/" "Archive"'
YEAR = b'(\\HasChildren) "/" "Archive/2024"'
MONTH = b'(\\HasNoChildren) "/" "Archive/2024/Mai"'
DRAFTS = b'(\\Drafts \\HasNoChildren) "/" "Entw&APw-rfe &- mehr"'
ODD = b'(\\HasNoChildren) "/" "odd \\"name\\""'


@pytest.mark.parametrize(
    ("arguments", "listed"),
    [
        ('"" "*"', [INBOX, ARCHIVE, YEAR, MONTH, DRAFTS, ODD]),
        ('"" "%"', [INBOX, ARCHIVE, DRAFTS, ODD]),
        ('"" "Archive/%"', [YEAR]),
        ('"Archive/" %', [YEAR]),
        ('"" "Archive/*"', [YEAR, MONTH]),
        ('"" "%/%"', [YEAR]),
        ('"" "*/Mai"', [MONTH]),
        ('"" inbox', [INBOX]),
        ('"" "archive"', []),
        ('"" "Entw&APw-rfe &- mehr"', [DRAFTS]),
        ('"" "odd \\"%"', [ODD]),
        ('"" (INBOX "Archive")', [INBOX, ARCHIVE]),
        ('"" ""', [b'(\\Noselect) "/" ""']),
        ('"" "********************************x"', []),
        ('"" % RETURN (CHILDREN SPECIAL-USE)', [INBOX, ARCHIVE, DRAFTS, ODD]),
    ],
)
def test_list(client: Client, arguments: str, listed: list[bytes]) -> None:
    lines = client.ask(f"LIST {arguments}").splitlines()
    assert lines == [*(b"* LIST " + line for line in listed), b"T OK List completed."]


def test_list_with_status(client: Client) -> None:
    assert client.ask('LIST (SUBSCRIBED) "" (INBOX %) RETURN (STATUS (MESSAGES UIDNEXT))') == (
        b'* LIST (\\HasNoChildren \\Subscribed) "/" "INBOX"\r\n'
        b'* STATUS "INBOX" (MESSAGES 4 UIDNEXT 5)\r\n'
        b'* LIST (\\Noselect \\HasChildren \\Subscribed) "/" "Archive"\r\n'
        b'* LIST (\\Drafts \\HasNoChildren \\Subscribed) "/" "Entw&APw-rfe &- mehr"\r\n'
        b'* STATUS "Entw&APw-rfe &- mehr" (MESSAGES 0 UIDNEXT 1)\r\n'
        b'* LIST (\\HasNoChildren \\Subscribed) "/" "odd \\"name\\""\r\n'
        b'* STATUS "odd \\"name\\"" (MESSAGES 0 UIDNEXT 1)\r\n'
        b"T OK List completed.\r\n"
    )


def test_lsub(client: Client) -> None:
    assert client.ask('LSUB "" Archive/%') == (
        b'* LSUB (\\HasChildren) "/" "Archive/2024"\r\nT OK Lsub completed.\r\n'
    )


def test_status(client: Client) -> None:
    octets = sum(len(plain_message(number)) for number in (1, 2))
    assert client.ask(
        'STATUS "Archive/2024" (MESSAGES UNSEEN RECENT UIDNEXT UIDVALIDITY SIZE)'
    ) == (
        b'* STATUS "Archive/2024" '
        b"(MESSAGES 2 UNSEEN 0 RECENT 0 UIDNEXT 3 UIDVALIDITY 77 SIZE %d)\r\n"
        b"T OK Status completed.\r\n" % octets
    )
    assert b"(UNSEEN 1)" in client.ask("STATUS InBox (UNSEEN)")


def test_a_dotless_inbox_is_another_folder() -> None:
    mailbox = Mailbox((StoredFolder("\u0131nbox", LazyMessages(7)), *mailbox_of(4).folders))
    with RecordingServer(mailbox) as server, connected(server, folder="") as client:
        assert b'"INBOX" (MESSAGES 4)' in client.ask("STATUS Inbox (MESSAGES)")
        assert b"(MESSAGES 7)" in client.ask("STATUS &ATE-nbox (MESSAGES)")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("STATUS Nowhere (MESSAGES)", b"T NO [NONEXISTENT] Mailbox doesn't exist: Nowhere"),
        ("STATUS Archive (MESSAGES)", b"T NO [NONEXISTENT] Mailbox doesn't exist: Archive"),
        ("STATUS INBOX (NONSENSE)", b"T BAD Error in IMAP command STATUS: Invalid status item"),
        ("STATUS INBOX ()", b"T BAD Error in IMAP command STATUS: Invalid status item"),
        ("STATUS INBOX", b"T BAD Error in IMAP command STATUS: "),
        ('STATUS "&broken" (MESSAGES)', b"T BAD Error in IMAP command STATUS: Mailbox name"),
        ('LIST ""', b"T BAD Error in IMAP command LIST: Invalid arguments"),
        ('LIST "" % NONSENSE', b"T BAD Error in IMAP command LIST: Invalid arguments"),
    ],
)
def test_what_is_refused(client: Client, command: str, answer: bytes) -> None:
    assert client.ask(command).startswith(answer)
