"""Plans of exports that were planned before, and of servers that answer badly."""

from __future__ import annotations

import tracemalloc
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.exporting import EVERYTHING, every_folder, export, export_from, files, opened
from tests.export.ledgers import saved
from tests.servers.archive import (
    ChangingServer,
    DroppingServer,
    LazyMessages,
    RecordingServer,
    _ChangingConnection,
    mailbox_of,
)
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.stores import store_on
from tuimail.archive.command import Command
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.response import no
from tuimail.errors import ConnectionLost
from tuimail.export.moved import LostMessages
from tuimail.export.plan import Plan, plan_export
from tuimail.export.records import Record, Status
from tuimail.imap import pool
from tuimail.imap.number_set import NumberSet
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore

FIRST_FILE = "INBOX/2024-01-01_0001_message-1_1.eml"


@pytest.fixture(autouse=True)
def _short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01, 0.01))


def uids(text: str) -> Selection:
    return Selection(NumberSet.parse(text), by_uid=True)


def plan_only(store: MailStore, path: Path, selection: Selection = EVERYTHING) -> Plan:
    """As a run that is broken off before the first message comes."""
    with opened(path) as (directory, ledger):
        return plan_export(
            store,
            every_folder(store),
            selection,
            ledger,
            directory=directory,
            pauses=(0.01, 0.01),
        )


def count(path: Path, status: Status) -> int:
    with opened(path) as (_, ledger):
        return ledger.count(status)[0]


class TestBrokenOff:
    def test_a_narrow_run_fetches_its_own_and_leaves_the_rest_to_do(self, tmp_path: Path) -> None:
        with ChangingServer(mailbox_of(5)) as server, store_on(server.port) as store:
            plan_only(store, tmp_path)
            assert export(store, tmp_path, uids("1")).sums == [("INBOX", 1, 1, 0, 0)]
            assert (count(tmp_path, Status.LEFT), count(tmp_path, Status.ASKED)) == (4, 0)
            assert export(store, tmp_path, uids("2")).sums == [("INBOX", 1, 1, 0, 0)]
            assert count(tmp_path, Status.LEFT) == 3
            # What the server no longer has is nothing to do.
            server.expunge(5)
            export(store, tmp_path, uids("1"))
            assert count(tmp_path, Status.LEFT) == 2
            assert export(store, tmp_path).sums == [("INBOX", 4, 2, 2, 0)]
            assert count(tmp_path, Status.LEFT) == 0


class TestMadeAnew:
    def test_a_narrow_run_finds_all_of_the_folder_again(self, tmp_path: Path) -> None:
        with FaultyServer(mailbox_of(5)) as server, store_on(server.port) as store:
            export(store, tmp_path)
            server.renew(77)
            store.look(every_folder(store)[0]).result(20)
            assert export(store, tmp_path, uids("2")).sums == [("INBOX", 1, 0, 1, 0)]
            assert export(store, tmp_path).sums == [("INBOX", 5, 0, 5, 0)]
        assert len([one for one in files(tmp_path) if one.endswith(".eml")]) == 5

    def test_a_server_that_guesses_at_sizes_is_compared_with_its_guesses(
        self, tmp_path: Path
    ) -> None:
        faults = {3: Fault.SHORT}
        with FaultyServer(mailbox_of(5), faults=faults) as server, store_on(server.port) as store:
            export(store, tmp_path)
            server.renew(77)
            store.look(every_folder(store)[0]).result(20)
            assert export(store, tmp_path).sums == [("INBOX", 5, 0, 5, 0)]

    @pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.NOTHING])
    def test_what_failed_and_is_gone_is_forgotten(self, tmp_path: Path, fault: Fault) -> None:
        with FaultyServer(mailbox_of(5), faults={3: fault}) as server:
            assert export_from(server, tmp_path).sums == [("INBOX", 5, 4, 0, 1)]
            server.expunge(3)
            assert export_from(server, tmp_path).sums == [("INBOX", 4, 0, 4, 0)]
        assert count(tmp_path, Status.FAILED) == 0

    def test_what_failed_under_another_uidvalidity_is_forgotten(self, tmp_path: Path) -> None:
        with FaultyServer(mailbox_of(5), faults={3: Fault.REFUSED}) as server:
            export_from(server, tmp_path)
            server.faults = {}
            server.renew(77)
            assert export_from(server, tmp_path).sums == [("INBOX", 5, 1, 4, 0)]
        assert count(tmp_path, Status.FAILED) == 0


