"""Looking through a folder for attachments and newsletters."""

from __future__ import annotations

from tests.servers.archive import GarbageServer, RecordingServer
from tests.servers.mailboxes import mailbox_of, plain_message
from tests.servers.stores import INBOX, store_on
from tuimail.imap.selection import Selection
from tuimail.imap.sieve import ATTACHMENTS, NEWSLETTERS, Sieve
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary

PDF = (
    b'Content-Type: application/pdf; name="a.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\n"
)


def letter(number: int) -> bytes:
    """Every third has an attachment, every fourth can be unsubscribed from."""
    header = b"From: <%d@example.org>\r\nSubject: s%d\r\n" % (number, number)
    if number % 4 == 0:
        header += b"List-Unsubscribe: <https://example.org/%d>\r\n" % number
    return header + (PDF if number % 3 == 0 else b"\r\nList-Unsubscribe: no header\r\n")


def sift(store: MailStore, sieve: Sieve[Summary], chunk: int) -> tuple[list[int], list[int]]:
    chosen = store.choose(INBOX, Selection()).result(10)
    chunks = list(store.sift(chosen, sieve, chunk=chunk))
    return [s.identity.uid for _, rows in chunks for s in rows], [count for count, _ in chunks]


def test_what_is_kept_in_its_order() -> None:
    with RecordingServer(mailbox_of(25, letter)) as server, store_on(server.port) as store:
        uids, counts = sift(store, ATTACHMENTS, 10)
        assert uids == [24, 21, 18, 15, 12, 9, 6, 3]
        assert counts == [10, 10, 5]
        assert sift(store, NEWSLETTERS, 100) == ([24, 20, 16, 12, 8, 4], [25])


def test_what_a_kept_message_tells() -> None:
    with RecordingServer(mailbox_of(3, letter)) as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, Selection()).result(10)
        ((_, (found,)),) = store.sift(chosen, ATTACHMENTS)
        asked = [command for command in server.commands if b"UID FETCH" in command]
    assert str(found.subject) == "s3"
    assert [str(a.name) for a in found.attachments] == ["a.pdf"]
    assert asked[-1].endswith(b"(UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])")


def test_one_that_cannot_be_read_is_told_of() -> None:
    garbled = {2: {"body_structure": b"(((("}}
    with (
        GarbageServer(mailbox_of(3, plain_message), garbled=garbled) as server,
        store_on(server.port) as store,
    ):
        chosen = store.choose(INBOX, Selection()).result(10)
        ((_, (found,)),) = store.sift(chosen, ATTACHMENTS)
    assert found.sequence_number == 2
    assert found.error is not None
