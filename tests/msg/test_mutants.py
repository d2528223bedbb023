"""Broken messages: whatever a stranger sends becomes a .msg that can be read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.msg.mutants import make_mutant
from tests.msg.red_black import check_directory
from tuimail.msg.reader import read_msg
from tuimail.msg.writer import write_msg


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_mutants_are_converted(corpus: list[Path], start: int) -> None:
    originals = [raw for path in corpus if len(raw := path.read_bytes()) < 50_000]
    for number in range(start, start + 100):
        out = io.BytesIO()
        write_msg(make_mutant(originals, 7, number), out)
        check_directory(out.getvalue())
        read_msg(out)
