"""The file of a ledger: after crashes, on read-only media, and when it is somebody else's."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.ledgers import ACCOUNT, begin, ledger_path, saved
from tests.system import MOUNTING
from tuimail.errors import FileError, UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.records import Status
from tuimail.files import Directory


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with Directory.open(tmp_path / "mail") as directory:
        yield directory


WRITE_UNTIL_KILLED = """
import pathlib, sys
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Record, Status
from tuimail.files import Directory
directory = Directory.open(pathlib.Path(sys.argv[1]))
ledger = Ledger.open(directory, sys.argv[2], SaveFormat.EML)
ledger.note([Record(1, 7, uid, Status.SAVED, 100) for uid in range(1, 101)])
# So little memory that pages go into the file, and the old ones into the journal, before the end.
ledger._connection.execute("PRAGMA cache_size = 5")
def records():
    for uid in range(1, 3_000):
        yield Record(1, 7, uid, Status.FAILED, 200, subject="x" * 500)
    print("busy", flush=True)
    sys.stdin.read()
ledger.note(records())
"""


def crash(directory: Directory) -> Path:
    """Kill a process in the middle of a change; its journal is left."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(directory.path), ACCOUNT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"busy\n"
        writer.send_signal(signal.SIGKILL)
    journal = ledger_path(directory).with_name("ledger.sqlite3-journal")
    assert journal.stat().st_size > 0
    return journal


@pytest.mark.parametrize("reading", [False, True])
def test_a_crash_in_the_middle_of_a_change_is_taken_back(
    directory: Directory, reading: bool
) -> None:
    journal = crash(directory)
    with Ledger.read(directory) if reading else begin(directory) as ledger:
        assert ledger.count(Status.SAVED) == (100, 10_000)
        assert ledger.count(Status.FAILED) == (0, 0)
    assert not journal.exists()


READ = """
import pathlib, sys
from tuimail.errors import TuimailError
from tuimail.export.ledger import Ledger
from tuimail.export.records import Status
from tuimail.files import Directory
try:
    with Directory.open(pathlib.Path(sys.argv[1]), create=False) as directory:
        with Ledger.read(directory) as ledger:
            print(ledger.count(Status.SAVED))
except TuimailError as error:
    print(error)
"""


def read_from_read_only_medium(path: Path) -> str:
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && "$2" -c "$3" "$1"'
    done = subprocess.run(
        [*MOUNTING, "sh", "-c", script, "sh", str(path), sys.executable, READ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.mark.usefixtures("unshare")
def test_it_can_be_read_from_a_read_only_medium(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.note([saved(1), saved(2)])
    assert read_from_read_only_medium(directory.path) == "(2, 2408)\n"
    assert os.listdir(ledger_path(directory).parent) == ["ledger.sqlite3"]


@pytest.mark.usefixtures("unshare")
def test_half_a_change_on_a_read_only_medium_is_not_believed(directory: Directory) -> None:
    crash(directory)
    said = read_from_read_only_medium(directory.path)
    assert said.startswith(f"the ledger {ledger_path(directory)} cannot be used: ")
    with Ledger.read(directory) as ledger:
        assert ledger.count(Status.SAVED) == (100, 10_000)


def foreign_database(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE note (text)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("version", [0, 1, 2])
def test_another_programs_database_is_left_alone(directory: Directory, version: int) -> None:
    path = ledger_path(directory)
    path.parent.mkdir()
    foreign_database(path, version)
    before = path.read_bytes()
    for attempt in (begin, Ledger.read):
        with pytest.raises((UsageError, FileError)) as caught, attempt(directory) as ledger:
            ledger.account  # noqa: B018 - reading it is the attempt
        assert "ledger.sqlite3" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("octets", [b"no database\n" * 1000, bytes(4096), b"SQLite format 3\0"])
def test_a_file_that_is_no_database(directory: Directory, octets: bytes) -> None:
    path = ledger_path(directory)
    path.parent.mkdir()
    path.write_bytes(octets)
    for attempt in (begin, Ledger.read):
        with pytest.raises(FileError, match="cannot be used"):
            attempt(directory).close()
    assert path.read_bytes() == octets


def test_a_page_that_was_overwritten(directory: Directory) -> None:
    with begin(directory) as ledger:
        ledger.note([saved(uid)._replace(subject="x" * 500) for uid in range(1, 1_001)])
    path = ledger_path(directory)
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(100 * 4096))
    with pytest.raises(FileError, match="cannot be used"), Ledger.read(directory) as ledger:
        list(ledger.iter_records(Status.SAVED))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE message SET flags = x'ff'",
        "UPDATE export SET format = 'pst'",
        "DELETE FROM export",
    ],
)
def test_a_row_that_we_never_wrote(directory: Directory, change: str) -> None:
    with begin(directory) as ledger:
        ledger.note([saved(1)])
    connection = sqlite3.connect(ledger_path(directory))
    connection.execute(change)
    connection.commit()
    connection.close()
    with Ledger.read(directory) as ledger, pytest.raises(FileError, match="it is damaged"):
        str((ledger.save_format, *ledger.iter_files()))


def test_links_are_not_followed(directory: Directory, tmp_path: Path) -> None:
    with Directory.open(tmp_path / "elsewhere") as elsewhere:
        begin(elsewhere).close()
        path = ledger_path(directory)
        path.parent.mkdir()
        path.symlink_to(ledger_path(elsewhere))
        for attempt in (begin, Ledger.read):
            with pytest.raises((FileError, UsageError)):
                attempt(directory).close()
        shutil.rmtree(path.parent)
        path.parent.symlink_to(ledger_path(elsewhere).parent)
        for attempt in (begin, Ledger.read):
            with pytest.raises((FileError, UsageError)):
                attempt(directory).close()
        path.parent.unlink()
        path.parent.mkdir()
        path.symlink_to(tmp_path / "nowhere")
        with pytest.raises(FileError, match="no ordinary file"):
            begin(directory).close()
        assert not (tmp_path / "nowhere").exists()


@pytest.mark.usefixtures("unshare")
def test_a_full_disk_is_one_sentence_and_the_ledger_goes_on(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\n"
        "from tuimail.errors import FileError\n"
        "from tuimail.export.ledger import Ledger\n"
        "from tuimail.export.names import SaveFormat\n"
        "from tuimail.export.records import Record, Status\n"
        "from tuimail.files import Directory\n"
        "with Directory.open(pathlib.Path(sys.argv[1])) as directory:\n"
        "    with Ledger.open(directory, 'a@b:1', SaveFormat.EML) as ledger:\n"
        "        for end in (10, 10_000, 20):\n"
        "            try:\n"
        "                ledger.note([Record(1, 7, uid, Status.SAVED, 1, subject='x' * 500)\n"
        "                             for uid in range(1, end)])\n"
        "            except FileError as error: print(error)\n"
        "            print(ledger.count(Status.SAVED))\n"
    )
    script = 'mount -t tmpfs -o size=1m none "$1" && "$2" -c "$3" "$1"'
    done = subprocess.run(
        [*MOUNTING, "sh", "-c", script, "sh", str(tmp_path), sys.executable, code],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    path = tmp_path / ".tuimail" / "ledger.sqlite3"
    assert done.stdout.splitlines() == [
        "(9, 9)",
        f"the ledger {path} cannot be used: the disk is full",
        "(9, 9)",
        "(19, 19)",
    ]
