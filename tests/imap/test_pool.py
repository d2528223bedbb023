"""Two lanes, cancelled requests, lost connections: the store on servers that stall and drop."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace

import pytest

from tests.imap.test_store import NEWEST_FIRST, OLDEST_FIRST, Kept, subjects
from tests.patience import patience
from tests.servers.archive import (
    ChangingServer,
    DroppingServer,
    RecordingServer,
    SilentServer,
    StallingServer,
    mailbox_of,
    wait_until,
)
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.archive.server import ArchiveServer
from tuimail.errors import (
    ConnectError,
    ConnectionLost,
    DeadlineExceeded,
    FileError,
    MessageUnreadable,
    SignInError,
)
from tuimail.imap import pool, search, wire
from tuimail.imap.events import ConnectionState, Lost, Reconnected, StoreEvent, Throttled
from tuimail.imap.identity import Identity
from tuimail.imap.query import parse_query


def identities(count: int) -> list[Identity]:
    return [Identity(b"INBOX", 1, uid) for uid in range(1, count + 1)]


def test_interactive_work_does_not_queue_behind_bulk_work() -> None:
    with StallingServer(mailbox_of(200)) as server, store_on(server.port, connections=2) as store:
        first = store.raw(identities(200), Kept())
        second = store.raw(identities(200), Kept())
        server.wait_for(b"UID FETCH")
        assert store.folders().result(10)
        assert not first.done()
        assert not second.running()
        server.may_answer.set()
        second.result(20)


def test_without_a_screen_bulk_work_takes_every_connection() -> None:
    with (
        StallingServer(mailbox_of(40)) as server,
        store_on(server.port, connections=2, with_screen=False) as store,
    ):
        requests = [store.raw(identities(40), Kept()) for _ in range(2)]
        server.wait_for(b"EXAMINE", 2)
        server.may_answer.set()
        for request in requests:
            request.result(20)


def test_on_one_connection_interactive_work_goes_between_two_slices() -> None:
    order: list[str] = []

    class Noted(Kept):
        def end(self, identity: Identity) -> None:
            super().end(identity)
            if identity.uid % 20 == 0:
                order.append(f"message {identity.uid}")

    with StallingServer(mailbox_of(200)) as server, store_on(server.port, connections=1) as store:
        kept = Noted()
        request = store.raw(identities(200), kept)
        server.wait_for(b"UID FETCH")
        page = store.page(INBOX, 1, NEWEST_FIRST)
        page.add_done_callback(lambda _done: order.append("page"))
        server.may_answer.set()
        request.result(20)
        assert subjects(page.result(10).summaries)[0] == "Message 200"
        # behind the batch that was being answered and the one already on its way
        assert order.index("page") <= 2
        assert len(kept.whole) == 200
        assert kept.failed == {}


def test_another_folder_between_two_slices_does_not_mix_messages_up() -> None:
    box = mailbox_of(100)
    other = replace(
        mailbox_of(100, lambda n: b"Subject: other %d\r\n\r\n" % n).folders[0], name="Other"
    )
    box = replace(box, folders=(*box.folders, other))
    with StallingServer(box) as server, store_on(server.port, connections=1) as store:
        kept = Kept()
        request = store.raw(identities(100), kept)
        server.wait_for(b"UID FETCH")
        folder = replace(INBOX, raw_name=b"Other")
        page = store.page(folder, 1, OLDEST_FIRST)
        server.may_answer.set()
        assert subjects(page.result(10).summaries)[0] == "other 1"
        request.result(20)
        assert sorted(kept.whole) == list(range(1, 101))
        assert not any(b"other" in raw for raw in kept.whole.values())


def test_a_request_that_nobody_wants_any_more_is_never_sent() -> None:
    with StallingServer(mailbox_of(9)) as server, store_on(server.port, connections=1) as store:
        running = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        waiting = store.headers(identities(1)[0])
        assert waiting.cancel()
        server.may_answer.set()
        running.result(10)
        store.folders().result(10)
        assert server.count(b"UID FETCH") == 0


def test_an_abandoned_request_gives_its_connection_up_to_the_next_one() -> None:
    with StallingServer(mailbox_of(9)) as server, store_on(server.port, connections=1) as store:
        stuck = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        assert not stuck.cancel()
        assert store.folders().result(10)
        assert isinstance(stuck.exception(10), ConnectionLost)


def test_an_abandoned_request_that_soon_ends_keeps_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "LITTLE", 60.0)
    with StallingServer(mailbox_of(9)) as server, store_on(server.port, connections=1) as store:
        left = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        left.cancel()
        wanted = store.folders()
        server.may_answer.set()
        assert wanted.result(10)
        assert server.count(b"LOGIN") == 1


def test_a_request_that_is_left_while_connecting_is_never_sent() -> None:
    with StallingServer(mailbox_of(9)) as server, store_on(server.port, connections=1) as store:
        server.may_greet.clear()
        left = store.page(INBOX, 1, NEWEST_FIRST)
        wait_until(lambda: store.connection_states[0] is ConnectionState.CONNECTING)
        left.cancel()
        wanted = store.folders()
        server.may_greet.set()
        assert wanted.result(10)
        assert server.count(b"FETCH") == 0
        assert server.count(b"LOGIN") == 1


def test_one_who_waits_costs_one_connection_of_abandoned_bulk_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "LITTLE", 0.0)
    with StallingServer(mailbox_of(200)) as server, store_on(server.port, connections=3) as store:
        bulk = [store.raw(identities(200), Kept()) for _ in range(2)]
        server.wait_for(b"UID FETCH", 2)
        page = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        for request in bulk:
            request.cancel()
        wanted = store.folders()
        assert wanted.result(10)
        server.may_answer.set()
        assert page.result(10)
        assert [type(one.exception(10)) for one in bulk] == [ConnectionLost, CancelledError]


def test_cancelled_bulk_work_stops_at_the_next_slice() -> None:
    with RecordingServer(mailbox_of(2000)) as server, store_on(server.port) as store:
        submitted = threading.Event()

        class Cancelling(Kept):
            def end(self, identity: Identity) -> None:
                super().end(identity)
                submitted.wait(10)
                request.cancel()

        kept = Cancelling()
        request = store.raw(identities(2000), kept)
        submitted.set()
        with pytest.raises(CancelledError):
            request.result(10)
        assert len(kept.whole) <= 3 * 20


def test_closing_does_not_wait_for_a_silent_server() -> None:
    with SilentServer(mailbox_of(9), at=b"FETCH") as server, store_on(server.port) as store:
        stuck = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        with patience():
            store.close()
        assert isinstance(stuck.exception(10), ConnectionLost)
        assert store.folders().cancelled()


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire.Wire.send, "__kwdefaults__", {"timeout": 0.3})
    with SilentServer(mailbox_of(9), at=b"FETCH") as server, store_on(server.port) as store:
        with pytest.raises(DeadlineExceeded, match="did not answer in time"):
            store.page(INBOX, 1, NEWEST_FIRST).result(10)
        wait_until(lambda: store.connection_states[0] is ConnectionState.CLOSED)


def test_a_search_has_a_deadline_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "PATIENCE", 0.3)
    with SilentServer(mailbox_of(9), at=b"UID SEARCH") as server, store_on(server.port) as store:
        request = store.page(INBOX, 1, NEWEST_FIRST, query=parse_query("from:ada"))
        with pytest.raises(DeadlineExceeded, match="did not answer in time"):
            request.result(10)


def test_what_nobody_waits_for_any_more_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LITTLE", 0.0)
    with SilentServer(mailbox_of(9), at=b"UID SEARCH") as server, store_on(server.port) as store:
        request = store.page(INBOX, 1, NEWEST_FIRST, query=parse_query("from:ada"))
        server.wait_for(b"UID SEARCH")
        assert not request.cancel()
        assert isinstance(request.exception(10), ConnectionLost)
        assert len(store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries) == 9


@dataclass
class Heard:
    events: list[StoreEvent] = field(default_factory=list)

    def kinds(self) -> list[type]:
        return [type(e) for e in self.events if isinstance(e, Lost | Reconnected | Throttled)]


def test_a_lost_connection_is_opened_anew_and_the_page_comes() -> None:
    with DroppingServer(mailbox_of(60), cut={1}) as server, store_on(server.port) as store:
        heard = Heard()
        store.listen(heard.events.append)
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert len(page.summaries) == 50
        assert heard.kinds() == [Lost, Reconnected]
        assert server.count(b"LOGIN") == 2


def test_whole_messages_go_on_where_they_were_cut_off() -> None:
    with DroppingServer(mailbox_of(100), cut={2, 4}) as server, store_on(server.port) as store:
        kept = Kept()
        store.raw(identities(100), kept).result(20)
        assert sorted(kept.whole) == list(range(1, 101))
        assert all(isinstance(error, MessageUnreadable) for error in kept.failed.values())
        assert len(kept.failed) <= 2
        assert kept.open == {}


def test_a_connection_that_is_lost_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01))
    with (
        DroppingServer(mailbox_of(60), cut=range(1, 99)) as server,
        store_on(server.port) as store,
    ):
        with pytest.raises(ConnectionLost):
            store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert server.count(b"FETCH") == 3


def test_a_server_that_is_away_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01))
    server = ArchiveServer(mailbox_of(9), password="open-sesame").start()
    with store_on(server.port) as store:
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        server.close()
        with pytest.raises(ConnectError, match="cannot connect"):
            store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert store.connection_states[0] is ConnectionState.CLOSED


def test_a_wrong_password_is_said_at_once() -> None:
    with (
        RecordingServer(mailbox_of(1)) as server,
        store_on(server.port, password="wrong") as store,
    ):
        with pytest.raises(SignInError, match="refused to sign in demo"):
            store.folders().result(10)
        assert server.count(b"LOGIN") == 1


def test_fewer_connections_where_the_server_allows_fewer() -> None:
    script = ScriptedServer()
    logins: list[bytes] = []
    waiting = threading.Event()

    def login(tag: bytes, rest: bytes) -> bytes:
        logins.append(rest)
        if len(logins) == 1:
            return tag + b" OK in\r\n"
        return tag + b" NO [LIMIT] Maximum number of connections exceeded\r\n"

    def listing(tag: bytes, _rest: bytes) -> bytes:
        waiting.wait(10)
        return b'* LIST () "/" INBOX\r\n' + tag + b" OK\r\n"

    script.answers |= {"LOGIN": login, "LIST": listing}
    with script.running() as server, store_on(server.port, connections=3) as store:
        heard = Heard()
        store.listen(heard.events.append)
        first = store.folders()
        wait_until(lambda: any(b"LIST" in line for line in server.lines))
        second = store.folders()
        wait_until(lambda: len(logins) >= 2)
        waiting.set()
        assert first.result(10) == second.result(10)
        assert Throttled in heard.kinds()
        assert len(store.connection_states) < 3


def test_what_a_receiver_raises_ends_its_request_and_nothing_else() -> None:
    class Full(Kept):
        def end(self, _identity: Identity) -> None:
            raise FileError("no space left")

    with RecordingServer(mailbox_of(50)) as server, store_on(server.port) as store:
        with pytest.raises(FileError, match="no space left"):
            store.raw(identities(50), Full()).result(10)
        kept = Kept()
        store.raw(identities(50), kept).result(10)
        assert len(kept.whole) == 50


def test_new_mail_between_two_pages() -> None:
    with ChangingServer(mailbox_of(60)) as server, store_on(server.port) as store:
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        server.add(b"Subject: fresh\r\n\r\n")
        server.expunge(1, 2)
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert (subjects(page.summaries)[0], page.window.total) == ("fresh", 59)
        # the window asked for is past the end by now
        server.expunge(*range(3, 40))
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        assert (subjects(page.summaries)[0], page.window.total) == ("Message 40", 22)
        assert all(s.error is None for s in page.summaries)
