"""Exports from servers that fail in every way."""

from __future__ import annotations

import hashlib
import re
import socket
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from tests.export.exporting import (
    WAIT,
    Heard,
    check_against_ledger,
    every_folder,
    export,
    export_from,
    files,
    opened,
)
from tests.servers.archive import (
    DroppingServer,
    EndlessServer,
    LazyMessages,
    RecordingServer,
    mailbox_of,
    mailbox_with,
    plain_message,
    wait_until,
)
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.stores import store_on
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.errors import ConnectError, ConnectionLost, FileError
from tuimail.export.names import SaveFormat
from tuimail.export.plan import plan_export
from tuimail.export.records import Status
from tuimail.export.run import run_export
from tuimail.imap import pool
from tuimail.imap.number_set import NumberSet
from tuimail.imap.selection import Selection

ODD_MESSAGES = (
    b"Subject: bare LF\r\n\r\nwhat follows has none\nof the CR\r\n",
    b"Subject: 8bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xff\xfe\x80 \xc3\xa9\r\n",
    b"Subject: no end of line\r\n\r\nThe end",
    b"Subject: looks like the end\r\n\r\nx)\r\nA1 OK done\r\n* 1 FETCH (UID 7)\r\n",
    b"\r\n",
    b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * 20_000,
)


@pytest.fixture(autouse=True)
def _short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01, 0.01))


def three_folders(count: int = 5) -> Mailbox:
    return Mailbox(
        tuple(
            StoredFolder(name, LazyMessages(count, first_uid=first))
            for name, first in (("INBOX", 1), ("Archive/2024", 1001), ("Sent", 2001))
        )
    )


def test_every_file_is_what_the_server_holds(tmp_path: Path) -> None:
    with RecordingServer(mailbox_with(*ODD_MESSAGES)) as server:
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 6, 6, 0, 0)]
    found = files(tmp_path)
    assert sorted(found.values()) == sorted(ODD_MESSAGES)
    assert "INBOX/2024-01-01_0001_bare-lf_1.eml" in found
    assert check_against_ledger(tmp_path) == 6
    by_uid = {one.uid: one for one in done.heard.records}
    assert by_uid[3].sha256 == hashlib.sha256(ODD_MESSAGES[2]).hexdigest()
    assert by_uid[3].size == by_uid[3].file_size == len(ODD_MESSAGES[2])
    assert by_uid[3].path == "INBOX/2024-01-01_0003_no-end-of-line_3.eml"
    assert done.heard.told[-1].count == done.heard.told[-1].total == 6


def test_folders_lie_as_on_the_server(tmp_path: Path) -> None:
    with RecordingServer(three_folders(2)) as server:
        done = export_from(server, tmp_path)
    assert [sums[1:] for sums in done.sums] == [(2, 2, 0, 0)] * 3
    assert sorted({str(Path(path).parent) for path in files(tmp_path)}) == [
        "Archive/2024",
        "INBOX",
        "Sent",
    ]


def test_a_second_run_fetches_what_is_new_and_nothing_else(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(30)) as server:
        export_from(server, tmp_path)
        server.add(b"Subject: new\r\n\r\none\r\n", b"Subject: new\r\n\r\ntwo\r\n")
        server.commands.clear()
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 32, 2, 30, 0)]
    assert [c for c in server.commands if b"BODY.PEEK[]" in c] == [
        b"UID FETCH 31:32 (UID BODY.PEEK[])"
    ]
    assert len(files(tmp_path)) == 32 == check_against_ledger(tmp_path)


def test_a_selection_is_exported_and_later_the_rest(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(10)) as server, store_on(server.port) as store:
        some = Selection(NumberSet.parse("3:5"), by_uid=True)
        assert export(store, tmp_path, some).sums == [("INBOX", 3, 3, 0, 0)]
        assert export(store, tmp_path).sums == [("INBOX", 10, 7, 3, 0)]


def test_connections_that_are_cut_cost_nothing(tmp_path: Path) -> None:
    messages = [plain_message(number) + b"x" * 20_000 for number in range(1, 301)]
    with DroppingServer(mailbox_with(*messages), cut={3, 5, 8, 9, 12}) as server:
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 300, 300, 0, 0)]
    assert sorted(files(tmp_path).values()) == sorted(messages)


