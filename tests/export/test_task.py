"""An export from the plan to the proof."""

from __future__ import annotations

import csv
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from tests.export.exporting import WAIT
from tests.servers.archive import (
    EndlessServer,
    LazyMessages,
    RecordingConnection,
    RecordingServer,
    SilentServer,
    StallingServer,
    mailbox_of,
    mailbox_with,
    plain_message,
    wait_until,
)
from tests.servers.stores import store_on
from tests.tui.mailboxes import harbour
from tuimail.archive.command import Command
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.response import no
from tuimail.errors import FileError, UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Record, Status
from tuimail.export.report import ExportListener
from tuimail.export.task import ExportAccount, ExportTask, Scope
from tuimail.export.verify import verify_files
from tuimail.files import Directory
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.folder import find_folder
from tuimail.imap.store import MailStore

ACCOUNT = ExportAccount("demo@127.0.0.1:143", Path("127.0.0.1-demo"))
ALL = Scope(None)


def task_for(store: MailStore, path: Path, **options: bool) -> ExportTask:
    return ExportTask(store, ACCOUNT, path, SaveFormat.EML, **options)


def saved(path: Path) -> dict[int, bytes]:
    with Directory.open(path, create=False) as directory, Ledger.read(directory) as ledger:
        return {
            record.uid: (path / str(record.path)).read_bytes()
            for record in ledger.iter_records(Status.SAVED)
        }


def check_proof(path: Path, *, of: int) -> None:
    """It tells of as many files as were saved."""
    assert len((path / "SHA256SUMS").read_text().splitlines()) == of
    with (path / "index.csv").open(newline="") as file:
        assert sum(row["status"] == "saved" for row in csv.DictReader(file)) == of


def test_an_account_is_called_the_same_everywhere() -> None:
    endpoint = Endpoint("imap.example.org", 993, Security.TLS, "ada/../x@example.org")
    account = ExportAccount.of(endpoint)
    assert account.name == "ada/../x@example.org@imap.example.org:993"
    assert len(account.directory.parts) == 1


