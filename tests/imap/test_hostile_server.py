"""What a server does wrong costs one row or one connection, never a wrong identity."""

from __future__ import annotations

import threading

import pytest

from tests.imap.test_store import NEWEST_FIRST, OLDEST_FIRST, Kept, subjects
from tests.servers.archive import EndlessServer, GarbageServer, RecordingServer, mailbox_of
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.errors import DeadlineExceeded, MessageGone, MessageUnreadable, ProtocolError
from tuimail.imap import wire
from tuimail.imap.events import Alert
from tuimail.imap.identity import Identity


@pytest.mark.parametrize(
    "structure", [b"NIL", b"()", b"(" * 5000 + b")" * 5000, b'("a" "b")', b'"text"', b"((((1))))"]
)
def test_one_bad_structure_costs_one_row(structure: bytes) -> None:
    with (
        GarbageServer(mailbox_of(50), garbled={20: {"body_structure": structure}}) as server,
        store_on(server.port) as store,
    ):
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        assert len(page.summaries) == 50
        bad = [s for s in page.summaries if s.error is not None]
        assert [(s.sequence_number, s.identity.uid, str(s.subject)) for s in bad] == [
            (20, 20, "Message 20")
        ]
        assert str(bad[0].error).isprintable()


@pytest.mark.parametrize("structure", [b'("a"', b'"open', b"("])
def test_a_structure_that_does_not_end_costs_one_row(structure: bytes) -> None:
    with (
        GarbageServer(mailbox_of(50), garbled={20: {"body_structure": structure}}) as server,
        store_on(server.port) as store,
    ):
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        bad = [s.sequence_number for s in page.summaries if s.error is not None]
        assert (len(page.summaries), bad) == (50, [20])


def test_rows_without_or_with_false_uids_get_no_identity() -> None:
    with (
        GarbageServer(mailbox_of(50), without_uid={5}, foreign_uids={9: 3, 30: 30000}) as server,
        store_on(server.port) as store,
    ):
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        uids = [s.identity.uid for s in page.summaries]
        # 3 stands twice, one of them is false; and 30000 is the only one that fits nowhere
        assert uids.count(3) == 1
        wrong = [n for n, uid in enumerate(uids, 1) if uid != n]
        assert wrong == [5, 9, 30]
        with pytest.raises(MessageUnreadable, match="no UID"):
            store.headers(page.summaries[4].identity).result(10)


def test_an_expunge_in_the_middle_shifts_no_row() -> None:
    with (
        GarbageServer(mailbox_of(60), expunged_before={10: 3}) as server,
        store_on(server.port) as store,
    ):
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        assert page.window.total == 59
        for summary in page.summaries:
            if summary.identity.uid:
                assert str(summary.subject) == f"Message {summary.identity.uid}"
        assert [s.identity.uid for s in page.summaries if not s.error][:3] == [1, 2, 4]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (EndlessServer.OK, DeadlineExceeded),
        (EndlessServer.LINE, (DeadlineExceeded, ProtocolError)),
        (EndlessServer.LITERAL, ProtocolError),
    ],
    ids=["endless OK", "endless line", "a literal of 1.9 GB"],
)
def test_endless_answers_end(
    answer: tuple[bytes, bytes],
    error: type[Exception] | tuple[type[Exception], ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire.Wire.send, "__kwdefaults__", {"timeout": 0.5})
    with (
        EndlessServer(mailbox_of(9), answer) as server,
        store_on(server.port) as store,
        pytest.raises(error),
    ):
        store.page(INBOX, 1, NEWEST_FIRST).result(20)


def test_a_literal_of_another_message_is_not_saved() -> None:
    script = ScriptedServer()
    script.answers["UID FETCH"] = lambda tag, _rest: (
        b"* 2 FETCH (UID 77 BODY[] {5}\r\nwrong)\r\n"
        b"* 1 FETCH (FLAGS () UID 1 BODY[] {5}\r\nfirst)\r\n"
        b"* 3 FETCH (BODY[] {5}\r\nthird UID 3)\r\n"
        b"* 2 FETCH (BODY[] {5}\r\nthief)\r\n"
        b"* 1 FETCH (UID 1 BODY[] {5}\r\nagain)\r\n" + tag + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port, connections=1) as store:
        kept = Kept()
        wanted = [Identity(b"INBOX", 9, uid) for uid in (1, 2, 3)]
        store.raw(wanted, kept).result(10)
        assert kept.whole == {1: b"first", 3: b"third"}
        assert {uid: type(error) for uid, error in kept.failed.items()} == {2: MessageGone}


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"* 1 FETCH (BODY[] {5000}\r\n%b UID 1)\r\n", True),
        (b"* 1 FETCH (FLAGS (UID) BODY[] {5000}\r\n%b FLAGS (7) UID 1)\r\n", True),
        (b"* 1 FETCH (BODY[] {5000}\r\n%b UID 2)\r\n", False),
        (b"* 1 FETCH (BODY[] {5000}\r\n%b)\r\n", False),
    ],
)
def test_a_message_that_is_too_large_to_wait_for_its_uid(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, whole: bool
) -> None:
    monkeypatch.setattr(wire, "LITERAL_LIMIT", 1_000)
    monkeypatch.setattr(wire, "_CHUNK", 100)
    octets = b"x" * 5_000
    script = ScriptedServer()
    script.answers["UID FETCH"] = lambda tag, _rest: answer % octets + tag + b" OK\r\n"
    with script.running() as server, store_on(server.port, connections=1) as store:
        kept = Kept()
        store.raw([Identity(b"INBOX", 9, 1)], kept).result(10)
    assert kept.whole == ({1: octets} if whole else {})
    assert [str(error) for error in kept.failed.values()] == (
        [] if whole else ["the server sent another message"]
    )