_NEVER_WHOLE = [fault for fault in Fault if fault not in {Fault.SHORT, Fault.GUESSED}]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("fault", [Fault.SHORT, Fault.REFUSED, Fault.NIL, Fault.GARBAGE])
def test_what_fails_once_is_tried_again_also_alone(
    tmp_path: Path, fault: Fault, count: int
) -> None:
    with FaultyServer(mailbox_of(count), faults={count: fault}) as server:
        server.recovers = True
        done = export_from(server, tmp_path, connections=1)
    assert done.sums == [("INBOX", count, count, 0, 0)]
    assert {one.error for one in done.heard.records} == {None}
    assert set(files(tmp_path).values()) == {plain_message(n) for n in range(1, count + 1)}


@pytest.mark.parametrize("fault", _NEVER_WHOLE)
@pytest.mark.parametrize("connections", [1, 4])
def test_a_message_that_always_fails_costs_itself(
    tmp_path: Path, fault: Fault, connections: int
) -> None:
    with FaultyServer(mailbox_of(250), faults={7: fault, 130: fault}) as server:
        done = export_from(server, tmp_path, connections=connections)
        assert done.sums == [("INBOX", 250, 248, 0, 2)]
        assert sorted(done.heard.failed) == [7, 130]
        assert all(done.heard.failed.values())
        assert len(files(tmp_path)) == 248 == check_against_ledger(tmp_path)
        # The next run asks for it anew.
        server.faults = {}
        again = export_from(server, tmp_path, connections=connections)
    assert again.sums == [("INBOX", 250, 2, 248, 0)]
    assert len(files(tmp_path)) == 250 == check_against_ledger(tmp_path)


class FaultsOnce(dict[int, Fault]):
    """The second time that a message is asked for, it comes."""

    def get(self, uid: int, _default: object = None) -> Fault | None:  # type: ignore[override]
        return self.pop(uid, None)


@pytest.mark.parametrize("fault", [Fault.SHORT, Fault.EMPTY])
def test_a_message_that_comes_cut_off_is_asked_for_again(tmp_path: Path, fault: Fault) -> None:
    with FaultyServer(mailbox_of(10), faults=FaultsOnce({4: fault})) as server:
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 10, 10, 0, 0)]
    assert sorted(files(tmp_path).values()) == sorted(map(plain_message, range(1, 11)))
    assert {one.error for one in done.heard.records} == {None}


@pytest.mark.parametrize("save_format", SaveFormat)
def test_a_message_that_always_comes_cut_off_is_saved_with_a_remark(
    tmp_path: Path, save_format: SaveFormat
) -> None:
    faults = {4: Fault.SHORT, 5: Fault.EMPTY}
    server = FaultyServer(mailbox_of(10), faults=faults)
    with server, store_on(server.port) as store:
        done = export(store, tmp_path, save_format=save_format)
    assert done.sums == [("INBOX", 10, 9, 0, 1)]
    by_uid = {one.uid: one for one in done.heard.records}
    size = len(plain_message(4))
    assert (by_uid[4].size, by_uid[4].sha256) == (5, hashlib.sha256(b"hello").hexdigest())
    assert str(by_uid[4].error).startswith(f"the server told of {size:,} octets and sent 5")
    assert by_uid[5].error == f"the server told of {size:,} octets and sent none"
    assert {by_uid[uid].error for uid in (1, 2, 3, 6, 7)} == {None}


def test_a_server_that_guesses_at_sizes_is_soon_believed_no_more(tmp_path: Path) -> None:
    faults = dict.fromkeys(range(1, 1_001), Fault.GUESSED)
    with FaultyServer(mailbox_of(1_000), faults=faults) as server:
        done = export_from(server, tmp_path, connections=1)
        alone = sum(bool(re.match(rb"UID FETCH \d+ \(UID BODY", one)) for one in server.commands)
    assert done.sums == [("INBOX", 1_000, 1_000, 0, 0)]
    assert all(one.error for one in done.heard.records)
    assert alone < 500


