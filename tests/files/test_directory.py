"""Folders and files on a real disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.system import MOUNTING
from tuimail.errors import FileError
from tuimail.files import Directory, Placed, name_key, safe_name

HOSTILE = json.loads((Path(__file__).parents[1] / "hostile_names.json").read_text())


def save(directory: Directory, name: str, data: bytes) -> Placed:
    with directory.create_part(name) as part:
        part.write(data)
        return part.finish()


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_has_its_name_only_when_it_is_finished(tmp_path: Path) -> None:
    with Directory.open(tmp_path) as directory, directory.create_part("a.eml") as part:
        assert part.write(memoryview(b"From: ada\r\n")) == 11
        assert os.listdir(tmp_path) == ["a.eml.part"]
        part.write(b"\r\nHello\r\n")
        placed = part.finish()
    assert placed == Placed("a.eml", already_there=False)
    assert os.listdir(tmp_path) == ["a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"From: ada\r\n\r\nHello\r\n"


def test_what_is_made_is_closed_to_others(tmp_path: Path) -> None:
    with Directory.open(tmp_path / "x" / "y") as outer, outer.child("z") as inner:
        save(inner, "a.eml", b"")
    assert [permissions(tmp_path / p) for p in ("x", "x/y", "x/y/z")] == [0o700] * 3
    assert permissions(tmp_path / "x/y/z/a.eml") == 0o600


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    Directory.open(tmp_path / "shared").close()
    assert permissions(tmp_path / "shared") == 0o755


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 20, 9, 14, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(1969, 7, 20, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_mtime_is_what_was_asked_as_far_as_the_disk_can(tmp_path: Path, moment: datetime) -> None:
    with Directory.open(tmp_path) as directory, directory.create_part("a") as part:
        part.finish(mtime=moment)
    if 1970 <= moment.year < 2038:
        assert (tmp_path / "a").stat().st_mtime == moment.timestamp()


def test_a_missing_folder_is_an_error_when_it_is_not_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cannot open the folder .*/none: it does not exist$"):
        Directory.open(tmp_path / "none", create=False)
    with Directory.open(tmp_path) as directory, pytest.raises(FileError, match="does not exist"):
        directory.child("none", create=False)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_path_that_no_disk_takes_is_an_error_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="a�b: the name has characters that no file may have"):
        Directory.open(tmp_path / name)


def test_a_control_character_in_a_path_does_not_reach_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError) as error:
        Directory.open(tmp_path / "a\x1b]0;x\x07", create=False)
    assert str(error.value).isprintable()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "a\0b"])
def test_only_one_component_is_taken(tmp_path: Path, name: str) -> None:
    with Directory.open(tmp_path) as directory:
        for act in (directory.child, directory.create_part, directory.open_file):
            with pytest.raises(ValueError, match="not the name of one file"):
                act(name)
    assert os.listdir(tmp_path) == []


def test_hostile_names_become_distinct_files_inside_the_target(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with Directory.open(target) as directory:
        for number, text in enumerate(HOSTILE):
            save(directory, safe_name(text), str(number).encode())
    assert os.listdir(tmp_path) == ["target"]
    files = list(target.rglob("*"))
    assert {int(file.read_bytes()) for file in files} == set(range(len(HOSTILE)))
    assert len({name_key(file.name) for file in files}) == len(HOSTILE)


def test_hostile_names_become_folders_inside_the_target(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with Directory.open(target) as directory:
        for text in HOSTILE:
            directory.child(safe_name(text)).close()
    assert os.listdir(tmp_path) == ["target"]
    assert set(os.listdir(target)) == {safe_name(text) for text in HOSTILE}


class TestTakenNames:
    def test_another_file_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "a.eml").write_bytes(b"mine")
        with Directory.open(tmp_path) as directory:
            assert save(directory, "a.eml", b"new") == Placed("a~2.eml", already_there=False)
        assert (tmp_path / "a.eml").read_bytes() == b"mine"
        assert (tmp_path / "a~2.eml").read_bytes() == b"new"

    def test_the_same_octets_are_already_there(self, tmp_path: Path) -> None:
        (tmp_path / "a.eml").write_bytes(b"other")
        (tmp_path / "a~2.eml").write_bytes(b"same")
        with Directory.open(tmp_path) as directory:
            assert save(directory, "a.eml", b"same") == Placed("a~2.eml", already_there=True)
        assert sorted(os.listdir(tmp_path)) == ["a.eml", "a~2.eml"]

    def test_a_difference_in_the_last_octet_counts(self, tmp_path: Path) -> None:
        data = bytes(3 << 20)
        (tmp_path / "a").write_bytes(data)
        with Directory.open(tmp_path) as directory:
            assert save(directory, "a", data[:-1] + b"x").name == "a~2"
        with Directory.open(tmp_path) as directory:
            assert save(directory, "a", data) == Placed("a", already_there=True)

    def test_equal_parts_of_one_run_become_several_files_and_are_found_again(
        self, tmp_path: Path
    ) -> None:
        for already_there in (False, True):
            with Directory.open(tmp_path) as directory:
                placed = [save(directory, "logo.png", b"same") for _ in range(3)]
            assert placed == [
                Placed(name, already_there) for name in ("logo.png", "logo~2.png", "logo~3.png")
            ]

    def test_names_that_another_system_takes_for_one_are_numbered(self, tmp_path: Path) -> None:
        (tmp_path / "Straße.txt").write_bytes(b"1")
        with Directory.open(tmp_path) as directory:
            assert save(directory, "STRASSE.TXT", b"2").name == "STRASSE~2.TXT"
            assert save(directory, "strasse~2.txt", b"3").name == "strasse~2~2.txt"

    def test_a_name_taken_since_the_folder_was_read_is_not_replaced(self, tmp_path: Path) -> None:
        with Directory.open(tmp_path) as directory:
            save(directory, "first", b"1")
            (tmp_path / "a").write_bytes(b"from elsewhere")
            assert save(directory, "a", b"2").name == "a~2"
        assert (tmp_path / "a").read_bytes() == b"from elsewhere"


class TestLinks:
    """What somebody planted inside the target leads nowhere."""

    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "file").write_bytes(b"precious")
        return outside

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        target = tmp_path / "target"
        target.mkdir()
        return target

    def test_for_a_folder(self, outside: Path, target: Path) -> None:
        (target / "INBOX").symlink_to(outside)
        with (
            Directory.open(target) as directory,
            pytest.raises(FileError, match="INBOX: a link or a file stands where a folder belongs"),
        ):
            directory.child("INBOX")

    def test_for_a_folder_that_is_not_there(self, tmp_path: Path, target: Path) -> None:
        (target / "INBOX").symlink_to(tmp_path / "nowhere")
        with Directory.open(target) as directory, pytest.raises(FileError):
            directory.child("INBOX")
        assert not (tmp_path / "nowhere").exists()

    def test_for_a_file(self, outside: Path, target: Path) -> None:
        (target / "a.eml").symlink_to(outside / "file")
        with Directory.open(target) as directory:
            assert save(directory, "a.eml", b"precious").name == "a~2.eml"
            with pytest.raises(FileError, match="it is a link"):
                directory.open_file("a.eml")
        assert (outside / "file").read_bytes() == b"precious"

    def test_for_a_file_that_is_not_there(self, outside: Path, target: Path) -> None:
        (target / "a.eml").symlink_to(outside / "new")
        with Directory.open(target) as directory:
            assert save(directory, "a.eml", b"x").name == "a~2.eml"
        assert os.listdir(outside) == ["file"]

    def test_for_a_part(self, outside: Path, target: Path) -> None:
        (target / "a.eml.part").symlink_to(outside / "file")
        (target / "b.eml.part").symlink_to(outside / "new")
        with Directory.open(target) as directory:
            save(directory, "a.eml", b"x")
            save(directory, "b.eml", b"x")
        assert sorted(os.listdir(target)) == ["a.eml", "b.eml"]
        assert not (target / "a.eml").is_symlink()
        assert (outside / "file").read_bytes() == b"precious"
        assert os.listdir(outside) == ["file"]

    def test_the_folder_that_the_user_chose_may_be_a_link(
        self, outside: Path, target: Path
    ) -> None:
        (target / "mail").symlink_to(outside)
        with Directory.open(target / "mail" / "2026") as directory:
            save(directory, "a.eml", b"x")
        assert (outside / "2026" / "a.eml").exists()

    def test_a_folder_moved_away_meanwhile_stays_the_one_that_was_opened(
        self, outside: Path, target: Path
    ) -> None:
        with Directory.open(target) as directory, directory.child("INBOX") as inbox:
            (target / "INBOX").rename(target / "moved")
            (target / "INBOX").symlink_to(outside)
            save(inbox, "a.eml", b"x")
        assert os.listdir(target / "moved") == ["a.eml"]
        assert os.listdir(outside) == ["file"]


def test_a_pipe_under_the_name_of_a_file_does_not_stop_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with Directory.open(tmp_path) as directory, pytest.raises(FileError, match="no file"):
        directory.open_file("a")


def run_python(program: str, *arguments: object, limit: int | None = None) -> str:
    """Run a program in a process of its own, whose files may have at most `limit` octets."""

    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=restrict)
    assert not done.stderr, done.stderr
    return done.stdout


WRITE_MUCH = """
import sys, pathlib
from tuimail.errors import FileError
from tuimail.files import Directory
with Directory.open(pathlib.Path(sys.argv[1])) as directory:
    try:
        with directory.create_part("big.eml") as part:
            for _ in range(64):
                part.write(bytes(65536))
            part.finish()
    except FileError as error:
        print(error)