class TestLostMessages:
    def found(self, tmp_path: Path, old: Record, new: Record) -> bool:
        with opened(tmp_path) as (_, ledger):
            ledger.add_folder(b"INBOX", "INBOX", "INBOX")
            ledger.note([old._replace(server_size=10)])
            return LostMessages(ledger, 1, 8).find_again(new._replace(server_size=10))

    @pytest.mark.parametrize(
        ("before", "now", "same"),
        [("M1", "M1", True), ("M1", "M2", False), (None, "M2", True), ("M1", None, True)],
    )
    def test_emailid_alone_decides_where_both_have_one(
        self, tmp_path: Path, before: str | None, now: str | None, same: bool
    ) -> None:
        old = saved(1)._replace(email_id=before)
        new = saved(9, uid_validity=8)._replace(email_id=now)
        assert self.found(tmp_path, old, new) is same

    def test_a_moment_is_the_same_in_any_zone(self, tmp_path: Path) -> None:
        new = saved(9, uid_validity=8)._replace(
            email_id=None, internal_date="2026-11-20T08:14:00+00:00"
        )
        assert self.found(tmp_path, saved(1), new)

    def test_memory_does_not_grow_with_them(self, tmp_path: Path) -> None:
        with opened(tmp_path) as (_, ledger):
            ledger.add_folder(b"INBOX", "INBOX", "INBOX")
            ledger.note([saved(uid)._replace(email_id=f"M{uid}") for uid in range(1, 20_001)])
            tracemalloc.start()
            lost = LostMessages(ledger, 1, 8)
            for uid in range(1, 20_001, 100):
                assert lost.find_again(
                    Record(1, 8, uid + 1_000_000, Status.ASKED, email_id=f"M{uid}")
                )
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 500_000


class TestFiles:
    def test_what_was_deleted_or_cut_is_fetched_again(self, tmp_path: Path) -> None:
        with RecordingServer(mailbox_of(5)) as server, store_on(server.port) as store:
            export(store, tmp_path)
            before = files(tmp_path)
            first, second, *_ = sorted(one for one in before if one.endswith(".eml"))
            (tmp_path / first).unlink()
            (tmp_path / second).write_bytes(b"cut")
            done = export(store, tmp_path)
            assert done.sums == [("INBOX", 5, 2, 3, 0)]
            assert done.plan.notes == (
                "INBOX: the files of 2 messages are missing or have another size; they are"
                " fetched again",
            )
            after = files(tmp_path)
            assert after[first] == before[first]
            assert after[second] == b"cut"
            assert after[second.replace(".eml", "~2.eml")] == before[second]
            assert export(store, tmp_path).sums == [("INBOX", 5, 0, 5, 0)]

    def test_a_folder_that_was_deleted(self, tmp_path: Path) -> None:
        with RecordingServer(mailbox_of(5)) as server, store_on(server.port) as store:
            export(store, tmp_path)
            (tmp_path / "INBOX").rename(tmp_path.parent / "away")
            assert export(store, tmp_path).sums == [("INBOX", 5, 5, 0, 0)]


class TestFolders:
    def test_one_that_cannot_be_opened_is_noted_until_it_can(self, tmp_path: Path) -> None:
        mailbox = Mailbox(
            (StoredFolder("INBOX", LazyMessages(2)), StoredFolder("Sent", LazyMessages(2)))
        )
        with FaultyServer(mailbox, closed={"Sent"}) as server:
            export_from(server, tmp_path)
            with opened(tmp_path) as (_, ledger):
                inbox, sent = ledger.folders()
            assert inbox.error is None
            assert (sent.name, sent.path, sent.uid_validity) == ("Sent", "Sent", None)
            assert sent.error is not None
            assert "Permission denied" in sent.error
            server.closed = ()
            export_from(server, tmp_path)
        with opened(tmp_path) as (_, ledger):
            assert [one.error for one in ledger.folders()] == [None, None]

    def test_inbox_is_one_folder_in_any_case(self, tmp_path: Path) -> None:
        with (
            RecordingServer(mailbox_of(2)) as server,
            store_on(server.port) as store,
            opened(tmp_path) as (_, ledger),
        ):
            (inbox,) = every_folder(store)
            for raw_name in (b"INBOX", b"Inbox"):
                plan_export(store, [replace(inbox, raw_name=raw_name)], EVERYTHING, ledger)
            assert [one.path for one in ledger.folders()] == ["INBOX"]


