"""Faults that once cost more than they had to: each server here does one thing wrong."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from tests.imap.test_store import NEWEST_FIRST, OLDEST_FIRST, Kept, subjects
from tests.servers.archive import (
    ChangingServer,
    DroppingServer,
    RecordingConnection,
    RecordingServer,
    SilentServer,
    StallingServer,
    mailbox_of,
    wait_until,
)
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.archive.command import Command as ArchiveCommand
from tuimail.errors import (
    CommandForbidden,
    CommandRefused,
    ConnectError,
    ConnectionLost,
    MessageGone,
    MessageUnreadable,
    ProtocolError,
    ServerBusy,
    SignInError,
)
from tuimail.imap import pool, wire
from tuimail.imap.command import Command
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.events import Alert, Lost, StoreEvent, Throttled
from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import parse_query
from tuimail.imap.selection import Selection
from tuimail.imap.session import Session
from tuimail.imap.structure import Part
from tuimail.imap.trust import Trust
from tuimail.text import MailText


def identities(count: int, validity: int = 1) -> list[Identity]:
    return [Identity(b"INBOX", validity, uid) for uid in range(1, count + 1)]


def test_a_cancelled_save_leaves_nothing_to_the_next_request() -> None:
    with StallingServer(mailbox_of(100)) as server, store_on(server.port, connections=1) as store:
        save = store.raw(identities(100), Kept())
        server.wait_for(b"UID FETCH")
        save.cancel()
        server.may_answer.set()
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert subjects(page.summaries)[0] == "Message 100"
        with pytest.raises((CancelledError, ConnectionLost)):
            save.result(10)


def test_keywords_cannot_pretend_to_be_a_uid() -> None:
    script = ScriptedServer()
    script.answers["UID FETCH"] = lambda tag, _rest: (
        b"* 1 FETCH (FLAGS (UID 7 \\Seen) UID 5 BODY[] {4}\r\nfive)\r\n"
        b"* 2 FETCH (BODY[] {5}\r\nseven UID 7 FLAGS (UID 5))\r\n" + tag + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        kept = Kept()
        store.raw([Identity(b"INBOX", 9, 5), Identity(b"INBOX", 9, 7)], kept).result(10)
        assert kept.whole == {5: b"five", 7: b"seven"}


def test_a_message_without_a_uid_costs_itself() -> None:
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        kept = Kept()
        store.raw([Identity(b"INBOX", 1, 0), *identities(3)], kept).result(10)
        assert sorted(kept.whole) == [1, 2, 3]
        assert isinstance(kept.failed[0], MessageUnreadable)


def test_messages_sent_as_strings_or_not_at_all() -> None:
    script = ScriptedServer()
    script.answers["UID FETCH"] = lambda tag, _rest: (
        b'* 1 FETCH (UID 1 BODY[] "")\r\n* 2 FETCH (UID 2 BODY[] "short")\r\n'
        b"* 3 FETCH (UID 3 BODY[] NIL)\r\n" + tag + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        kept = Kept()
        store.raw(identities(4, 9), kept).result(10)
        assert kept.whole == {1: b"", 2: b"short"}
        assert {uid: type(e) for uid, e in kept.failed.items()} == {
            3: MessageUnreadable,
            4: MessageGone,
        }


def test_an_answer_that_belongs_to_a_later_batch() -> None:
    script = ScriptedServer()

    def fetch(tag: bytes, rest: bytes) -> bytes:
        first = b"1:20" in rest
        uid = 41 if first else int(rest.split()[2].split(b":")[0])
        return b"* 1 FETCH (UID %d BODY[] {1}\r\nx)\r\n" % uid + tag + b" OK\r\n"

    script.answers["UID FETCH"] = fetch
    with script.running() as server, store_on(server.port, connections=1) as store:
        kept = Kept()
        store.raw(identities(45, 9), kept).result(10)
        assert sorted(kept.whole) == [21, 41]


def test_a_folder_name_with_a_line_break_is_never_open() -> None:
    broken = Folder(b"a\nb", MailText("a\nb"), "/", ())
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port, connections=1) as store:
        store.page(INBOX, 1, NEWEST_FIRST).result(10)
        for _ in range(2):
            with pytest.raises(CommandForbidden):
                store.page(broken, 1, NEWEST_FIRST).result(10)
        counted: list[str] = []
        both = (broken, INBOX)
        store.statuses(both, lambda folder, _status: counted.append(str(folder.name))).result(10)
        assert counted == ["INBOX"]
        assert len(store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries) == 3


def test_new_mail_in_an_empty_folder_is_seen() -> None:
    with ChangingServer(mailbox_of(0)) as server, store_on(server.port) as store:
        assert store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries == ()
        server.add(b"Subject: first\r\n\r\n")
        assert subjects(store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries) == ["first"]


@pytest.mark.parametrize(
    "answer",
    [
        b"* SEARCH 99999999999\r\n",
        b"* ESEARCH (TAG \"x\") UID ALL :5\r\n",
        b"* ESEARCH (TAG \"x\") UID ALL 1:4294967295\r\n",
        b"* ESEARCH (TAG \"x\") UID ALL 0\r\n",
    ],
)  # fmt: skip
def test_search_results_that_cannot_be(answer: bytes) -> None:
    extended = b" ESEARCH" if b"ESEARCH" in answer else b""
    script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1" + extended)
    script.answers["UID SEARCH"] = lambda tag, _rest: answer + tag + b" OK\r\n"
    with (
        script.running() as server,
        store_on(server.port) as store,
        pytest.raises(ProtocolError),
    ):
        store.choose(INBOX, Selection()).result(10)


def test_sections_that_come_in_two_answers_or_in_part() -> None:
    script = ScriptedServer()
    one, two = Identity(b"INBOX", 9, 1), Identity(b"INBOX", 9, 2)
    script.answers["UID FETCH"] = lambda tag, rest: (
        (
            b"* 1 FETCH (UID 1 BODY[1.MIME] {4}\r\nmime)\r\n"
            b"* 1 FETCH (UID 1 BODY[1]<0> {4}\r\nbody)\r\n"
            b"* 1 FETCH (UID 1 BODY[1]<0> {4}\r\nbody)\r\n"
            if b"FETCH 1 " in rest
            else b"* 2 FETCH (UID 2 BODY[1.MIME] {4}\r\nmime)\r\n"
        )
        + tag
        + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        part = store.part(one, Part("1", "text/plain")).result(10)
        assert (part.mime, part.body) == (b"mime", b"body")
        with pytest.raises(MessageUnreadable):
            store.part(two, Part("1", "text/plain")).result(10)


def test_a_kept_result_is_void_in_a_folder_that_was_made_anew() -> None:
    with ChangingServer(mailbox_of(30)) as server, store_on(server.port, connections=1) as store:
        query = parse_query("subject:message")
        page = store.page(INBOX, 1, OLDEST_FIRST, query=query, size=10).result(10)
        server.renew(77)
        server.expunge(1, 2, 3)
        other = Folder(b"Elsewhere", MailText("Elsewhere"), "/", ())
        with pytest.raises(CommandRefused, match="refused EXAMINE"):
            store.page(other, 1, OLDEST_FIRST).result(10)
        again = store.page(INBOX, 1, OLDEST_FIRST, query=query, size=10, result=page.result).result(
            10
        )
        assert again.uid_validity == 77
        assert [s.identity.uid for s in again.summaries][:2] == [4, 5]


def test_one_bad_row_does_not_end_a_sort_made_here() -> None:
    script = ScriptedServer()
    script.answers["FETCH"] = lambda tag, _rest: (
        b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {14}\r\nSubject: b\r\n\r\n)\r\n"
        b"* 2 FETCH (UID 2 BODY[HEADER.FIELDS (SUBJECT)] ((((\r\n"
        b"* 3 FETCH (UID 3 BODY[HEADER.FIELDS (SUBJECT)] {14}\r\nSubject: a\r\n\r\n)\r\n"
        + tag + b" OK\r\n"
    )  # fmt: skip
    with script.running() as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, Selection(order=Order(SortKey.SUBJECT, False))).result(10)
        assert list(chosen.uids) == [2, 3, 1]


def test_a_refusal_that_ends_like_a_literal() -> None:
    script = ScriptedServer()
    script.answers["EXAMINE"] = lambda tag, _rest: tag + b" NO no such folder: tax{2024}\r\n"
    with (
        script.running() as server,
        store_on(server.port) as store,
        pytest.raises(CommandRefused, match=r"tax\{2024\}"),
    ):
        store.page(INBOX, 1, NEWEST_FIRST).result(10)


def test_alerts_come_through_whenever_they_are_said() -> None:
    script = ScriptedServer()
    script.answers["LOGIN"] = lambda tag, _rest: tag + b" OK [ALERT] password ends soon\r\n"
    script.answers["LIST"] = lambda tag, _rest: tag + b" OK [ALERT] down at noon\r\n"
    with script.running() as server, store_on(server.port) as store:
        alerts: list[str] = []

        def note(event: StoreEvent) -> None:
            if isinstance(event, Alert):
                alerts.append(str(event.text))

        store.listen(note)
        store.folders().result(10)
        assert alerts == ["password ends soon", "down at noon"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"* BYE [UNAVAILABLE] too many connections\r\n", ServerBusy),
        (b"%b NO [INUSE] try later\r\n", ServerBusy),
        (b"%b NO [AUTHENTICATIONFAILED] no\r\n", SignInError),
        (b"garbage\r\n", ConnectError),
    ],
)
def test_ways_to_be_turned_away(answer: bytes, error: type[Exception]) -> None:
    script = ScriptedServer(hangs_up=answer.startswith(b"* BYE"))
    script.answers["LOGIN"] = lambda tag, _rest: answer.replace(b"%b", tag)
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        with pytest.raises(ConnectError) as caught:
            Session.open(endpoint, "secret", Trust())
        assert type(caught.value) is error


def test_a_password_is_not_shown_with_its_command() -> None:
    assert "secret" not in repr(Command(b"LOGIN", (b"ada", b"secret")))


@pytest.mark.parametrize(
    "arguments",
    [(b"1 BODY[]", b"(UID)"), (b"1", b"(UID)", b"BODY[]"), (b"1", b"(BODY [])"), (b"1",)],
)
def test_fetch_is_checked_whole(arguments: tuple[bytes, ...]) -> None:
    with pytest.raises(CommandForbidden):
        Command(b"FETCH", arguments)


def test_a_line_that_died_while_idle_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers no FETCH on the first connection, and every one on the second."""
    monkeypatch.setattr(wire.Wire.send, "__kwdefaults__", {"timeout": 0.3})
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01))

    with SilentServer(mailbox_of(9), at=b"FETCH") as server, store_on(server.port) as store:
        store.folders().result(10)
        page = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH")
        server.at = b"never"
        assert len(page.result(10).summaries) == 9
        assert server.count(b"LOGIN") == 2