"""


def test_a_file_over_the_limit_is_one_sentence_and_leaves_no_stub(tmp_path: Path) -> None:
    said = run_python(WRITE_MUCH, tmp_path, limit=1 << 20)
    assert said == (
        f"cannot write {tmp_path}/big.eml: the file would be larger than is allowed there\n"
    )
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("unshare")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("size=1m", "cannot write {}/big.eml: the disk is full\n"),
        ("ro", "cannot write {}/big.eml.part: it is read-only there\n"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_sentence_and_no_stub(
    tmp_path: Path, options: str, sentence: str
) -> None:
    script = 'mount -t tmpfs -o "$1" none "$2" && "$3" -c "$4" "$2" && ls -A "$2"'
    command = [*MOUNTING, "sh", "-c", script, "sh", options, str(tmp_path)]
    done = subprocess.run(
        [*command, sys.executable, WRITE_MUCH],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == sentence.format(tmp_path)


WRITE_UNTIL_KILLED = """
import sys, pathlib
from tuimail.files import Directory
with Directory.open(pathlib.Path(sys.argv[1])) as directory:
    for number in range(1000000):
        with directory.create_part(f"{number}.eml") as part:
            part.write(b"begin ")
            part.write(bytes(100_000))
            if number == 20:
                print("busy", flush=True)
            part.write(b" end")
            part.finish()
