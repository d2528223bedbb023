"""What lists, orders, searches and whole messages cost: octets, commands and connections.

Nothing here looks at a clock. What grows with the length of a number is allowed to.
"""

from __future__ import annotations

import math
from functools import partial

import pytest

from tests.cli.command import run, url
from tests.imap.test_store import Kept
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.proxy import RecordingProxy
from tests.servers.round_trips import RoundTripProxy
from tests.servers.stores import INBOX, store_on
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import parse_query
from tuimail.imap.raw import BATCH_UNWATCHED, IN_FLIGHT

ROWS = 50
HEADER = (
    "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: The minutes of Monday\r\n"
    "Date: Fri, 20 Nov 2026 09:14:00 +0100\r\nMessage-ID: <minutes@example.org>\r\n"
    "Content-Type: multipart/mixed; boundary=cut\r\n"
)
TRACE = "Received: from here by there; Fri, 20 Nov 2026 09:14:00 +0100\r\n" * 60
BODY = (
    "\r\n--cut\r\n\r\nhello\r\n--cut\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\n" + "AAAA" * 5_000 + "\r\n--cut--\r\n"
)
LETTER = (TRACE + HEADER + BODY).encode()
"""Alike for every number: 25 KB, of which 4 KB are a header and 200 octets what a row shows."""
A_ROW = 700
"""Octets of a row: its fields, its structure, and the numbers and words around them."""
SIGNING_IN = 2_000


def letter(_number: int) -> bytes:
    return LETTER


def page_octets(count: int, order: Order, query: str = "") -> int:
    """What a server says for the first page, signing in included."""
    with (
        RecordingServer(mailbox_of(count, letter)) as server,
        RecordingProxy(server.port).running() as proxy,
    ):
        with store_on(proxy.port, with_screen=False) as store:
            found = parse_query(query) if query else None
            page = store.page(INBOX, 1, order, query=found).result(60)
        assert len(page.summaries) == ROWS
        assert proxy.connections == 1
        return proxy.received


def test_a_page_is_of_its_rows_whatever_the_mailbox_holds() -> None:
    """Sequence numbers and UIDs are two digits longer in each row, and so is what EXAMINE tells."""
    small, large = page_octets(1_000, Order()), page_octets(100_000, Order())
    assert small < ROWS * A_ROW + SIGNING_IN
    assert large - small <= ROWS * 2 * 2 + 60


def list_octets(count: int, *options: str) -> tuple[int, list[bytes]]:
    """What a server says for a list, and what it was asked."""
    with (
        RecordingServer(mailbox_of(count, letter)) as server,
        RecordingProxy(server.port).running() as proxy,
    ):
        done = run("list", url(proxy.port), "--json", "--page", "all", *options)
        assert done.status == 0
        assert len(done.lines) == count
        return proxy.received, server.commands


def test_a_whole_list_is_of_its_rows() -> None:
    """On one connection, so that signing in costs the same."""
    small, _ = list_octets(600, "--connections", "1")
    large, _ = list_octets(1_800, "--connections", "1")
    assert large < 1_800 * A_ROW + SIGNING_IN
    # Three times the rows; each has a digit or two more, and there are a few answers more.
    assert large - SIGNING_IN <= 3 * small + 1_800 * 2


@pytest.mark.parametrize("connections", [1, 3])
def test_a_whole_list_asks_for_many_rows_at_a_time(connections: int) -> None:
    _, commands = list_octets(2_000, "--connections", str(connections))
    names = [command.removeprefix(b"UID ").partition(b" ")[0] for command in commands]
    assert 1 <= names.count(b"LOGIN") <= connections
    assert names.count(b"EXAMINE") <= connections
    assert names.count(b"SEARCH") == 1
    assert names.count(b"FETCH") <= 2_000 // 500
    assert not [command for command in commands if b"BODY.PEEK[]" in command]


def asked(server: RecordingServer) -> list[bytes]:
    """Names of the commands since somebody asked for them, NOOP aside."""
    names = [command.removeprefix(b"UID ").partition(b" ")[0] for command in server.commands]
    server.commands.clear()
    return [name for name in names if name != b"NOOP"]


@pytest.mark.parametrize("key", [key for key in SortKey if key is not SortKey.ARRIVAL])
def test_an_order_is_asked_for_once_and_sliced_in_both_directions(key: SortKey) -> None:
    with RecordingServer(mailbox_of(400)) as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, Order(key)).result(60)
        assert asked(server)[2:] == [b"SORT", b"FETCH"]
        for number, descending in ((2, True), (8, True), (3, False), (1, False)):
            turned = store.page(INBOX, number, Order(key, descending), result=page.result)
            assert len(turned.result(60).summaries) == ROWS
            # Of rows that were there before only the flags, if anything, are asked for.
            assert asked(server) in ([b"FETCH"], [])


def test_a_search_is_asked_for_once() -> None:
    with RecordingServer(mailbox_of(400)) as server, store_on(server.port) as store:
        query = parse_query("from:writer")
        page = store.page(INBOX, 1, Order(), query=query).result(60)
        assert asked(server)[2:] == [b"SEARCH", b"FETCH"]
        for number in (2, 8):
            turned = store.page(INBOX, number, Order(), query=query, result=page.result)
            assert len(turned.result(60).summaries) == ROWS
            assert asked(server) == [b"FETCH"]


def test_a_searched_page_is_of_its_rows_and_the_numbers_found() -> None:
    """ESEARCH tells of a hundred thousand messages in a row with two numbers (RFC 4731)."""
    found = page_octets(100_000, Order(), "larger:1k") - page_octets(1_000, Order(), "larger:1k")
    assert found <= ROWS * 2 * 2 + 60


def test_whole_messages_come_in_few_commands_two_of_them_on_their_way() -> None:
    """A round is held back until both its commands have been sent: none waits for the last."""
    count = 2 * IN_FLIGHT * BATCH_UNWATCHED
    rounds = [(b"LOGIN", b"EXAMINE"), *[(b"UID FETCH",) * IN_FLIGHT] * 2]
    with RecordingServer(mailbox_of(count)) as server:
        proxy = RoundTripProxy(server.port, rounds=rounds)
        with (
            proxy.running(),
            store_on(proxy.port, connections=1, with_screen=False) as store,
        ):
            kept = Kept()
            identity = partial(Identity, b"INBOX", server.tree.folders[0].uid_validity)
            store.raw([identity(uid) for uid in range(1, count + 1)], kept).result(60)
            assert len(kept.whole) == count
    assert proxy.rounds == []
    assert proxy.names.count(b"UID FETCH") == math.ceil(count / BATCH_UNWATCHED)
    assert proxy.connections == 1
