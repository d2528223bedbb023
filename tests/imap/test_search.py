"""Search and sort against Dovecot, a poor server, and what imaplib says."""

from __future__ import annotations

import imaplib
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.bench.mailboxes import append_messages, varied_messages
from tests.imap.test_store import INBOX
from tests.servers.archive import GarbageServer, RecordingServer, mailbox_of, mailbox_with
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.proxy import RecordingProxy
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import store_on
from tuimail.archive.server import CAPABILITIES
from tuimail.errors import UsageError
from tuimail.imap.number_set import NumberSet
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import parse_query
from tuimail.imap.selection import Selection

POOR = tuple(c for c in CAPABILITIES if c not in ("SORT", "ESORT", "ESEARCH", "LITERAL+"))
SORT_NAMES = {
    SortKey.RECEIVED: "ARRIVAL",
    SortKey.DATE: "DATE",
    SortKey.FROM: "FROM",
    SortKey.TO: "TO",
    SortKey.CC: "CC",
    SortKey.SUBJECT: "SUBJECT",
    SortKey.SIZE: "SIZE",
}


@pytest.fixture(scope="module")
def filled(dovecot: Dovecot) -> DovecotUser:
    """1,500 varied messages whose order of arrival is not that of their dates."""
    user = dovecot.user("search")
    samples = list(varied_messages(1500))
    dates = [sample.internal_date for sample in samples]
    random.Random(5).shuffle(dates)
    shuffled = [s._replace(internal_date=d) for s, d in zip(samples, dates, strict=True)]
    append_messages("127.0.0.1", dovecot.port, user.name, user.password, "INBOX", shuffled)
    return user


@pytest.fixture
def client(filled: DovecotUser) -> Iterator[imaplib.IMAP4]:
    with filled.connection() as connection:
        connection.select("INBOX", readonly=True)
        yield connection


def numbers(answer: tuple[str, list[bytes]]) -> list[int]:
    assert answer[0] == "OK"
    return [int(word) for word in answer[1][0].split()]


@pytest.mark.parametrize("key", SORT_NAMES)
def test_order_is_the_servers_own_in_both_directions(
    filled: DovecotUser, client: imaplib.IMAP4, key: SortKey
) -> None:
    server_order = numbers(client.uid("SORT", f"({SORT_NAMES[key]})", "UTF-8", "ALL"))
    with store_on(filled.server.port, user=filled.name, password=filled.password) as store:
        ascending = store.choose(INBOX, Selection(order=Order(key, False))).result(30)
        descending = store.choose(INBOX, Selection(order=Order(key, True))).result(30)
        assert list(ascending.uids) == server_order
        assert list(descending.uids) == server_order[::-1]
        shown: list[int] = []
        for number in range(1, 4):
            page = store.page(INBOX, number, Order(key, True)).result(30)
            shown += [s.identity.uid for s in page.summaries]
            assert page.window.total == 1500
        assert shown == server_order[::-1][:150]
        last = store.page(INBOX, 30, Order(key, False)).result(30)
        assert [s.identity.uid for s in last.summaries] == server_order[-50:]


@pytest.mark.parametrize("key", SORT_NAMES)
def test_the_same_order_without_sort(
    dovecot: Dovecot, filled: DovecotUser, client: imaplib.IMAP4, key: SortKey
) -> None:
    """The same Dovecot, through a proxy that hides SORT, is not asked to sort."""
    server_order = numbers(client.uid("SORT", f"({SORT_NAMES[key]})", "UTF-8", "ALL"))
    with (
        RecordingProxy(
            dovecot.port, hidden=(b" SORT", b" ESEARCH", b" LITERAL+")
        ).running() as proxy,
        store_on(proxy.port, user=filled.name, password=filled.password) as store,
    ):
        page = store.page(INBOX, 1, Order(key, False)).result(30)
        assert page.result is not None
        assert list(page.result.uids) == server_order
        turned = store.page(INBOX, 1, Order(key, True), result=page.result).result(30)
        assert [s.identity.uid for s in turned.summaries] == server_order[::-1][:50]
    assert not any(b"SORT" in command for command in proxy.commands)