def test_a_network_that_was_away_leaves_every_connection_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01))
    with DroppingServer(mailbox_of(60), cut=range(1, 4)) as server, store_on(server.port) as store:
        events: list[StoreEvent] = []
        store.listen(events.append)
        requests = [store.page(INBOX, 1, NEWEST_FIRST) for _ in range(4)]
        for request in requests:
            request.exception(10)
        assert any(isinstance(event, Lost) for event in events)
        assert not any(isinstance(event, Throttled) for event in events)
        assert len(store.connection_states) == 4


def test_closing_ends_requests_that_wait_for_another_connection() -> None:
    script = ScriptedServer()
    go_on = threading.Event()
    logins: list[bytes] = []

    def login(tag: bytes, rest: bytes) -> bytes:
        logins.append(rest)
        return tag + (b" OK in\r\n" if len(logins) == 1 else b" NO [LIMIT] too many\r\n")

    def listing(tag: bytes, _rest: bytes) -> bytes:
        go_on.wait(10)
        return tag + b" OK\r\n"

    script.answers |= {"LOGIN": login, "LIST": listing}
    with script.running() as server, store_on(server.port, connections=2) as store:
        store.folders()
        wait_until(lambda: any(b"LIST" in line for line in server.lines))
        second = store.folders()
        wait_until(lambda: len(store.connection_states) == 1)
        store.close()
        assert isinstance(second.exception(10), ConnectionLost)
        go_on.set()


