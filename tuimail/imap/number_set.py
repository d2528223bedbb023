"""Sets of sequence numbers or UIDs as people write them: IMAP's own (RFC 9051, 9, sequence-set)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tuimail.errors import UsageError
from tuimail.text import safe_line

HIGHEST = 4_294_967_295
"""Sequence numbers and UIDs are 32 bits (RFC 9051, 9, nz-number)."""

_RANGE = re.compile(r"(\d{1,10}|\*)(?::(\d{1,10}|\*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Ranges of numbers; None stands for `*`, the highest that exists."""

    ranges: tuple[tuple[int | None, int | None], ...]

    @classmethod
    def parse(cls, text: str) -> NumberSet:
        """Read `1:20,35,40:*`; spaces around commas are fine. Raises UsageError."""
        ranges: list[tuple[int | None, int | None]] = []
        for piece in text.split(","):
            found = _RANGE.fullmatch(piece.strip())
            if found is None:
                shown = safe_line(piece.strip(), 40) or text
                raise UsageError(f"not a set of numbers: {shown!r}; write it as 1:20,35,40:*")
            first = _read_number(found[1])
            ranges.append((first, first if found[2] is None else _read_number(found[2])))
        return cls(tuple(ranges))

    def clipped(self, highest: int) -> tuple[range, ...]:
        """The ranges that lie within 1 and `highest`, ascending, none of them touching another.

        A range that begins beyond the end gives nothing, though IMAP's own rule would let
        `9999:*` mean the last message.
        """
        found: list[range] = []
        for first, last in sorted(self._ordered(highest)):
            low, high = max(1, first), min(last, highest)
            if low > high:
                continue
            if found and low <= found[-1].stop:
                found[-1] = range(found[-1].start, max(found[-1].stop, high + 1))
            else:
                found.append(range(low, high + 1))
        return tuple(found)

    def count_named(self, highest: int) -> int:
        """How many numbers it names, those beyond `highest` too; `*` names what exists."""
        return sum(len(run) for run in self._bounded(highest).clipped(HIGHEST))

    def _bounded(self, highest: int) -> NumberSet:
        open_ended = (pair for pair in self.ranges if None not in pair)
        closed = tuple((low, high) for low, high in open_ended)
        rest = NumberSet(tuple(pair for pair in self.ranges if None in pair)).clipped(highest)
        return NumberSet((*closed, *((run.start, run.stop - 1) for run in rest)))

    def _ordered(self, highest: int) -> Iterator[tuple[int, int]]:
        for first, last in self.ranges:
            if first is None and last is None:
                yield highest, highest
            elif first is None or last is None:
                # `40:*` beyond the end must stay beyond it: not turned round to `100:40`
                low = last if first is None else first
                yield low or 1, highest
            else:
                yield min(first, last), max(first, last)


def write_ranges(ranges: tuple[range, ...]) -> bytes:
    """Ranges as a sequence set; empty for none."""
    return b",".join(
        b"%d" % run.start if len(run) == 1 else b"%d:%d" % (run.start, run.stop - 1)
        for run in ranges
    )


def _read_number(text: str) -> int | None:
    if text == "*":
        return None
    number = int(text)
    if not 1 <= number <= HIGHEST:
        raise UsageError(f"numbers of messages go from 1 to {HIGHEST}, not {text}")
    return number
