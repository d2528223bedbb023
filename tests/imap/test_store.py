"""The store against Dovecot: pages, parts, whole messages, and a mailbox left as it was."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.imap.came import Came
from tests.servers.dovecot import Dovecot, DovecotUser
from tuimail.errors import CommandRefused, FolderChanged, MessageGone, TuimailError
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.events import ConnectionsChanged, ConnectionState, MessagesChanged, StoreEvent
from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order, SortKey, Window
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.structure import text_part
from tuimail.imap.summary import Summary
from tuimail.imap.trust import Trust
from tuimail.text import MailText

NEWEST_FIRST, OLDEST_FIRST = Order(), Order(descending=False)
INBOX = Folder(b"INBOX", MailText("INBOX"), "/", ())


def message(number: int, text: str = "hello") -> bytes:
    return (
        f"From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: number {number}\r\n"
        f"Date: Fri, 20 Nov 2026 09:14:{number % 60:02} +0100\r\nMessage-ID: <{number}@x>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


@dataclass
class Kept:
    """A receiver that keeps everything in memory."""

    whole: dict[int, bytes] = field(default_factory=dict)
    failed: dict[int, TuimailError] = field(default_factory=dict)
    open: dict[Identity, io.BytesIO] = field(default_factory=dict)

    def begin(self, identity: Identity, size: int) -> io.BytesIO:
        assert size >= 0
        self.open[identity] = io.BytesIO()
        return self.open[identity]

    def end(self, identity: Identity) -> None:
        self.whole[identity.uid] = self.open.pop(identity).getvalue()

    def fail(self, identity: Identity, error: TuimailError) -> None:
        self.open.pop(identity, None)
        self.failed[identity.uid] = error


@pytest.fixture
def store(dovecot: Dovecot, dovecot_user: DovecotUser) -> Iterator[MailStore]:
    endpoint = Endpoint("127.0.0.1", dovecot.port, Security.PLAIN, dovecot_user.name)
    made = MailStore(functools.partial(Session.open, endpoint, dovecot_user.password, Trust()))
    yield made
    made.close()


def subjects(summaries: Sequence[Summary]) -> list[str]:
    return [str(s.subject) for s in summaries]


def test_pages_in_both_directions(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 12)))
    page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert subjects(page.summaries) == [f"number {n}" for n in (11, 10, 9, 8, 7)]
    assert page.window == Window(1, 3, 11, 1, 5, 7, 11)
    last = store.page(INBOX, 3, NEWEST_FIRST, size=5).result(10)
    assert subjects(last.summaries) == ["number 1"]
    first = store.page(INBOX, 1, OLDEST_FIRST, size=5).result(10)
    assert subjects(first.summaries) == [f"number {n}" for n in range(1, 6)]


def test_a_page_past_the_end_is_the_last_one(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 8)))
    page = store.page(INBOX, 9, OLDEST_FIRST, size=5).result(10)
    assert (page.window.number, subjects(page.summaries)) == (2, ["number 6", "number 7"])


def test_an_empty_folder_is_an_empty_page(store: MailStore) -> None:
    page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
    assert (page.summaries, page.window.total, page.window.is_empty) == ((), 0, True)


def test_what_a_row_tells(store: MailStore, dovecot_user: DovecotUser) -> None:
    raw = message(7)
    dovecot_user.append(raw, flags="\\Seen $Work", internal_date="20-Nov-2026 08:15:00 +0000")
    (row,) = store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries
    assert (row.identity.folder, row.identity.uid, row.sequence_number) == (b"INBOX", 1, 1)
    assert row.size == len(raw)
    assert row.is_read
    assert row.has_flag("$work")
    assert row.internal_date is not None
    assert row.internal_date.isoformat() == "2026-11-20T08:15:00+00:00"
    assert row.date is not None
    assert row.date.isoformat() == "2026-11-20T09:14:07+01:00"
    assert [str(a.address) for a in row.from_] == ["ada@example.org"]
    assert str(row.message_id) == "<7@x>"
    assert row.attachments == ()
    assert row.error is None


def test_rows_are_handed_on_as_they_come(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 6)))
    came = Came()
    page = store.page(INBOX, 1, NEWEST_FIRST, on_row=came.take_row).result(10)
    assert came.page == (page.window, page.summaries)
    assert came.order == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("descending", [True, False])
def test_sorted_rows_are_handed_on_with_their_places(
    store: MailStore, dovecot_user: DovecotUser, descending: bool
) -> None:
    dovecot_user.append(*(message(n) for n in (3, 1, 5, 2, 4)))
    came = Came()
    order = Order(SortKey.SUBJECT, descending)
    page = store.page(INBOX, 1, order, size=3, on_row=came.take_row).result(10)
    assert came.page == (page.window, page.summaries)
    assert subjects(page.summaries) == [
        f"number {n}" for n in ((5, 4, 3) if descending else (1, 2, 3))
    ]


def test_a_page_is_right_while_messages_arrive_and_go(
    store: MailStore, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 8)))
    store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    dovecot_user.append(message(8))
    page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert (subjects(page.summaries)[0], page.window.total) == ("number 8", 8)
    dovecot_user.expunge(8, 7, 1)
    page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert subjects(page.summaries) == [f"number {n}" for n in (6, 5, 4, 3, 2)]
    assert page.window.total == 5
    dovecot_user.expunge(2, 3, 4, 5, 6)
    assert store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10).summaries == ()


def test_looking_tells_of_new_messages(store: MailStore, dovecot_user: DovecotUser) -> None:
    store.page(INBOX, 1, NEWEST_FIRST).result(10)
    events: list[StoreEvent] = []
    store.listen(events.append)
    dovecot_user.append(message(1))
    store.look(INBOX).result(10)
    assert MessagesChanged(b"INBOX", 1) in events


def test_headers_and_parts_of_a_message(store: MailStore, dovecot_user: DovecotUser) -> None:
    raw = (
        b"Subject: two parts\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\nX-Part: 1\r\n\r\nthe text\r\n"
        b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )
    dovecot_user.append(raw, message(2, "alone"))
    alone, two = store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries
    assert store.headers(two.identity).result(10) == raw[: raw.index(b"\r\n\r\n") + 4]
    assert two.structure is not None
    text = text_part(two.structure)
    assert text is not None
    part = store.part(two.identity, text).result(10)
    assert part.mime == b"Content-Type: text/plain\r\nX-Part: 1\r\n\r\n"
    assert part.body == b"the text"
    assert [str(a.name) for a in two.attachments] == ["a.pdf"]
    assert alone.structure is not None
    single = store.part(alone.identity, alone.structure).result(10)
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in single.mime
    assert single.body == b"alone\r\n"


def test_whole_messages_are_octet_for_octet_the_servers(
    store: MailStore, dovecot_user: DovecotUser, corpus: list[Path]
) -> None:
    raws = [file.read_bytes() for file in corpus[::11]]
    dovecot_user.append(*filter(None, raws))
    with dovecot_user.connection() as client:
        client.select("INBOX", readonly=True)
        _, answer = client.fetch("1:*", "(BODY.PEEK[])")
    held = [part[1] for part in answer if isinstance(part, tuple)]
    page = store.page(INBOX, 1, OLDEST_FIRST, size=len(held)).result(10)
    kept = Kept()
    store.raw([s.identity for s in page.summaries], kept).result(20)
    assert kept.failed == {}
    digests = [hashlib.sha256(kept.whole[s.identity.uid]).digest() for s in page.summaries]
    assert digests == [hashlib.sha256(raw).digest() for raw in held]


def test_messages_that_are_gone(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 60)))
    rows = store.page(INBOX, 1, OLDEST_FIRST, size=60).result(10).summaries
    dovecot_user.expunge(3, 4)
    with pytest.raises(MessageGone, match="no longer there"):
        store.headers(rows[2].identity).result(10)
    kept = Kept()
    store.raw([s.identity for s in rows], kept).result(10)
    assert {uid: type(error) for uid, error in kept.failed.items()} == {
        3: MessageGone,
        4: MessageGone,
    }
    assert set(kept.whole) == set(range(1, 60)) - {3, 4}


def test_uids_of_a_folder_that_was_made_anew(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(message(1))
    (row,) = store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries
    old = Identity(b"INBOX", row.identity.uid_validity - 1, row.identity.uid)
    with pytest.raises(FolderChanged):
        store.headers(old).result(10)
    kept = Kept()
    with pytest.raises(FolderChanged):
        store.raw([old], kept).result(10)
    assert kept.whole == {}


def test_a_folder_that_is_not_there(store: MailStore) -> None:
    with pytest.raises(CommandRefused, match="refused EXAMINE: Mailbox doesn't exist"):
        store.page(Folder(b"Nope", MailText("Nope"), "/", ()), 1, NEWEST_FIRST).result(10)
    assert store.connection_states[0] is ConnectionState.IDLE


def test_nothing_changes_in_the_mailbox(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 30)))
    before = dovecot_user.flags()
    assert before.count("\\Recent") == 29
    folders = store.folders().result(10)
    store.statuses(folders, lambda _folder, _status: None).result(10)
    rows = store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries
    store.headers(rows[0].identity).result(10)
    assert rows[0].structure is not None
    store.part(rows[0].identity, rows[0].structure).result(10)
    kept = Kept()
    store.raw([row.identity for row in rows], kept).result(10)
    assert len(kept.whole) == 29
    store.close()
    assert dovecot_user.flags() == before


def test_connections_are_opened_when_there_is_work(store: MailStore) -> None:
    states: list[ConnectionState] = []

    def note(event: StoreEvent) -> None:
        if isinstance(event, ConnectionsChanged):
            states.append(store.connection_states[0])

    store.listen(note)
    assert set(store.connection_states) == {ConnectionState.CLOSED}
    store.folders().result(10)
    assert states == [ConnectionState.CONNECTING, ConnectionState.BUSY, ConnectionState.IDLE]
    assert store.connection_states[1:] == (ConnectionState.CLOSED,) * 3