def test_an_alert_is_passed_on_as_safe_text() -> None:
    script = ScriptedServer()
    script.answers["LIST"] = lambda tag, _rest: (
        b"* OK [ALERT] \x1b]52;c;ZXZpbA==\x07 down at noon\r\n" + tag + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        alerts: list[str] = []
        store.listen(
            lambda event: alerts.append(str(event.text)) if isinstance(event, Alert) else None
        )
        store.folders().result(10)
        assert len(alerts) == 1
        assert alerts[0].endswith("down at noon")
        assert alerts[0].isprintable()


def test_a_window_that_is_refused_is_worked_out_once_more() -> None:
    """The server says 3 EXISTS, refuses 1:3, and says on NOOP that two are left."""
    script = ScriptedServer()
    refused = threading.Event()

    def fetch(tag: bytes, rest: bytes) -> bytes:
        if not refused.is_set():
            refused.set()
            return tag + b" BAD Invalid messageset\r\n"
        assert rest.startswith(b"FETCH 1:2 ")
        header = b"Subject: a\r\n\r\n"
        row = b"* %d FETCH (UID %d FLAGS () BODY[HEADER.FIELDS (SUBJECT)] {%d}\r\n%b)\r\n"
        rows = b"".join(row % (n, n, len(header), header) for n in (1, 2))
        return rows + tag + b" OK\r\n"

    script.answers["FETCH"] = fetch
    script.answers["NOOP"] = lambda tag, _rest: b"* 3 EXPUNGE\r\n" + tag + b" OK\r\n"
    with script.running() as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
        assert (page.window.total, subjects(page.summaries)) == (2, ["a", "a"])


def test_every_command_of_a_whole_walk_is_on_the_list() -> None:
    with RecordingServer(mailbox_of(60)) as server, store_on(server.port) as store:
        folders = store.folders().result(10)
        store.statuses(folders, lambda _folder, _status: None).result(10)
        rows = store.page(INBOX, 1, NEWEST_FIRST).result(10).summaries
        store.page(INBOX, 2, NEWEST_FIRST).result(10)
        store.headers(rows[0].identity).result(10)
        assert rows[0].structure is not None
        store.part(rows[0].identity, rows[0].structure).result(10)
        store.raw([row.identity for row in rows], Kept()).result(10)
        store.look(INBOX).result(10)
    names = {b" ".join(c.split(b" ")[: 1 + c.startswith(b"UID ")]) for c in server.commands}
    assert names == {
        b"LOGIN", b"LIST", b"STATUS", b"EXAMINE", b"NOOP", b"FETCH", b"UID FETCH",
    }  # fmt: skip
    fetches = [c for c in server.commands if b"FETCH" in c]
    assert all(b"BODY[" not in c and b"RFC822 " not in c for c in fetches)
