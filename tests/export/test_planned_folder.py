"""What is asked for of one folder, whatever the server says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.exporting import EVERYTHING, every_folder, export, export_from, files, opened
from tests.servers.archive import ChangingServer, mailbox_of, plain_message
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.forgetful import ForgetfulServer
from tests.servers.stores import store_on
from tuimail.export.plan import Plan, plan_export
from tuimail.export.records import Status
from tuimail.export.verify_server import verify_server
from tuimail.imap.number_set import NumberSet
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore


def plan_only(store: MailStore, path: Path, selection: Selection = EVERYTHING) -> Plan:
    with opened(path) as (_, ledger):
        return plan_export(store, every_folder(store), selection, ledger)


def compare(server: ChangingServer, path: Path) -> list[tuple[str, str]]:
    with store_on(server.port) as store, opened(path) as (_, ledger):
        ledger.note_scope(b"", below=True)
        return [(one.kind.value, one.sentence) for one in verify_server(store, ledger)]


class TestIncompleteSearch:
    """SEARCH names fewer messages than EXISTS counts."""

    def test_every_message_is_exported(self, tmp_path: Path) -> None:
        with ForgetfulServer(mailbox_of(10), 7) as server:
            done = export_from(server, tmp_path)
            assert compare(server, tmp_path) == []
        assert done.sums == [("INBOX", 10, 10, 0, 0)]
        assert sorted(files(tmp_path).values()) == sorted(map(plain_message, range(1, 11)))

    def test_what_is_named_nowhere_is_missed(self, tmp_path: Path) -> None:
        with ForgetfulServer(mailbox_of(10), 7, hidden={9, 10}) as server:
            done = export_from(server, tmp_path)
            assert compare(server, tmp_path) == [
                ("unchecked", "the server counts 2 messages more than it names")
            ]
        assert done.sums == [("INBOX", 10, 8, 0, 0)]
        assert not done.report.adds_up
        assert done.plan.notes == (
            "INBOX: the server counts 2 messages more than it names; they cannot be fetched",
        )


class TestNarrowedLater:
    """What was asked for whole is asked for in part after the folder was made anew."""

    @pytest.fixture
    def renewed(self, tmp_path: Path) -> Iterator[MailStore]:
        with FaultyServer(mailbox_of(5), faults={4: Fault.REFUSED}) as server:
            with store_on(server.port) as store:
                export(store, tmp_path, Selection(NumberSet.parse("4:5"), by_uid=True))
                plan_only(store, tmp_path)
            server.renew(77)
            with store_on(server.port) as store:
                yield store

    def test_what_never_came_can_come_no_more(self, renewed: MailStore, tmp_path: Path) -> None:
        plan = plan_only(renewed, tmp_path, Selection(NumberSet.parse("1"), by_uid=True))
        with opened(tmp_path) as (_, ledger):
            assert ledger.count(Status.LEFT)[0] == ledger.count(Status.FAILED)[0] == 0
            assert ledger.count(Status.ASKED)[0] == 1
        assert any("4 messages that were asked for earlier" in note for note in plan.notes)

    def test_a_whole_plan_asks_for_all_of_it(self, renewed: MailStore, tmp_path: Path) -> None:
        plan = plan_only(renewed, tmp_path)
        assert (plan.messages, plan.skipped) == (4, 1)
        assert not any("earlier" in note for note in plan.notes)


def test_numbers_that_name_no_message_are_counted(tmp_path: Path) -> None:
    with ChangingServer(mailbox_of(10)) as server, store_on(server.port) as store:
        some = Selection(NumberSet.parse("8:100"), by_uid=True)
        plan = plan_only(store, tmp_path, some)
    assert [(one.asked, one.missing) for one in plan.folders] == [(3, 90)]


def test_the_size_of_a_message_that_nothing_was_told_of_is_counted(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(3)) as server:
        server.untold = {2}
        export_from(server, tmp_path)
    with opened(tmp_path) as (_, ledger):
        sizes = {one.uid: one.size for one in ledger.records(Status.SAVED)}
    assert sizes == {uid: len(plain_message(uid)) for uid in (1, 2, 3)}


def test_nothing_of_a_message_that_nothing_is_told_of_is_no_file(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(5), faults={3: Fault.EMPTY}) as server:
        server.untold = {3}
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 5, 4, 0, 1)]
    assert done.heard.failed == {3: "the server sent nothing of it"}
    assert len(files(tmp_path)) == 4