def test_received_and_arrival_are_two_orders(filled: DovecotUser) -> None:
    with store_on(filled.server.port, user=filled.name, password=filled.password) as store:
        arrival = store.choose(INBOX, Selection(order=Order(SortKey.ARRIVAL, False))).result(30)
        received = store.choose(INBOX, Selection(order=Order(SortKey.RECEIVED, False))).result(30)
        assert list(arrival.uids) == list(range(1, 1501))
        assert sorted(received.uids) == list(arrival.uids)
        assert received.uids != arrival.uids
        rows = list(store.iter_rows(received))
        dates = [row.internal_date for row in rows if row.internal_date is not None]
        assert dates == sorted(dates)


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("anna", ["TEXT", "anna"]),
        ("from:anna is:unread", ["FROM", "anna", "UNSEEN"]),
        ("larger:20k -is:flagged", ["LARGER", "20480", "NOT", "FLAGGED"]),
        ("since:2024-01-01 before:2025-01-01", ["SINCE", "1-Jan-2024", "BEFORE", "1-Jan-2025"]),
        ("list:news", ["HEADER", "List-Id", "news"]),
        ("uid:1:20,1490:*", ["UID", "1:20,1490:*"]),
        ("seq:5:7", ["5:7"]),
        ("uid:9999:*", ["UID", "99999"]),
        ("from:nobody-at-all", ["FROM", "nobody-at-all"]),
    ],
)
def test_queries_find_what_imaplib_finds(
    dovecot: Dovecot, filled: DovecotUser, client: imaplib.IMAP4, query: str, criteria: list[str]
) -> None:
    expected = numbers(client.uid("SEARCH", *criteria))
    sizes = numbers(client.uid("SORT", "(SIZE)", "UTF-8", *criteria))
    for hidden in ((), (b" SORT", b" ESEARCH", b" LITERAL+")):
        with (
            RecordingProxy(dovecot.port, hidden=hidden).running() as proxy,
            store_on(proxy.port, user=filled.name, password=filled.password) as store,
        ):
            parsed = parse_query(query)
            chosen = store.choose(
                INBOX, Selection(query=parsed, order=Order(descending=False))
            ).result(30)
            assert list(chosen.uids) == expected
            page = store.page(INBOX, 1, Order(SortKey.SIZE, False), query=parsed).result(30)
            assert [s.identity.uid for s in page.summaries] == sizes[:50]
            assert page.window.total == len(expected)


def test_letters_beyond_ascii_go_as_literals_with_a_charset() -> None:
    box = mailbox_with(
        "Subject: Größe\r\nFrom: a@example.org\r\n\r\n".encode(),
        b"Subject: Groesse\r\nFrom: b@example.org\r\n\r\n",
    )
    for capabilities in (CAPABILITIES, POOR):
        with (
            RecordingServer(box, capabilities=capabilities) as server,
            store_on(server.port) as store,
        ):
            found = store.choose(INBOX, Selection(query=parse_query("subject:größe"))).result(10)
            assert list(found.uids) == [1]
            plain = store.choose(INBOX, Selection(query=parse_query("subject:groesse"))).result(10)
            assert list(plain.uids) == [2]
        searches = [c for c in server.commands if b"SEARCH" in c]
        assert b"CHARSET UTF-8" in searches[0]
        assert b"CHARSET" not in searches[1]


def test_attachments_are_decided_by_structure(filled: DovecotUser, client: imaplib.IMAP4) -> None:
    _, answer = client.uid("FETCH", "1:*", "(UID BODYSTRUCTURE)")
    having = {
        int(line.split(b"UID ", 1)[1].split(b" ", 1)[0])
        for line in (part if isinstance(part, bytes) else part[0] for part in answer)
        if b"UID " in line and b'"attachment"' in line.lower()
    }
    assert having
    with store_on(filled.server.port, user=filled.name, password=filled.password) as store:
        found = store.choose(INBOX, Selection(query=parse_query("has:attachment"))).result(30)
        without = store.choose(INBOX, Selection(query=parse_query("-has:attachment"))).result(30)
        assert having <= set(found.uids)
        assert sorted([*found.uids, *without.uids]) == list(range(1, 1501))
        sized = store.choose(
            INBOX, Selection(query=parse_query("has:attachment"), order=Order(SortKey.SIZE))
        ).result(30)
        assert sorted(sized.uids) == sorted(found.uids)
        assert sized.uids != found.uids


@pytest.mark.parametrize(
    ("text", "by_uid", "uids", "missing"),
    [
        ("1:3", False, [1, 2, 3], 0),
        ("4,3,1,2", True, [2, 4], 2),
        ("58:*", True, [58, 60], 1),
        ("9999:*", True, [], 0),
        ("29:40", False, [29, 30], 10),
        ("*", False, [30], 0),
    ],
)
def test_sets_are_clipped_and_what_is_missing_is_counted(
    text: str, by_uid: bool, uids: list[int], missing: int
) -> None:
    """30 messages with the UIDs 2, 4, … 60."""
    box = mailbox_of(30)
    doubled = tuple(replace(m, uid=m.uid * 2) for m in box.folders[0].messages)
    box = replace(box, folders=(replace(box.folders[0], messages=doubled),))
    with RecordingServer(box) as server, store_on(server.port) as store:
        selection = Selection(NumberSet.parse(text), by_uid, order=Order(descending=False))
        chosen = store.choose(INBOX, selection).result(10)
        expected = uids if by_uid else [2 * n for n in uids]
        assert (list(chosen.uids), chosen.missing) == (expected, missing)