def test_a_folder_that_cannot_be_opened_costs_itself(tmp_path: Path) -> None:
    with FaultyServer(three_folders(), closed={"Archive/2024"}) as server:
        done = export_from(server, tmp_path)
    assert [sums[1:] for sums in done.sums] == [(5, 5, 0, 0)] * 2
    ((name, sentence),) = done.plan.failures
    assert str(name) == "Archive/2024"
    assert "Permission denied" in sentence


def test_a_folder_that_closes_after_the_plan_fails_with_all_its_messages(tmp_path: Path) -> None:
    server = FaultyServer(three_folders(150))
    heard = Heard()
    with server, store_on(server.port) as planning, opened(tmp_path) as (directory, ledger):
        plan = plan_export(planning, every_folder(planning), Selection(), ledger)
        server.closed = {"Archive/2024"}
        with store_on(server.port) as store:
            report = run_export(store, plan, ledger, directory, heard).result(WAIT)
        assert report.adds_up
        assert [(one.saved, one.failed) for one in report.folders] == [(150, 0), (0, 150), (150, 0)]
        failed = ledger.records(Status.FAILED)
        assert {one.error for one in failed} == {heard.failed[1001]}
    assert "Permission denied" in str(heard.failed[1001])


def test_uidvalidity_that_changes_after_the_plan_mixes_nothing(tmp_path: Path) -> None:
    server = FaultyServer(three_folders())
    with server:
        with store_on(server.port) as planning, opened(tmp_path) as (directory, ledger):
            plan = plan_export(planning, every_folder(planning), Selection(), ledger)
            server.renew(77)
            with store_on(server.port) as store:
                report = run_export(store, plan, ledger, directory).result(WAIT)
        assert [(one.saved, one.failed) for one in report.folders] == [(0, 5), (5, 0), (5, 0)]
        done = export_from(server, tmp_path)
    assert done.sums[0] == ("INBOX", 5, 5, 0, 0)
    assert len(files(tmp_path)) == 15


def test_two_connections_are_enough(tmp_path: Path) -> None:
    with (
        FaultyServer(mailbox_of(400), most_connections=2) as server,
        store_on(server.port, with_screen=False) as store,
    ):
        done = export(store, tmp_path)
    # How many more it tried before the last message had come, nobody can tell.
    assert done.sums == [("INBOX", 400, 400, 0, 0)]
    assert server.most_signed_in <= 2


def test_a_server_that_has_no_time_is_asked_again_later(tmp_path: Path) -> None:
    heard = Heard()
    with FaultyServer(mailbox_of(50), busy=2) as server, store_on(server.port) as store:
        done = export(store, tmp_path, heard=heard, pauses=(0.01, 0.01, 0.01))
    assert done.sums == [("INBOX", 50, 50, 0, 0)]
    assert heard.sentences[0].endswith("Come back later; going on in 0 seconds")


def test_a_server_that_never_has_time_ends_the_run(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(50), busy=10_000) as server:
        with store_on(server.port) as store, pytest.raises(Exception, match="Come back later"):
            export(store, tmp_path)
        server.busy = 0
        assert export_from(server, tmp_path).sums == [("INBOX", 50, 50, 0, 0)]


def test_a_server_that_cuts_every_message_off_ends_the_run(tmp_path: Path) -> None:
    faults = dict.fromkeys(range(1, 51), Fault.LOST)
    with FaultyServer(mailbox_of(50), faults=faults) as server, store_on(server.port) as store:
        with pytest.raises(ConnectionLost):
            export(store, tmp_path)
        assert files(tmp_path) == {}


