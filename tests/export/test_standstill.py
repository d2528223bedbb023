"""Keeping exports out while one is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.exports import write_export
from tests.export.ledgers import begin
from tuimail.errors import FileError, UsageError
from tuimail.export.standstill import hold_still
from tuimail.files import Directory


def test_readers_share_and_a_writer_waits(tmp_path: Path) -> None:
    write_export(tmp_path)
    with Directory.open(tmp_path) as directory:
        with (
            hold_still(directory),
            hold_still(directory),
            pytest.raises(FileError, match="at work"),
        ):
            begin(directory)
        with (
            begin(directory),
            pytest.raises(UsageError, match="an export is at work"),
            hold_still(directory),
        ):
            pass


def test_no_export(tmp_path: Path) -> None:
    with (
        Directory.open(tmp_path) as directory,
        pytest.raises(UsageError, match="there is no export in"),
        hold_still(directory),
    ):
        pass