class TestThrottled:
    @pytest.mark.parametrize("at", ["EXAMINE", "rows"])
    def test_the_plan_waits_and_knows_all(self, tmp_path: Path, at: str) -> None:
        with _ThrottlingServer(mailbox_of(20), at=at, times=2) as server:
            done = export_from(server, tmp_path, connections=1)
        assert done.sums == [("INBOX", 20, 20, 0, 0)]
        assert done.plan.failures == ()
        assert len(done.heard.sentences) == 2
        assert "Come back later; going on in 0 seconds" in done.heard.sentences[0]
        assert FIRST_FILE in files(tmp_path)

    @pytest.mark.parametrize("at", ["EXAMINE", "rows"])
    def test_a_server_that_never_has_time_costs_the_folder(self, tmp_path: Path, at: str) -> None:
        with _ThrottlingServer(mailbox_of(20), at=at, times=1_000) as server:
            done = export_from(server, tmp_path, connections=1)
        ((_, sentence),) = done.plan.failures
        assert "Come back later" in sentence
        assert count(tmp_path, Status.ASKED) == 0


class TestUntold:
    def test_what_is_left_out_once_is_asked_for_again(self, tmp_path: Path) -> None:
        with _UntellingServer(mailbox_of(5), {1}, times=1) as server:
            done = export_from(server, tmp_path)
        assert done.plan.notes == ()
        assert FIRST_FILE in files(tmp_path)

    def test_what_is_always_left_out_is_told(self, tmp_path: Path) -> None:
        with _UntellingServer(mailbox_of(5), {1, 3}, times=1_000) as server:
            done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 5, 5, 0, 0)]
        assert done.plan.notes == (
            "INBOX: the server does not tell the date and subject of 2 messages; their files are"
            " named by the UID",
        )

    def test_a_server_that_cuts_every_row_off_ends_the_plan(self, tmp_path: Path) -> None:
        with (
            DroppingServer(mailbox_of(30), cut=range(1, 10_000)) as server,
            store_on(server.port) as store,
            pytest.raises(ConnectionLost),
        ):
            plan_only(store, tmp_path)
        assert server.fetches < 200


class _ThrottlingServer(ChangingServer):
    """Has no time for the first commands."""

    def __init__(self, mailbox: Mailbox, *, at: str, times: int) -> None:
        super().__init__(mailbox)
        self._connection_class = _ThrottlingConnection
        self.at = at
        self.times = times

    def throttle(self, at: str) -> None:
        with self.changed:
            if at == self.at and self.times:
                self.times -= 1
                raise no("[UNAVAILABLE] Come back later")


class _ThrottlingConnection(_ChangingConnection):
    server: _ThrottlingServer

    def handle_examine(self, command: Command) -> str:
        self.server.throttle("EXAMINE")
        return super().handle_examine(command)

    def handle_fetch(self, command: Command) -> str:
        if b"BODY.PEEK[]" not in str(command.arguments).encode():
            self.server.throttle("rows")
        return super().handle_fetch(command)


class _UntellingServer(ChangingServer):
    """Leaves some messages out of its first answers."""

    def __init__(self, mailbox: Mailbox, untold: Collection[int], *, times: int) -> None:
        super().__init__(mailbox)
        self._connection_class = _UntellingConnection
        self.untold = untold
        self.times = times


class _UntellingConnection(_ChangingConnection):
    server: _UntellingServer

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        row = super().write_row(view, number, items)
        if view.message(number).uid in self.server.untold and b"RFC822.SIZE" in row:
            with self.server.changed:
                if self.server.times:
                    self.server.times -= 1
                    return b""
        return row
