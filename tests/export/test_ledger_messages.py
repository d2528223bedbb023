"""Messages in a ledger that is damaged, and messages that come again."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.export.exporting import export_from, files, opened
from tests.export.ledgers import asked, saved
from tests.servers.archive import RecordingServer, mailbox_of, mailbox_with
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.stores import store_on
from tuimail.errors import FileError
from tuimail.export.ledger_file import LEDGER_FILE, open_database, refused
from tuimail.export.proof import write_proof
from tuimail.export.records import Status
from tuimail.export.verify import verify_files
from tuimail.export.verify_server import verify_server


def damage(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path / ".tuimail" / LEDGER_FILE)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("place", ["../../x/INBOX/a.eml", "INBOX/..", "INBOX/a\0b", "/etc/a", "a"])
def test_a_path_that_leads_elsewhere_is_no_file(tmp_path: Path, place: str) -> None:
    with RecordingServer(mailbox_of(3)) as server:
        export_from(server, tmp_path / "mail")
        damage(
            tmp_path / "mail",
            f"UPDATE message SET path = CAST(x'{place.encode().hex()}' AS TEXT) WHERE uid = 2",
        )
        done = export_from(server, tmp_path / "mail")
    assert done.sums == [("INBOX", 3, 1, 2, 0)]
    assert [one.name for one in tmp_path.iterdir()] == ["mail"]
    assert len(files(tmp_path / "mail")) == 3


@pytest.mark.parametrize("place", ["../y", "/y", "a//b", "."])
def test_a_path_of_a_folder_that_leads_elsewhere_is_damage(tmp_path: Path, place: str) -> None:
    with RecordingServer(mailbox_of(3)) as server:
        export_from(server, tmp_path / "mail")
        damage(tmp_path / "mail", f"UPDATE folder SET path = '{place}'")
        with pytest.raises(FileError, match="it is damaged"):
            export_from(server, tmp_path / "mail")
    assert [one.name for one in tmp_path.iterdir()] == ["mail"]


def test_what_was_badly_told_of_and_failed_is_told_of_anew(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(5), faults={3: Fault.REFUSED}) as server:
        server.untold = {3}
        export_from(server, tmp_path)
        server.untold, server.faults = (), {}
        export_from(server, tmp_path)
    assert "INBOX/2024-01-01_0003_message-3_3.eml" in files(tmp_path)


def test_the_same_file_is_the_same_message_whatever_its_uidvalidity(tmp_path: Path) -> None:
    """Without a Message-ID it is found again only when its octets are there."""
    raws = [b"Subject: a\r\n\r\none\r\n"] * 2 + [b"Subject: b\r\n\r\ntwo\r\n"]
    with FaultyServer(mailbox_with(*raws)) as server:
        export_from(server, tmp_path)
        server.renew(77)
        done = export_from(server, tmp_path)
        assert done.sums == [("INBOX", 3, 3, 0, 0)]
        with store_on(server.port) as store, opened(tmp_path) as (directory, ledger):
            write_proof(ledger, directory)
            assert ledger.count(Status.SAVED)[0] == 3
            assert list(verify_files(directory, ledger)) == []
            assert list(verify_server(store, ledger)) == []
    assert len([name for name in files(tmp_path) if name.endswith(".eml")]) == 3


def test_another_message_under_the_same_name_is_another_one(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, ledger):
        folder = ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note_folder(folder.id, 8, 1)
        ledger.note([saved(1), saved(1, uid_validity=8)._replace(sha256="cd" * 32)])
        assert ledger.count(Status.SAVED)[0] == 2


def test_files_that_are_not_noted_yet_are_no_strangers(tmp_path: Path) -> None:
    """Killed between the names and the ledger."""
    with opened(tmp_path) as (directory, ledger):
        folder = ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note_folder(folder.id, 7, 2)
        ledger.ask([asked(1), asked(2)])
        write_proof(ledger, directory)
        with directory.child("INBOX") as inbox:
            for name in ("a_1.eml", "a_2~2.eml", "a_3.eml", "notes.txt"):
                (inbox.path / name).write_bytes(b"")
        found = [(one.kind.value, one.path) for one in verify_files(directory, ledger)]
    assert found == [
        ("unfinished", "INBOX/a_1.eml"),
        ("unfinished", "INBOX/a_2~2.eml"),
        ("unknown", "INBOX/a_3.eml"),
        ("unknown", "INBOX/notes.txt"),
        ("unfinished", None),
    ]


def test_a_change_that_was_cut_off_on_a_read_only_medium(tmp_path: Path) -> None:
    path, copy = tmp_path / "a.sqlite3", tmp_path / "copy.sqlite3"
    connection = open_database(path, "rwc")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO t VALUES (?)", [("x" * 3_000,)] * 300)
    for suffix in ("", "-journal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    connection.close()
    with pytest.raises(sqlite3.Error) as caught:
        open_database(copy, "ro")
    assert str(refused(copy, caught.value)) == (
        f"the ledger {copy} cannot be used: it was left in the middle of a change; use a copy that"
        " can be written to"
    )
