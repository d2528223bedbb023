"""The program's own small files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tuimail.errors import FileError
from tuimail.files import read_small, write_atomically


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "state" / "state.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert read_small(path, 3) == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["state.json"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.mkdir()
    with pytest.raises(FileError, match=r"state\.json: something that is no file has that name"):
        write_atomically(path, b"x")
    assert os.listdir(tmp_path) == ["state.json"]


def test_no_file_is_no_error(tmp_path: Path) -> None:
    assert read_small(tmp_path / "none", 10) is None
    assert read_small(tmp_path / "none" / "deeper", 10) is None


def test_too_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(FileError, match="it has more than 4 bytes"):
        read_small(tmp_path / "a", 4)


def test_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(FileError, match="something that is no file has that name"):
            read_small(path, 10)


def test_the_users_own_link_is_followed_for_reading(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").write_bytes(b"x")
    (tmp_path / "config").symlink_to(tmp_path / "dotfiles")
    assert read_small(tmp_path / "config", 10) == b"x"
