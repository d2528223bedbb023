"""Room on a disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from tuimail.files import free_space


def test_of_a_folder_and_of_one_that_is_not_there_yet(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    for path in (tmp_path, tmp_path / "not" / "yet"):
        found = free_space(path)
        assert found is not None
        # Others write there too.
        assert abs(found - free) < 1 << 30


def test_of_a_file_is_that_of_its_disk(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert free_space(file / "below") is not None