def test_a_listener_that_fails_hangs_nobody() -> None:
    def fail(_event: StoreEvent) -> None:
        raise RuntimeError("the listener is broken")

    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        store.listen(fail)
        with pytest.raises(RuntimeError, match="listener is broken"):
            store.folders().result(10)


def test_who_asks_again_at_once_gets_the_same_connection() -> None:
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        done = threading.Event()
        first = store.folders()
        first.add_done_callback(
            lambda _request: store.folders().add_done_callback(lambda _again: done.set())
        )
        assert done.wait(10)
        assert server.count(b"LOGIN") == 1


class _PagesStall(RecordingConnection):
    """Answers UID FETCH, and to FETCH by sequence number nothing at all."""

    def handle_fetch(self, command: ArchiveCommand) -> str:
        if not command.uid:
            self.server.closing.wait()
        return super().handle_fetch(command)


def test_esc_frees_the_connection_that_a_save_lends() -> None:
    """One connection: a page that stalls between two slices of a save is given up."""
    with (
        RecordingServer(mailbox_of(100), connection_class=_PagesStall) as server,
        store_on(server.port, connections=1) as store,
    ):
        kept = Kept()
        save = store.raw(identities(100), kept)
        stuck = store.page(INBOX, 1, NEWEST_FIRST)
        server.wait_for(b"FETCH ")
        stuck.cancel()
        assert store.folders().result(10)
        save.result(20)
        assert sorted(kept.whole) == list(range(1, 101))
