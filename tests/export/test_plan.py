"""What an export is going to fetch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.export.exporting import every_folder, export, export_from, files, opened
from tests.servers.archive import (
    ChangingServer,
    GarbageServer,
    RecordingConnection,
    RecordingServer,
    mailbox_of,
    mailbox_with,
    plain_message,
)
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.mailboxes import LazyMessages
from tests.servers.stores import store_on
from tuimail.archive.connection import Connection
from tuimail.archive.fetch import Item
from tuimail.archive.folder_list import FolderTree
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.server import CAPABILITIES
from tuimail.errors import UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.plan import PlanProgress, plan_export
from tuimail.export.proof import write_proof
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.export.verify import verify_files
from tuimail.imap.query import parse_query
from tuimail.imap.selection import Selection


def test_counts_octets_and_names(tmp_path: Path) -> None:
    messages = [plain_message(number) for number in range(1, 4)]
    told: list[PlanProgress] = []
    with (
        RecordingServer(mailbox_with(*messages)) as server,
        store_on(server.port) as store,
        opened(tmp_path) as (_, ledger),
    ):
        plan = plan_export(store, every_folder(store), Selection(), ledger, told.append)
        assert (plan.messages, plan.skipped) == (3, 0)
        assert plan.octets == sum(map(len, messages))
        assert told == [PlanProgress(1, 1, 3)]
        (first, *_) = ledger.records(Status.ASKED)
        assert first == Record(
            1,
            1,
            1,
            Status.ASKED,
            size=len(messages[0]),
            internal_date="2024-01-01T00:01:00+00:00",
            subject="Message 1",
            message_id="<1@example.org>",
            server_size=len(messages[0]),
        )
        # Nothing of the messages but what the names and the ledger need.
        assert not [command for command in server.commands if b"BODYSTRUCTURE" in command]
        assert not [command for command in server.commands if b"BODY.PEEK[]" in command]


def test_what_was_asked_for_and_never_came_is_forgotten(tmp_path: Path) -> None:
    with (
        ChangingServer(mailbox_of(10)) as server,
        store_on(server.port) as store,
        opened(tmp_path) as (_, ledger),
    ):
        folders = every_folder(store)
        plan_export(store, folders, Selection(), ledger)
        server.expunge(2, 3)
        store.look(folders[0]).result(20)
        plan = plan_export(store, folders, Selection(), ledger)
        assert (plan.messages, ledger.count(Status.ASKED)[0]) == (8, 8)
        assert ledger.folders()[0].total == 8


def test_a_search_narrows(tmp_path: Path) -> None:
    query = Selection(query=parse_query("subject:7"))
    with RecordingServer(mailbox_of(20)) as server, store_on(server.port) as store:
        assert export(store, tmp_path, query).sums == [("INBOX", 2, 2, 0, 0)]


def test_what_the_server_has_not_is_wrong_usage(tmp_path: Path) -> None:
    query = Selection(query=parse_query("gmail:in:anywhere"))
    with (
        RecordingServer(mailbox_of(1)) as server,
        store_on(server.port) as store,
        pytest.raises(UsageError),
    ):
        export(store, tmp_path, query)


def test_messages_that_are_badly_told_of_are_asked_for_all_the_same(tmp_path: Path) -> None:
    with (
        GarbageServer(mailbox_of(40), without_uid={7}, foreign_uids={9: 4_000}) as server,
        store_on(server.port) as store,
        opened(tmp_path) as (_, ledger),
    ):
        plan = plan_export(store, every_folder(store), Selection(), ledger)
        assert plan.messages == 40
        bare = [one.uid for one in ledger.records(Status.ASKED) if one.internal_date is None]
        assert bare == [7, 9]


def test_a_dry_run_leaves_no_trace(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(5)) as server, store_on(server.port) as store:
        export(store, tmp_path / "there")
        before = files(tmp_path / "there")
        with Ledger.rehearse(None, "demo@127.0.0.1:143", SaveFormat.EML) as ledger:
            assert plan_export(store, every_folder(store), Selection(), ledger).messages == 5
        assert files(tmp_path / "there") == before


def test_what_is_saved_already_is_told_one_by_one(tmp_path: Path) -> None:
    skipped: list[tuple[str, int]] = []

    def note(folder: FolderRecord, record: Record) -> None:
        skipped.append((folder.name, record.uid))

    with ChangingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        export(store, tmp_path)
        server.expunge(2)
        server.add(b"Subject: new\r\n\r\n")
        store.look(every_folder(store)[0]).result(20)
        with opened(tmp_path) as (_, ledger):
            plan_export(store, every_folder(store), Selection(), ledger, on_skipped=note)
    assert skipped == [("INBOX", 1), ("INBOX", 3)]


class TestMadeAnew:
    """A folder whose UIDVALIDITY is another one than before."""

    def test_the_same_messages_are_found_again(self, tmp_path: Path) -> None:
        with FaultyServer(mailbox_of(30)) as server:
            export_from(server, tmp_path)
            before = files(tmp_path)
            server.renew(77)
            server.add(b"Subject: new\r\n\r\n")
            server.commands.clear()
            done = export_from(server, tmp_path)
            assert done.sums == [("INBOX", 31, 1, 30, 0)]
            (note,) = done.plan.notes
            assert "UIDVALIDITY 1 is 77 now" in note
            assert "30 of 30 saved messages were found again" in note
            fetched = [c for c in server.commands if b"BODY.PEEK[]" in c]
            assert fetched == [b"UID FETCH 31 (UID BODY.PEEK[])"]
            assert before.items() <= files(tmp_path).items()
            # And it is said once.
            assert export_from(server, tmp_path).plan.notes == ()

    def test_under_other_uids(self, tmp_path: Path) -> None:
        """Restored from a backup: the dates are kept, the UIDs are not."""
        with RecordingServer(mailbox_of(5)) as server:
            export_from(server, tmp_path)
        moved = Mailbox((StoredFolder("INBOX", LazyMessages(5, first_uid=101), uid_validity=9),))
        with RecordingServer(moved) as server:
            done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 5, 0, 5, 0)]
        assert len(files(tmp_path)) == 5

    def test_other_messages_under_the_same_uids_are_fetched(self, tmp_path: Path) -> None:
        def other(number: int) -> bytes:
            return plain_message(number).replace(b"Message-ID: <", b"Message-ID: <other-")

        with RecordingServer(mailbox_of(5)) as server:
            export_from(server, tmp_path)
        anew = Mailbox((StoredFolder("INBOX", LazyMessages(5, other), uid_validity=9),))
        with RecordingServer(anew) as server:
            done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 5, 5, 0, 0)]
        assert "0 of 5" in done.plan.notes[0]
        found = files(tmp_path)
        assert len(found) == 10
        assert found["INBOX/2024-01-01_0001_message-1_1~2.eml"] == other(1)

    def test_by_emailid_where_the_server_has_it(self, tmp_path: Path) -> None:
        # No Message-ID to go by: only the server can say that they are the same.
        messages = [b"Subject: a\r\n\r\n1", b"Subject: a\r\n\r\n2"]
        ids = {1: b"M1", 2: b"M2"}
        with _EmailIdServer(mailbox_with(*messages), ids) as server:
            export_from(server, tmp_path)
        turned = mailbox_with(*reversed(messages)).folders[0]
        anew = Mailbox((StoredFolder("INBOX", turned.messages, uid_validity=9),))
        with _EmailIdServer(anew, {1: b"M2", 2: b"M1"}) as server:
            done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 2, 0, 2, 0)]
        with opened(tmp_path) as (_, ledger):
            paths = {one.uid: one.path for one in ledger.records(Status.SAVED)}
        assert paths == {
            1: "INBOX/2024-01-01_0002_a_2.eml",
            2: "INBOX/2024-01-01_0001_a_1.eml",
        }


class _EmailIdServer(RecordingServer):
    """Knows EMAILID (RFC 8474)."""

    def __init__(self, mailbox: Mailbox, ids: Mapping[int, bytes]) -> None:
        super().__init__(mailbox, capabilities=(*CAPABILITIES, "OBJECTID"))
        self._connection_class = _EmailIdConnection
        self.ids = ids


class _EmailIdConnection(Connection):
    server: _EmailIdServer

    def answer(self, text: bytes) -> None:
        self._wants_id = b"EMAILID" in text
        super().answer(text.replace(b"(EMAILID)", b"(UID)").replace(b" EMAILID", b""))

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        row = super().write_row(view, number, items)
        if self._wants_id:
            email_id = self.server.ids[view.message(number).uid]
            row = row.replace(b"FETCH (", b"FETCH (EMAILID (%b) " % email_id, 1)
        return row


class TestFolders:
    """Folders that are not there once, or whose place on the disk is not free."""

    def test_one_that_list_names_twice_is_exported_once(self, tmp_path: Path) -> None:
        class Stuttering(RecordingConnection):
            def send(self, data: bytes) -> None:
                super().send(data * 2 if data.startswith(b"* LIST ") else data)

        mailbox = mailbox_in("INBOX", "Inbox", "Sent")
        with RecordingServer(mailbox, connection_class=Stuttering) as server:
            assert export_from(server, tmp_path).sums == [
                ("INBOX", 3, 3, 0, 0),
                ("Sent", 3, 3, 0, 0),
            ]

    def test_of_one_that_is_gone_only_what_was_saved_stays(self, tmp_path: Path) -> None:
        names = ("INBOX", "Archive/2024", "Sent")
        with FaultyServer(mailbox_in(*names), faults={1_002: Fault.REFUSED}) as server:
            server.closed = {"Sent"}
            export_from(server, tmp_path)
            with opened(tmp_path) as (directory, ledger):
                write_proof(ledger, directory)
                assert len(list(verify_files(directory, ledger))) == 2
            server.tree = FolderTree(server.tree.folders[:1])
            done = export_from(server, tmp_path)
        assert done.plan.notes == (
            "the server has the folder Archive/2024 no longer; what was saved of it stays: 2"
            " messages",
            "the server has the folder Sent no longer",
        )
        with opened(tmp_path) as (directory, ledger):
            write_proof(ledger, directory)
            assert list(verify_files(directory, ledger)) == []

    def test_what_failed_elsewhere_stays_where_the_folder_is_there(self, tmp_path: Path) -> None:
        with FaultyServer(mailbox_in("INBOX", "Sent"), closed={"Sent"}) as server:
            export_from(server, tmp_path)
            with store_on(server.port) as store, opened(tmp_path) as (_, ledger):
                plan = plan_export(store, every_folder(store)[:1], Selection(), ledger)
                assert plan.notes == ()
                assert ledger.folders()[1].error is not None

    def test_a_link_where_one_belongs_costs_that_one(self, tmp_path: Path) -> None:
        export_path, elsewhere = tmp_path / "mail", tmp_path / "elsewhere"
        export_path.mkdir()
        elsewhere.mkdir()
        (export_path / "Sent").symlink_to(elsewhere)
        with RecordingServer(mailbox_in("INBOX", "Sent", "Trash")) as server:
            done = export_from(server, export_path)
            assert done.sums == [("INBOX", 3, 3, 0, 0), ("Trash", 3, 3, 0, 0)]
            ((name, sentence),) = done.plan.failures
            assert str(name) == "Sent"
            assert "a link or a file stands where a folder belongs" in sentence
            assert not list(elsewhere.iterdir())
            (export_path / "Sent").unlink()
            assert export_from(server, export_path).plan.failures == ()


def mailbox_in(*names: str) -> Mailbox:
    """Three messages in each folder: 1 to 3, 1,001 to 1,003 and so on."""
    return Mailbox(
        tuple(
            StoredFolder(name, LazyMessages(3, first_uid=1 + 1_000 * place))
            for place, name in enumerate(names)
        )
    )
