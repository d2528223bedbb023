"""Sets of sequence numbers or UIDs: `1:5,9,20:*` (RFC 9051, 9, sequence-set)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tuimail.archive.response import bad

_RANGE = re.compile(rb"(\d{1,10}|\*)(?::(\d{1,10}|\*))?")
_LARGEST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class MessageSet:
    """Runs of numbers as they were written; None stands for `*`."""

    runs: tuple[tuple[int | None, int | None], ...]

    def ranges(self, largest: int) -> list[range]:
        """The runs with `*` as `largest`, ascending, overlaps joined."""
        spans: list[tuple[int, int]] = []
        for run in self.runs:
            first, last = (largest if number is None else number for number in run)
            spans.append((min(first, last), max(first, last)))
        joined: list[range] = []
        for low, high in sorted(spans):
            if joined and low <= joined[-1].stop:
                joined[-1] = range(joined[-1].start, max(joined[-1].stop, high + 1))
            else:
                joined.append(range(low, high + 1))
        return joined


def parse_message_set(text: bytes) -> MessageSet:
    """Read a set; raises CommandError for what is none."""
    runs: list[tuple[int | None, int | None]] = []
    for piece in text.split(b","):
        match = _RANGE.fullmatch(piece)
        if match is None:
            raise bad("Invalid messageset")
        first = _read_number(match[1])
        runs.append((first, _read_number(match[2]) if match[2] else first))
    return MessageSet(tuple(runs))


def is_message_set(text: bytes) -> bool:
    """Whether this looks like a set, so that SEARCH can tell it from a key."""
    return text[:1].isdigit() or text[:1] == b"*"


def write_message_set(numbers: Iterable[int]) -> bytes:
    """Numbers in the order given, neighbours that ascend as runs: `1:3,9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return b",".join(b"%d" % a if a == b else b"%d:%d" % (a, b) for a, b in runs)


def _read_number(text: bytes) -> int | None:
    if text == b"*":
        return None
    number = int(text)
    if not 0 < number <= _LARGEST:
        raise bad("Invalid messageset")
    return number
