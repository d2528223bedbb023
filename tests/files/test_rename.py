"""What stands in where the file system has no rename that refuses."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuimail.files.rename import rename_new


def refuse(number: int) -> Callable[..., None]:
    def call(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


@pytest.fixture(params=["exclusive rename", "hard link", "look first"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The calls that this system knows; those above are missing as NFS and FUSE miss them."""
    kind = str(request.param)
    if kind != "exclusive rename":
        unsupported = lambda *_: errno.EINVAL  # noqa: E731
        monkeypatch.setattr("tuimail.files.rename._system_rename", lambda: unsupported)
    if kind == "look first":
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    return kind


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.usefixtures("system")
class TestEverySystem:
    def test_a_free_name_is_taken(self, tmp_path: Path, folder: int) -> None:
        (tmp_path / "a.part").write_bytes(b"new")
        rename_new("a.part", "a", folder)
        assert os.listdir(tmp_path) == ["a"]
        assert (tmp_path / "a").read_bytes() == b"new"

    def test_a_file_is_not_replaced(self, tmp_path: Path, folder: int) -> None:
        (tmp_path / "a.part").write_bytes(b"new")
        (tmp_path / "a").write_bytes(b"old")
        with pytest.raises(FileExistsError):
            rename_new("a.part", "a", folder)
        assert (tmp_path / "a").read_bytes() == b"old"
        assert (tmp_path / "a.part").read_bytes() == b"new"

    def test_a_link_that_leads_nowhere_is_not_replaced(self, tmp_path: Path, folder: int) -> None:
        (tmp_path / "a.part").write_bytes(b"new")
        (tmp_path / "a").symlink_to(tmp_path / "nowhere")
        with pytest.raises(FileExistsError):
            rename_new("a.part", "a", folder)
        assert (tmp_path / "a").is_symlink()
        assert not (tmp_path / "nowhere").exists()

    def test_another_failure_is_not_hidden(self, folder: int) -> None:
        with pytest.raises(FileNotFoundError):
            rename_new("missing.part", "a", folder)