def test_a_plan_writes_nothing_and_the_start_takes_it_over(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with RecordingServer(mailbox_of(250)) as server, store_on(server.port) as store:
        with task_for(store, path) as task:
            plan = task.start_plan(ALL).result(WAIT)
            assert plan.messages == 250
            assert not path.exists()
            asked = server.count(b"UID FETCH")
            report = task.start(plan, ALL).result(WAIT)
            assert report.adds_up
            # No message was asked about twice: only its octets were fetched.
            fetched = server.commands[-(server.count(b"UID FETCH") - asked) :]
            assert not any(b"INTERNALDATE" in command for command in fetched)
        assert saved(path) == {uid: plain_message(uid) for uid in range(1, 251)}
        assert {"index.csv", "SHA256SUMS"} <= {one.name for one in path.iterdir()}
        with Directory.open(path) as directory, Ledger.read(directory) as ledger:
            assert ledger.scopes() == ((b"", True),)


def test_an_export_that_is_there_is_locked_from_the_plan_on(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        with task_for(store, tmp_path) as task:
            task.start(task.start_plan(ALL).result(WAIT)).result(WAIT)
        with task_for(store, tmp_path) as first, task_for(store, tmp_path) as second:
            assert first.start_plan(ALL).result(WAIT).skipped == 3
            with pytest.raises(FileError, match="another export is at work"):
                second.start_plan(ALL).result(WAIT)
            first.close()
            assert second.start_plan(ALL).result(WAIT).skipped == 3


def test_of_two_plans_for_one_new_folder_one_is_started(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        with task_for(store, path) as late:
            plan = late.start_plan(ALL).result(WAIT)
            with task_for(store, path) as task:
                task.start(task.start_plan(ALL).result(WAIT)).result(WAIT)
            with pytest.raises(FileError, match=r"another export has begun in .* meanwhile"):
                late.start(plan).result(WAIT)
        assert len(saved(path)) == 3


def test_a_rehearsal_leaves_an_export_as_it_is(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        with task_for(store, tmp_path) as task:
            task.start(task.start_plan(ALL).result(WAIT)).result(WAIT)
        before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
        with task_for(store, tmp_path, rehearsal=True) as task:
            assert task.start_plan(ALL).result(WAIT).skipped == 3
        assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_what_is_cancelled_has_ended_when_it_says_so(tmp_path: Path) -> None:
    """Whole messages are in the ledger, the folder is free again."""

    class Gate(ExportListener):
        """Lets nothing come any more once something is saved."""

        def __init__(self) -> None:
            self.saved = threading.Event()

        def noted(self, _records: Sequence[Record]) -> None:
            server.may_answer.clear()
            self.saved.set()

    with StallingServer(mailbox_of(2_000)) as server, store_on(server.port) as store:
        server.may_answer.set()
        with task_for(store, tmp_path) as task:
            gate = Gate()
            request = task.start(task.start_plan(ALL).result(WAIT), ALL, gate)
            assert gate.saved.wait(WAIT)
            request.cancel()
            with pytest.raises(CancelledError):
                request.result(WAIT)
        there = saved(tmp_path)
        assert 0 < len(there) < 2_000
        check_proof(tmp_path, of=len(there))
        assert all(raw == plain_message(uid) for uid, raw in there.items())
        assert not list(tmp_path.rglob("*.part"))
        server.may_answer.set()
        with task_for(store, tmp_path) as task:
            plan = task.start_plan(ALL).result(WAIT)
            assert (plan.skipped, plan.messages) == (len(there), 2_000 - len(there))


def test_a_disk_that_refuses_does_not_cost_the_proof_of_what_there_is(tmp_path: Path) -> None:
    blocked = tmp_path / "INBOX" / "2024-01-01_0325_message-205_205.eml.part"
    blocked.mkdir(parents=True)
    with RecordingServer(mailbox_of(300)) as server, store_on(server.port) as store:
        with task_for(store, tmp_path) as task, pytest.raises(FileError, match=r"_205\.eml\.part"):
            task.start(task.start_plan(ALL).result(WAIT)).result(WAIT)
        check_proof(tmp_path, of=len(saved(tmp_path)))


def test_a_plan_that_is_not_wanted_waits_for_nobody(tmp_path: Path) -> None:
    with StallingServer(mailbox_of(2_000)) as server, store_on(server.port) as store:
        with task_for(store, tmp_path / "out") as task:
            request = task.start_plan(ALL)
            server.wait_for(b"UID FETCH")
            request.cancel()
            with pytest.raises(CancelledError):
                request.result(WAIT)
        assert not server.may_answer.is_set()
        server.may_answer.set()


def test_a_plan_leaves_a_connection_to_whoever_browses(tmp_path: Path) -> None:
    with (
        SilentServer(harbour(), at=b"UID SEARCH") as server,
        store_on(server.port, connections=2) as store,
        task_for(store, tmp_path / "out") as task,
    ):
        request = task.start_plan(ALL)
        server.wait_for(b"UID SEARCH")
        # Nothing of the plan will ever end, and this needs a connection.
        assert store.folders().result(10)
        request.cancel()
        with pytest.raises(CancelledError):
            request.result(WAIT)


def test_scopes() -> None:
    with RecordingServer(harbour()) as server, store_on(server.port) as store:
        every = store.folders().result(WAIT)
        lists = find_folder(every, "Lists")
        names = [str(one.name) for one in Scope(lists, below=True).find_folders(store)]
        assert names == ["Lists/lantern"]
        assert str(ALL.find_folders(store)[0].name) == "INBOX"
        assert len(ALL.find_folders(store)) == 7
        with pytest.raises(UsageError, match="Lists holds no messages, only folders"):
            Scope(lists).find_folders(store)


@pytest.mark.parametrize(
    ("save_format", "least", "most"),
    [(SaveFormat.EML, 1_000 * 1_700, 1_000 * 5_000), (SaveFormat.MSG, 12_300_000, 25_000_000)],
)
def test_room_is_that_of_the_format(
    tmp_path: Path, save_format: SaveFormat, least: int, most: int
) -> None:
    """1,000 of 1.2 KB became 12.3 MB as MSG."""
    raws = [plain_message(number) + b"x" * 1_000 for number in range(1, 1_001)]
    with (
        RecordingServer(mailbox_with(*raws)) as server,
        store_on(server.port) as store,
        ExportTask(store, ACCOUNT, tmp_path / "out", save_format) as task,
    ):
        plan = task.start_plan(ALL).result(WAIT)
        assert least < task.measure_room(plan).needed < most


def test_a_folder_that_is_empty_is_there_too(tmp_path: Path) -> None:
    folders = (StoredFolder("INBOX", LazyMessages(2)), StoredFolder("Archive/2024", ()))
    with RecordingServer(Mailbox(folders)) as server, store_on(server.port) as store:
        for _ in range(2):
            with task_for(store, tmp_path) as task:
                task.start(task.start_plan(ALL).result(WAIT), ALL).result(WAIT)
            assert (tmp_path / "Archive/2024").is_dir()
            with Directory.open(tmp_path) as directory, Ledger.read(directory) as ledger:
                assert list(verify_files(directory, ledger)) == []


def test_a_proof_that_is_not_ready_in_time_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.export.task.PROOF_TIME", 0.0)
    server = EndlessServer(mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH 1 (UID BODY")
    with server, store_on(server.port) as store, task_for(store, tmp_path) as task:
        request = task.start(task.start_plan(ALL).result(WAIT), ALL)
        wait_until(lambda: bool(list(tmp_path.rglob("*.part"))))
        assert not task.is_proven
        request.cancel()
        with pytest.raises(CancelledError):
            request.result(WAIT)
        assert not task.is_proven
    assert not list(tmp_path.rglob("*.part"))
    assert not (tmp_path / "SHA256SUMS").exists()


def test_whoever_waits_is_told_why_a_plan_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.export.patience.Patience.begin_pause", lambda _: 0.01)
    told: list[str] = []

    class Busy(RecordingConnection):
        def handle_examine(self, command: Command) -> str:
            if not told:
                raise no("[UNAVAILABLE] Come back later")
            return super().handle_examine(command)

    with (
        RecordingServer(mailbox_of(2), connection_class=Busy) as server,
        store_on(server.port) as store,
        task_for(store, tmp_path) as task,
    ):
        assert task.start_plan(ALL, on_waits=told.append).result(WAIT).messages == 2
    assert "Come back later" in told[0]