class TestGoesOn:
    """What ends a run in the middle."""

    def test_a_server_that_goes_away(self, tmp_path: Path) -> None:
        heard = Heard()
        server = FaultyServer(mailbox_of(600))
        with server, store_on(server.port, connections=1) as store:
            heard.on_noted = server.close
            with pytest.raises(ConnectError):
                export(store, tmp_path, heard=heard)
        there = files(tmp_path)
        assert 0 < len(there) < 600
        assert not [name for name in there if name.endswith(".part")]
        assert check_against_ledger(tmp_path) == len(there)
        with FaultyServer(mailbox_of(600)) as server:
            done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 600, 600 - len(there), len(there), 0)]
        assert len(files(tmp_path)) == 600

    def test_a_server_that_comes_back(self, tmp_path: Path) -> None:
        """It is away for longer than the store is patient, and the run is."""
        heard = Heard()
        server = FaultyServer(mailbox_of(600))

        def restart() -> None:
            heard.on_noted = lambda: None
            server.most_connections = 0
            for connection in server.connections:
                connection.client.shutdown(socket.SHUT_RDWR)

        def come_back() -> None:
            server.most_connections = 100

        heard.on_noted, heard.on_waits = restart, come_back
        with server, store_on(server.port) as store:
            done = export(store, tmp_path, heard=heard, pauses=(0.05,))
        assert done.sums == [("INBOX", 600, 600, 0, 0)]
        assert len(files(tmp_path)) == 600

    def test_cancelling_keeps_what_is_whole(self, tmp_path: Path) -> None:
        server = EndlessServer(
            mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH 1 (UID BODY.PEEK[])"
        )
        with server, store_on(server.port) as store, opened(tmp_path) as (directory, ledger):
            plan = plan_export(store, every_folder(store), Selection(), ledger)
            request = run_export(store, plan, ledger, directory)
            wait_until(lambda: any(name.endswith(".part") for name in files(tmp_path)))
            request.cancel()
            with pytest.raises(CancelledError):
                request.result(WAIT)
            assert files(tmp_path) == {}
            assert ledger.count(Status.ASKED)[0] == 1

    def test_a_closed_store_ends_it_without_blaming_a_message(self, tmp_path: Path) -> None:
        server = EndlessServer(
            mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH 1 (UID BODY.PEEK[])"
        )
        with server, store_on(server.port) as store, opened(tmp_path) as (directory, ledger):
            plan = plan_export(store, every_folder(store), Selection(), ledger)
            request = run_export(store, plan, ledger, directory)
            wait_until(lambda: any(name.endswith(".part") for name in files(tmp_path)))
            store.close()
            with pytest.raises(CancelledError):
                request.result(WAIT)
            assert files(tmp_path) == {}
            assert ledger.count(Status.FAILED)[0] == 0

    def test_a_listener_that_raises(self, tmp_path: Path) -> None:
        """Whoever reads the lines has enough: what had come is saved and noted all the same."""

        def have_enough() -> None:
            raise BrokenPipeError

        with RecordingServer(mailbox_of(1_500)) as server, store_on(server.port) as store:
            with pytest.raises(BrokenPipeError):
                export(store, tmp_path, heard=Heard(on_noted=have_enough))
            there = files(tmp_path)
            assert 0 < len(there) < 1_500
            assert not [name for name in there if name.endswith(".part")]
            assert check_against_ledger(tmp_path) == len(there)

    def test_a_disk_that_refuses(self, tmp_path: Path) -> None:
        blocked = tmp_path / "INBOX" / "2024-01-01_0325_message-205_205.eml.part"
        blocked.mkdir(parents=True)
        with RecordingServer(mailbox_of(300)) as server:
            with pytest.raises(FileError, match=r"cannot write .*_205\.eml\.part: something"):
                export_from(server, tmp_path)
            there = files(tmp_path)
            assert check_against_ledger(tmp_path) == len(there)
            assert not [name for name in there if name.endswith(".part")]
            blocked.rmdir()
            export_from(server, tmp_path)
        assert len(files(tmp_path)) == 300 == check_against_ledger(tmp_path)


class TestMsg:
    """Outlook's format."""

    def test_the_hashes_are_of_the_message_and_of_the_file(self, tmp_path: Path) -> None:
        with RecordingServer(mailbox_of(120)) as server, store_on(server.port) as store:
            done = export(store, tmp_path, save_format=SaveFormat.MSG)
        assert done.sums == [("INBOX", 120, 120, 0, 0)]
        found = files(tmp_path)
        assert {Path(path).suffix for path in found} == {".msg"}
        assert len(found) == 120 == check_against_ledger(tmp_path)
        for record in done.heard.records:
            assert record.sha256 == hashlib.sha256(plain_message(record.uid)).hexdigest()
            assert record.path is not None
            assert record.file_size == len(found[record.path])
