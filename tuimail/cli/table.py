"""Tables for people: columns of safe text, measured in terminal cells."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_GAP = "  "
_LEAST = 10
"""Cells that the last column keeps, however narrow the terminal."""
_NARROWEST = 16
"""Cells below which no other column is narrowed for the last one; a date takes so many."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    at_right: bool = False
    most: int = 40
    """Cells that it may take; the last column takes what is left."""


class Table:
    """Lines of a table whose first rows decide how wide its columns are.

    They fit into `width` cells, a third of them for the last column if it has use for so many, as
    far as that can be had of columns that are wide. Where `width` is None, for a file or a pipe, no
    cell is cut and a longer one moves what is behind it.
    """

    def __init__(self, columns: Sequence[Column], width: int | None, rows_at_once: int) -> None:
        self._columns = columns
        self._width = width
        self._rows_at_once = rows_at_once

    def lines(self, rows: Iterable[Sequence[str]]) -> Iterator[str]:
        """The titles and the rows; nothing where there are none."""
        source = iter(rows)
        first = list(itertools.islice(source, self._rows_at_once))
        if not first:
            return
        titles = [column.title for column in self._columns]
        widths = self._measure([titles, *first])
        for row in itertools.chain([titles], first, source):
            yield self._line(row, widths)

    def _measure(self, rows: Sequence[Sequence[str]]) -> list[int]:
        """Cells of each column but the last."""
        longest = [max(map(count_cells, cells)) for cells in zip(*rows, strict=True)]
        widths = [
            min(column.most, cells)
            for column, cells in zip(self._columns[:-1], longest[:-1], strict=True)
        ]
        if self._width is not None:
            last = max(_LEAST, min(longest[-1], self._width // 3))
            excess = last + sum(widths) + len(_GAP) * len(widths) - self._width
            while excess > 0 and max(widths, default=0) > _NARROWEST:
                widths[widths.index(max(widths))] -= 1
                excess -= 1
        return widths

    def _line(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = [
            _fit(text, width, at_right=column.at_right, cut=self._width is not None)
            for text, width, column in zip(row, widths, self._columns, strict=False)
        ]
        last = row[-1]
        if self._width is not None:
            used = sum(widths) + len(_GAP) * len(widths)
            last = cut_cells(last, max(_LEAST, self._width - used))
        return _GAP.join([*cells, last]).rstrip()


def count_cells(text: str) -> int:
    """Cells that a safe text takes on a terminal: two for a wide character, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def cut_cells(text: str, width: int) -> str:
    """At most `width` cells of a text, the last one `…` when there was more."""
    if count_cells(text) <= width:
        return text
    kept = 0
    for place, character in enumerate(text):
        kept += _cells(character)
        if kept > width - 1:
            return f"{text[:place]}…"
    return text


def _fit(text: str, width: int, *, at_right: bool, cut: bool) -> str:
    if cut:
        text = cut_cells(text, width)
    padding = " " * (width - count_cells(text))
    return padding + text if at_right else text + padding


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
