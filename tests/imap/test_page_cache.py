"""Pages that come back: at once from memory, then brought up to date by one small FETCH."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.imap.test_store import NEWEST_FIRST, OLDEST_FIRST, message, subjects
from tests.servers.archive import (
    ChangingServer,
    GarbageServer,
    RecordingServer,
    StallingServer,
    mailbox_of,
    wait_until,
)
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.proxy import RecordingProxy
from tests.servers.stores import INBOX, store_on
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.imap.events import ConnectionState
from tuimail.imap.identity import Identity
from tuimail.imap.job import Lane
from tuimail.imap.page import Page
from tuimail.imap.page_cache import PageCache, PageKey
from tuimail.imap.paging import Order, SortKey, window
from tuimail.imap.query import parse_query
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary
from tuimail.text import MailText

FIELDS = ("SUBJECT",)


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[RecordingProxy]:
    with RecordingProxy(dovecot.port).running() as running:
        yield running


@pytest.fixture
def store(proxy: RecordingProxy, dovecot_user: DovecotUser) -> Iterator[MailStore]:
    with store_on(
        proxy.port, user=dovecot_user.name, password=dovecot_user.password, connections=1
    ) as made:
        yield made


def fetches(proxy: RecordingProxy) -> list[bytes]:
    """What was fetched, and of which messages, without the long list of header fields."""
    return [c.split(b" RFC822", 1)[0] for c in proxy.commands if b"FETCH" in c]


def numbers(page: Page | None) -> list[int]:
    assert page is not None
    return [row.sequence_number for row in page.summaries]


# --- on Dovecot


def test_a_page_that_was_seen_is_known_and_costs_flags_only(
    store: MailStore, proxy: RecordingProxy, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 12)))
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=5) is None
    first = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=5) == first
    assert store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10) == first
    assert fetches(proxy) == [b"FETCH 7:11 (UID FLAGS", b"FETCH 7:11 (UID FLAGS)"]
    # Another size, direction or set of fields is another page, whose rows may be known.
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=6) is None
    assert store.known_page(INBOX, 1, OLDEST_FIRST, size=5) is None
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=5, fields=FIELDS) is None


def test_new_mail_while_away_costs_its_own_rows(
    store: MailStore, proxy: RecordingProxy, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 9)))
    store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    dovecot_user.append(message(9), message(10))
    page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert subjects(page.summaries) == [f"number {n}" for n in (10, 9, 8, 7, 6)]
    assert numbers(page) == [10, 9, 8, 7, 6]
    assert page.window == window(10, 1, 5, descending=True)
    # once by the old count, once more as the server said that more had come
    assert fetches(proxy)[1:] == [
        b"FETCH 4:8 (UID FLAGS)",
        b"FETCH 6:10 (UID FLAGS)",
        b"UID FETCH 9:10 (UID FLAGS",
    ]


def test_what_was_expunged_while_away_is_in_no_row(
    store: MailStore, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(*(message(n) for n in range(1, 13)))
    for number in (1, 2):
        store.page(INBOX, number, NEWEST_FIRST, size=5).result(10)
    dovecot_user.expunge(1, 11, 9)
    page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
    assert subjects(page.summaries) == [f"number {n}" for n in (12, 10, 8, 7, 6)]
    # Moved up by those that went before them, rows have their new places.
    assert numbers(page) == [9, 8, 7, 6, 5]
    page = store.page(INBOX, 2, NEWEST_FIRST, size=5).result(10)
    assert subjects(page.summaries) == [f"number {n}" for n in (5, 4, 3, 2)]
    assert numbers(page) == [4, 3, 2, 1]
    dovecot_user.expunge(*range(2, 13))
    assert store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10).summaries == ()
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=5) is not None


def test_flags_that_changed_elsewhere(store: MailStore, dovecot_user: DovecotUser) -> None:
    dovecot_user.append(message(1), message(2))
    for order in (NEWEST_FIRST, Order(SortKey.SIZE)):
        before = store.page(INBOX, 1, order).result(10)
        with dovecot_user.connection() as client:
            client.select("INBOX")
            client.store("2", "+FLAGS", "(\\Seen)")
        after = store.page(INBOX, 1, order).result(10)
        assert [row.has_flag("\\Seen") for row in after.summaries] == [True, False]
        assert subjects(after.summaries) == subjects(before.summaries)
        with dovecot_user.connection() as client:
            client.select("INBOX")
            client.store("2", "-FLAGS", "(\\Seen)")


def test_sorted_and_searched_pages_are_known_too(
    store: MailStore, proxy: RecordingProxy, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(*(message(n, "word " * (n % 7)) for n in range(1, 10)))
    by_size, query = Order(SortKey.SIZE), parse_query("word")
    page = store.page(INBOX, 1, by_size, size=4).result(10)
    assert store.known_page(INBOX, 1, by_size, size=4) is not None
    found = store.page(INBOX, 1, NEWEST_FIRST, size=4, query=query).result(10)
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=4, query=query) is not None
    assert store.known_page(INBOX, 1, NEWEST_FIRST, size=4) is None
    # What was found is kept, so a page that nobody saw is known as soon as all its rows are.
    store.page(INBOX, 1, OLDEST_FIRST, size=9).result(10)
    known = store.known_page(INBOX, 2, NEWEST_FIRST, size=4, query=query, result=found.result)
    assert known is not None
    assert known.result is found.result
    before = len(fetches(proxy))
    dovecot_user.expunge(page.summaries[0].identity.uid)
    again = store.page(INBOX, 1, by_size, size=4).result(10)
    assert subjects(again.summaries)[:3] == subjects(page.summaries)[1:]
    assert not any(b"BODY" in command for command in fetches(proxy)[before:])


def test_further_items_are_asked_for_each_time(
    store: MailStore, proxy: RecordingProxy, dovecot_user: DovecotUser
) -> None:
    dovecot_user.append(message(1))
    for _ in range(2):
        (row,) = store.page(INBOX, 1, NEWEST_FIRST, items=("MODSEQ",)).result(10).summaries
        assert row.items["MODSEQ"]
    assert store.known_page(INBOX, 1, NEWEST_FIRST, items=("MODSEQ",)) is None
    assert sum(b"MODSEQ" in command for command in proxy.commands) == 2


# --- on servers that change and lie


def test_another_uid_validity_drops_what_was_known_of_the_folder() -> None:
    box = Mailbox((*mailbox_of(12).folders, StoredFolder("Other")))
    with ChangingServer(box) as server, store_on(server.port, connections=1) as store:
        for number in (1, 2):
            store.page(INBOX, number, NEWEST_FIRST, size=5).result(10)
        server.renew(99)
        store.page(replace(INBOX, raw_name=b"Other"), 1, NEWEST_FIRST).result(10)
        page = store.page(INBOX, 1, NEWEST_FIRST, size=5).result(10)
        assert {row.identity.uid_validity for row in page.summaries} == {99}
        assert store.known_page(INBOX, 1, NEWEST_FIRST, size=5) == page
        assert store.known_page(INBOX, 2, NEWEST_FIRST, size=5) is None


def test_a_server_that_lies_about_uids_is_asked_for_whole_rows() -> None:
    with GarbageServer(mailbox_of(6)) as server, store_on(server.port, connections=1) as store:
        before = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        server.foreign_uids = {2: 5}
        after = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        assert [row.error is None for row in after.summaries] == [True, False] + [True] * 4
        assert [r for r in after.summaries if r.error is None] == [
            row for row in before.summaries if row.sequence_number != 2
        ]
        # A page with a row that tells nothing is not kept.
        assert store.known_page(INBOX, 1, OLDEST_FIRST) is None


def test_a_message_that_goes_while_a_page_is_renewed() -> None:
    with GarbageServer(mailbox_of(6)) as server, store_on(server.port, connections=1) as store:
        store.page(INBOX, 1, OLDEST_FIRST).result(10)
        server.expunged_before = {3: 1}
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        assert subjects(page.summaries) == [f"Message {n}" for n in range(2, 7)]
        assert numbers(page) == [1, 2, 3, 4, 5]


# --- ahead of being asked for


def test_a_page_fetched_ahead_leaves_the_best_connection_to_the_next_key() -> None:
    with StallingServer(mailbox_of(120)) as server, store_on(server.port, connections=2) as store:
        server.may_answer.set()
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        server.may_answer.clear()
        ahead = store.page(INBOX, 2, NEWEST_FIRST, lane=Lane.AHEAD)
        server.wait_for(b"FETCH", 2)
        asked = store.page(INBOX, 3, NEWEST_FIRST)
        server.wait_for(b"FETCH", 3)
        # Each on a connection of its own: neither waits for the other.
        assert len(server.connections) == 2
        server.may_answer.set()
        assert subjects(asked.result(10).summaries)[0] == "Message 20"
        assert subjects(ahead.result(10).summaries)[0] == "Message 70"
        assert store.known_page(INBOX, 2, NEWEST_FIRST) == ahead.result(10)


def test_on_one_connection_nothing_is_fetched_ahead() -> None:
    with RecordingServer(mailbox_of(120)) as server, store_on(server.port, connections=1) as store:
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        ahead = store.page(INBOX, 2, NEWEST_FIRST, lane=Lane.AHEAD)
        store.page(INBOX, 3, NEWEST_FIRST).result(10)
        assert ahead.cancel()
        assert server.count(b"FETCH") == 2


def test_one_page_at_a_time_is_fetched_ahead() -> None:
    with StallingServer(mailbox_of(200)) as server, store_on(server.port, connections=4) as store:
        server.may_answer.set()
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        server.may_answer.clear()
        first = store.page(INBOX, 2, NEWEST_FIRST, lane=Lane.AHEAD)
        second = store.page(INBOX, 3, NEWEST_FIRST, lane=Lane.AHEAD)
        server.wait_for(b"FETCH", 2)
        assert not second.running()
        assert second.cancel()
        server.may_answer.set()
        first.result(10)
        wait_until(lambda: ConnectionState.BUSY not in store.connection_states)
        assert server.count(b"FETCH") == 2


# --- by itself


def page_of(uids: range, uid_validity: int = 7) -> Page:
    rows = tuple(Summary(Identity(b"INBOX", uid_validity, uid), uid) for uid in uids)
    return Page(INBOX, uid_validity, OLDEST_FIRST, window(1_000, 1, 50, descending=False), rows)


def key_of(number: int, folder: bytes = b"INBOX") -> PageKey:
    return PageKey(folder, number, OLDEST_FIRST, 10, FIELDS)


def test_only_the_pages_looked_at_last_are_kept() -> None:
    cache = PageCache(pages=3, rows=1_000)
    for number in range(1, 4):
        cache.keep(key_of(number), page_of(range(number * 10, number * 10 + 10)))
    assert cache.page(key_of(1), INBOX) is not None
    cache.keep(key_of(4), page_of(range(40, 50)))
    kept = [number for number in range(1, 5) if cache.page(key_of(number), INBOX)]
    assert kept == [1, 3, 4]


def test_a_page_whose_rows_had_to_go_is_not_known() -> None:
    cache = PageCache(pages=100, rows=25)
    for number in range(1, 4):
        cache.keep(key_of(number), page_of(range(number * 10, number * 10 + 10)))
    kept = [number for number in range(1, 4) if cache.page(key_of(number), INBOX)]
    assert kept == [2, 3]
    assert len(cache.rows(key_of(1), 7, range(1, 100))) == 25


def test_a_row_that_came_broken_is_asked_for_again() -> None:
    cache, page = PageCache(), page_of(range(1, 11))
    broken = replace(page.summaries[3], error=MailText("it ends inside a list"))
    cache.keep(key_of(1), page)
    cache.keep(key_of(1), replace(page, summaries=(broken, *page.summaries[1:])))
    assert cache.page(key_of(1), INBOX) is None


def test_a_row_of_many_octets_is_not_kept() -> None:
    cache, page = PageCache(), page_of(range(1, 11))
    vast = replace(page.summaries[0], response=(b"x" * 100_000,))
    cache.keep(key_of(1), replace(page, summaries=(vast, *page.summaries[1:])))
    assert cache.page(key_of(1), INBOX) is None