def test_thousands_of_ids_are_sent_as_ranges() -> None:
    with RecordingServer(mailbox_of(3000)) as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, Selection()).result(10)
        rows = list(store.iter_rows(chosen))
        assert [row.identity.uid for row in rows] == list(range(3000, 0, -1))
        fetches = [c for c in server.commands if c.startswith(b"UID FETCH")]
        assert all(len(c) < 300 for c in fetches)


@pytest.mark.parametrize("connections", [1, 2, 5])
def test_rows_are_the_same_whatever_the_connections(connections: int) -> None:
    with (
        RecordingServer(mailbox_of(1200)) as server,
        store_on(server.port, connections=connections, with_screen=False) as store,
    ):
        order = Order(SortKey.SIZE, False)
        chosen = store.choose(INBOX, Selection(order=order)).result(10)
        rows = list(store.iter_rows(chosen, chunk=100))
        assert [row.identity.uid for row in rows] == list(chosen.uids)
        assert server.count(b"LOGIN") <= connections


def test_a_page_past_the_end_of_a_selection_is_empty() -> None:
    with RecordingServer(mailbox_of(30)) as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, Selection(page=4, page_size=10)).result(10)
        assert (list(chosen.uids), chosen.window.pages, chosen.total) == ([], 3, 30)


def test_gmail_words_go_to_gmail_only() -> None:
    query = parse_query('gmail:"in:anywhere"')
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        with pytest.raises(UsageError, match="Gmail's server only"):
            store.choose(INBOX, Selection(query=query)).result(10)
        assert server.count(b"UID SEARCH") == 0
    script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1 X-GM-EXT-1")
    script.answers["UID SEARCH"] = lambda tag, _rest: b"* SEARCH 2 3\r\n" + tag + b" OK\r\n"
    with script.running() as gmail, store_on(gmail.port) as store:
        assert list(store.choose(INBOX, Selection(query=query)).result(10).uids) == [3, 2]
        assert any(line.endswith(b'UID SEARCH X-GM-RAW "in:anywhere"') for line in gmail.lines)


def test_partial_costs_a_page(dovecot: Dovecot, filled: DovecotUser) -> None:
    with (
        RecordingProxy(dovecot.port).running() as proxy,
        store_on(proxy.port, user=filled.name, password=filled.password) as store,
    ):
        store.page(INBOX, 1, Order(SortKey.SIZE)).result(30)
        assert any(b"PARTIAL 1451:1500" in command for command in proxy.commands)
        assert not any(b"UID SORT (" in command for command in proxy.commands)


def test_a_server_that_breaks_its_promise_of_partial() -> None:
    """As Cyrus 3.6 does."""
    script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1 SORT ESORT CONTEXT=SORT")

    def sort(tag: bytes, rest: bytes) -> bytes:
        if b"PARTIAL" in rest:
            return tag + b" BAD Unrecognized Sort option\r\n"
        return b"* SORT 3 1 2\r\n" + tag + b" OK\r\n"

    script.answers["UID SORT"] = sort
    with script.running() as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, Order(SortKey.SIZE, False)).result(10)
        assert page.result is not None
        assert list(page.result.uids) == [3, 1, 2]
        assert all(str(s.error) == "the message is no longer there" for s in page.summaries)


@pytest.mark.parametrize("query", ["has:attachment", "-has:attachment"])
@pytest.mark.parametrize("structure", [b"NIL", b"(((((((("])
def test_a_message_whose_structure_cannot_be_read_is_not_left_out(
    query: str, structure: bytes
) -> None:
    with (
        GarbageServer(mailbox_of(3), garbled={2: {"body_structure": structure}}) as server,
        store_on(server.port) as store,
    ):
        found = store.choose(INBOX, Selection(query=parse_query(query))).result(10)
    assert sorted(found.uids) == ([2] if query == "has:attachment" else [1, 2, 3])


def test_flags_that_change_meanwhile_are_no_structure() -> None:
    script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1")
    script.answers["UID SEARCH"] = lambda tag, _rest: b"* SEARCH 1\r\n" + tag + b" OK\r\n"
    text = b'("text" "plain" NIL NIL NIL "7bit" 5 1)'
    script.answers["UID FETCH"] = lambda tag, _rest: (
        b"* 1 FETCH (UID 1 BODYSTRUCTURE %b)\r\n" % text
        + b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"
        + tag
        + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        found = store.choose(INBOX, Selection(query=parse_query("has:attachment"))).result(10)
    assert list(found.uids) == []