"""


@pytest.mark.parametrize("run", range(3))
def test_kill_leaves_whole_files_and_at_most_one_part(tmp_path: Path, run: int) -> None:
    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"busy\n"
        writer.send_signal(signal.SIGKILL)
    parts = list(tmp_path.glob("*.part"))
    finished = set(tmp_path.iterdir()) - set(parts)
    assert len(parts) <= 1
    assert len(finished) >= 20
    assert {file.read_bytes() for file in finished} == {b"begin " + bytes(100_000) + b" end"}


def test_folders_below_are_reached_through_no_link(tmp_path: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/b/c/x.eml").touch()
    (tmp_path / "a/link").symlink_to("b")
    with Directory.open(tmp_path) as directory:
        for path, names in (("", ("a",)), ("a", ("b", "link")), ("a/b/c", ("x.eml",))):
            with directory.below(path) as folder:
                assert tuple(sorted(folder.names())) == names
        with pytest.raises(FileError, match="a link or a file stands where a folder belongs"):
            directory.below("a/link/c")
        with pytest.raises(FileError, match="it does not exist"):
            directory.below("a/none")
        with pytest.raises(ValueError, match="not the name of one file"):
            directory.below("a/../..")
        assert directory.names() == ("a",)


def test_folders_and_everything_else(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "x").touch()
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "dangling").symlink_to("none")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / os.fsdecode(b"\xff")).touch()
    with Directory.open(tmp_path) as directory:
        found = (("a", "b"), ("dangling", "link", "pipe", "x", "\udcff"))
        assert directory.entries() == found
        assert directory.entries() == found
