"""What a command writes arrives, however little the other end takes at a time."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from tuimail.cli.output import Output

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Narrow(io.RawIOBase):
    """As stdout is with PYTHONUNBUFFERED, and takes seven octets at most."""

    def __init__(self) -> None:
        self.octets = b""

    def writable(self) -> bool:
        return True

    def write(self, octets: ReadableBuffer, /) -> int:
        taken = bytes(octets)[:7]
        self.octets += taken
        return len(taken)


def test_a_stdout_that_takes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Narrow()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(narrow, write_through=True))  # type: ignore[type-var]
    Output().write_json_lines(b'{"uid": %d}' % number for number in range(600))
    assert narrow.octets == b"".join(b'{"uid": %d}\n' % number for number in range(600))
