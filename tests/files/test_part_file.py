"""Files that are being written, and what becomes of those that nobody finishes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tuimail.errors import FileError
from tuimail.files import Directory, PartFile, Placed


def save(directory: Directory, name: str, data: bytes) -> Placed:
    with directory.create_part(name) as part:
        part.write(data)
        return part.finish()


def at_first(call: Callable[..., None], act: Callable[[], object]) -> Callable[..., None]:
    """The system call, and what another program does right before its first use."""
    pending = [act]

    def interrupted(*arguments: object, **options: object) -> None:
        while pending:
            pending.pop()()
        call(*arguments, **options)

    return interrupted


def test_what_a_crash_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.eml.part").write_bytes(b"half of an old mess")
    with Directory.open(tmp_path) as directory:
        save(directory, "a.eml", b"whole")
    assert os.listdir(tmp_path) == ["a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"whole"


def test_a_second_name_of_a_finished_file_goes_and_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"whole")
    os.link(tmp_path / "a.eml", tmp_path / "a.eml.part")
    with Directory.open(tmp_path) as directory:
        assert save(directory, "a.eml", b"whole").already_there
    assert os.listdir(tmp_path) == ["a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"whole"


def test_a_part_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with Directory.open(tmp_path) as one, Directory.open(tmp_path) as other:
        part = one.create_part("a.eml")
        part.write(b"mine")
        with pytest.raises(FileError, match=r"another tuimail is writing .*/a\.eml\.part"):
            other.create_part("a.eml")
        part.finish()
        assert save(other, "a.eml", b"mine").already_there


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_left_alone(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "a.eml.part")
    with (
        Directory.open(tmp_path) as directory,
        pytest.raises(FileError, match="something that is no file has that name"),
    ):
        directory.create_part("a.eml")
    assert os.listdir(tmp_path) == ["a.eml.part"]


def test_a_name_that_looks_unfinished_is_a_mistake_of_ours(tmp_path: Path) -> None:
    with Directory.open(tmp_path) as directory, pytest.raises(ValueError, match="unfinished"):
        directory.create_part("a.part")


def test_discarded_parts_are_gone(tmp_path: Path) -> None:
    with Directory.open(tmp_path) as directory:
        part = directory.create_part("a.eml")
        part.write(b"x")
        part.discard()
        part.discard()
        with directory.create_part("b.eml") as part:
            part.write(b"y")
    assert os.listdir(tmp_path) == []


def test_a_part_is_taken_for_stale_before_its_writer_could_lock_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Directory.open(tmp_path) as one, Directory.open(tmp_path) as other:

        def begin_another() -> None:
            part = other.create_part("a.eml")
            part.write(b"half")
            begun.append(part)

        begun: list[PartFile] = []
        monkeypatch.setattr(fcntl, "flock", at_first(fcntl.flock, begin_another))
        with pytest.raises(FileError, match="another tuimail is writing"):
            one.create_part("a.eml")
        begun[0].write(b" and half")
        begun[0].finish()
    assert os.listdir(tmp_path) == ["a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"half and half"


def test_a_stale_part_is_still_locked_when_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.eml.part").write_bytes(b"stale")
    with Directory.open(tmp_path) as one, Directory.open(tmp_path) as other:

        def begin_another() -> None:
            with pytest.raises(FileError, match="another tuimail is writing"):
                other.create_part("a.eml")
            refused.append(True)

        refused: list[bool] = []
        monkeypatch.setattr(os, "unlink", at_first(os.unlink, begin_another))
        save(one, "a.eml", b"whole")
    assert refused
    assert os.listdir(tmp_path) == ["a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"whole"


def test_a_part_begun_since_the_stale_one_was_opened_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Directory.open(tmp_path) as one, Directory.open(tmp_path) as other:
        first = one.create_part("a.eml")
        first.write(b"first")

        def finish_and_begin_anew() -> None:
            first.finish()
            begun.append(one.create_part("a.eml"))
            begun[0].write(b"second")

        begun: list[PartFile] = []
        # The other one has found the first part and is about to see whether it is locked.
        monkeypatch.setattr(fcntl, "flock", at_first(fcntl.flock, finish_and_begin_anew))
        with pytest.raises(FileError, match="another tuimail is writing"):
            other.create_part("a.eml")
        begun[0].finish()
    assert sorted(os.listdir(tmp_path)) == ["a.eml", "a~2.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"first"
    assert (tmp_path / "a~2.eml").read_bytes() == b"second"


def test_a_stale_part_that_goes_meanwhile_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "a.eml.part"
    stale.write_bytes(b"stale")
    with Directory.open(tmp_path) as directory:
        monkeypatch.setattr(fcntl, "flock", at_first(fcntl.flock, stale.unlink))
        save(directory, "a.eml", b"whole")
    assert os.listdir(tmp_path) == ["a.eml"]


def test_only_what_was_written_gets_the_name(tmp_path: Path) -> None:
    with Directory.open(tmp_path) as directory:
        for settle in (PartFile.finish, PartFile.replace, PartFile.discard):
            part = directory.create_part("a.eml")
            part.write(b"whole")
            (tmp_path / "a.eml.part").unlink()
            (tmp_path / "a.eml.part").write_bytes(b"of somebody else")
            if settle is PartFile.discard:
                part.discard()
            else:
                with part, pytest.raises(FileError, match=r"a\.eml: it does not exist"):
                    settle(part)
            assert os.listdir(tmp_path) == ["a.eml.part"]
            assert (tmp_path / "a.eml.part").read_bytes() == b"of somebody else"
