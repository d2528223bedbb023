"""The ledger of an export, on a real disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.ledgers import ACCOUNT, asked, begin, ledger_path, saved
from tuimail.errors import FileError, UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Record, Status
from tuimail.files import Directory


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with Directory.open(tmp_path / "mail") as directory:
        yield directory


def test_everything_is_there_when_it_is_opened_again(directory: Directory) -> None:
    with begin(directory) as ledger:
        inbox = ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        sent = ledger.add_folder(b"Sent &AOk-", "Sent é", "Sent é")
        ledger.note_folder(inbox.id, 7, 3)
        ledger.note_scope(b"INBOX", below=False)
        ledger.ask([asked(1), asked(2), asked(3)])
        failure = asked(2)._replace(status=Status.FAILED, error="the server does not send it")
        ledger.note([saved(1), failure])
    with begin(directory) as ledger:
        assert ledger.account == ACCOUNT
        assert ledger.save_format is SaveFormat.EML
        assert ledger.folders() == (replace(inbox, uid_validity=7, total=3), sent)
        assert ledger.scopes() == ((b"INBOX", False),)
        assert ledger.records(Status.SAVED) == (saved(1),)
        assert ledger.records(Status.FAILED) == (failure,)
        assert ledger.records(Status.ASKED) == (asked(3),)


def test_only_the_owner_may_read_it(directory: Directory) -> None:
    begin(directory).close()
    path = ledger_path(directory)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_saved_is_not_asked_for_again_and_what_failed_is(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note([saved(1), asked(2)._replace(status=Status.FAILED, error="no")])
        ledger.ask([asked(1), asked(2), asked(3)])
        assert ledger.records(Status.SAVED) == (saved(1),)
        assert ledger.records(Status.ASKED) == (asked(2), asked(3))
        assert ledger.records(Status.FAILED) == ()
        ledger.forget_asked(1)
        assert ledger.count(Status.ASKED) == (0, 0)
        assert ledger.count(Status.SAVED) == (1, 1_204)


def test_a_scope_never_shrinks(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.note_scope(b"Archive", below=True)
        ledger.note_scope(b"Archive", below=False)
        ledger.note_scope(b"", below=True)
        assert ledger.scopes() == ((b"", True), (b"Archive", True))


def test_a_second_one_at_once_is_refused(directory: Directory) -> None:
    first = begin(directory)
    with (
        Directory.open(directory.path) as other,
        pytest.raises(FileError, match="another export is at work in "),
    ):
        begin(other)
    first.close()
    begin(directory).close()


def test_another_process_is_refused_and_may_read(directory: Directory) -> None:
    code = (
        "import sys, pathlib\n"
        "from tuimail.errors import FileError\n"
        "from tuimail.export.ledger import Ledger\n"
        "from tuimail.export.names import SaveFormat\n"
        "from tuimail.files import Directory\n"
        "with Directory.open(pathlib.Path(sys.argv[1])) as directory:\n"
        "    print(Ledger.read(directory).account)\n"
        "    try: Ledger.open(directory, sys.argv[2], SaveFormat.EML)\n"
        "    except FileError as error: print(error)\n"
    )
    with begin(directory):
        done = subprocess.run(
            [sys.executable, "-c", code, str(directory.path), ACCOUNT],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    assert done.stdout.splitlines() == [
        ACCOUNT,
        f"another export is at work in {directory.path}",
    ]


def test_another_account_and_another_format_are_refused(directory: Directory) -> None:
    begin(directory).close()
    with pytest.raises(UsageError, match=f"holds the mail of {ACCOUNT}; choose another folder"):
        Ledger.open(directory, "bob@example.org:993", SaveFormat.EML)
    with pytest.raises(UsageError, match="holds EML files; choose another folder"):
        begin(directory, SaveFormat.MSG)
    begin(directory).close()


def test_where_there_is_none(directory: Directory) -> None:
    with pytest.raises(UsageError, match="there is no export in "):
        Ledger.read(directory)
    assert os.listdir(directory.path) == []


def test_a_rehearsal_begins_as_the_ledger_and_leaves_it_alone(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note([saved(1)])
    before = ledger_path(directory).read_bytes()
    with Ledger.rehearse(directory, ACCOUNT, SaveFormat.EML) as ledger:
        ledger.ask([asked(1), asked(2)])
        assert ledger.records(Status.SAVED) == (saved(1),)
        assert ledger.records(Status.ASKED) == (asked(2),)
    assert ledger_path(directory).read_bytes() == before
    with pytest.raises(UsageError, match=f"mail holds the mail of {ACCOUNT}"):
        Ledger.rehearse(directory, "bob@example.org:993", SaveFormat.EML)
    with Ledger.rehearse(None, ACCOUNT, SaveFormat.MSG) as ledger:
        assert ledger.folders() == ()


def test_a_rehearsal_refuses_what_another_version_wrote(directory: Directory) -> None:
    begin(directory).close()
    with sqlite3.connect(ledger_path(directory)) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UsageError, match="was written by another version of tuimail"):
        Ledger.rehearse(directory, ACCOUNT, SaveFormat.EML)


def test_an_error_in_the_middle_takes_all_of_it_back(directory: Directory) -> None:
    def records() -> Iterator[Record]:
        yield asked(1)
        raise FileError("the plan ended here")

    with begin(directory) as ledger:
        with pytest.raises(FileError, match="the plan ended here"):
            ledger.ask(records())
        assert ledger.count(Status.ASKED) == (0, 0)
        ledger.ask([asked(2)])
        assert ledger.records(Status.ASKED) == (asked(2),)


def test_two_folders_cannot_have_one_path(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.add_folder(b"A", "A", "A")
        with pytest.raises(FileError, match="cannot be used: UNIQUE"):
            ledger.add_folder(b"a", "a", "A")
        assert [folder.raw_name for folder in ledger.folders()] == [b"A"]


def test_a_message_moves_to_another_uid_validity(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note([saved(1), saved(2)])
        ledger.ask([asked(5, uid_validity=8)])
        ledger.move(1, (7, 2), (8, 5))
        assert not ledger.move(1, (7, 1), (8, 5))
        moved = saved(2)._replace(uid_validity=8, uid=5)
        assert ledger.records(Status.SAVED) == (saved(1), moved)
        assert ledger.records(Status.ASKED) == ()
        assert ledger.uids(1, 8, Status.SAVED) == {5}
        assert ledger.uids(1, 7, Status.SAVED) == {1}


HOSTILE = "\udcff\ud800 \0 \x1b[2J \u202e '; DROP TABLE message; -- =1+1"


def test_hostile_strings_come_back_and_harm_nothing(directory: Directory) -> None:
    record = saved(1)._replace(
        flags=("\\Seen", "$\x1d\x85\xa0", "�"),
        subject=HOSTILE,
        message_id=HOSTILE,
        error=HOSTILE,
        size=(1 << 64) - 1,
    )
    as_kept = HOSTILE.replace("\udcff\ud800", "??")
    with begin(directory) as ledger:
        ledger.add_folder(b"\xff\0'", HOSTILE.replace("\udcff\ud800", ""), "_")
        ledger.note([record, record._replace(uid=(1 << 32) - 1)])
        first, second = ledger.records(Status.SAVED)
        assert first == record._replace(
            subject=as_kept, message_id=as_kept, error=as_kept, size=None
        )
        assert second.uid == 4_294_967_295
        assert ledger.count(Status.SAVED) == (2, 0)
        assert ledger.folders()[0].raw_name == b"\xff\0'"


def test_files_come_in_the_order_of_their_octets(directory: Directory) -> None:
    paths = ["b/1.eml", "B/1.eml", "a.eml", "a/1.eml", "é/1.eml", "\U0001f412/1.eml", "ﬀ/1.eml"]
    with begin(directory) as ledger:
        ledger.note(
            [saved(uid)._replace(path=path) for uid, path in enumerate(paths, 1)]
            + [saved(9)._replace(status=Status.FAILED, path="c/9.eml"), asked(10)]
        )
        found = [record.path for record in ledger.iter_files()]
        assert found == sorted(paths, key=str.encode)
        assert ledger.has_file("a/1.eml")
        assert not ledger.has_file("c/9.eml")


@pytest.mark.parametrize("folder", [None, 1])
def test_iterating_takes_no_memory_and_bears_changes(
    directory: Directory, folder: int | None
) -> None:
    with begin(directory) as ledger:
        ledger.note([saved(uid)._replace(subject="x" * 500) for uid in range(1, 20_001)])
        tracemalloc.start()
        count = 0
        for record in ledger.iter_records(Status.SAVED, folder):
            count += 1
            if record.uid % 5_000 == 0:
                ledger.note([record._replace(status=Status.FAILED)])
        files = sum(1 for _ in ledger.iter_files())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (count, files) == (20_000, 19_996)
        # All of them together are some 30 MB.
        assert peak < 6_000_000


@pytest.mark.parametrize("is_told_first", [True, False])
def test_what_failed_is_asked_anew_with_all_that_was_ever_told(
    directory: Directory, *, is_told_first: bool
) -> None:
    untold = Record(1, 7, 1, Status.ASKED)
    told = asked(1)._replace(subject="Told", message_id="<1@example.org>", server_size=100)
    first, second = (told, untold) if is_told_first else (untold, told)
    with begin(directory) as ledger:
        ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        ledger.note([first._replace(status=Status.FAILED, error="no")])
        ledger.ask([second])
        assert ledger.records(Status.ASKED) == (told,)
