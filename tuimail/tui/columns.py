"""The columns of the message list, fitted to its width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuimail.imap.row_extras import shown_item
from tuimail.imap.summary import Summary

SIGNS_WIDTH = 5
SIZE_WIDTH = 5


@dataclass(frozen=True, slots=True)
class ExtraColumn:
    """A column that somebody asked for; it stands before the subject."""

    name: str
    """What tells it from others: `uid`, `header:X-Foo`, `item:MODSEQ`."""
    title: str
    width: int
    text: Callable[[Summary], str]
    """Safe text of a row."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How many cells each column takes; one cell stands between two of them."""

    date: int
    person: int
    subject: int
    extra: tuple[ExtraColumn, ...] = ()

    @classmethod
    def fit(cls, width: int, date: int, extra: Sequence[ExtraColumn] = ()) -> Columns:
        """Columns for `width` cells, the subject taking what the others leave."""
        room = width - SIGNS_WIDTH - SIZE_WIDTH - date - 3
        room -= sum(column.width + 1 for column in extra)
        person = max(8, min(26, room * 3 // 8))
        return cls(date, person, max(1, room - person), tuple(extra))


NUMBER_COLUMN = ExtraColumn("number", "#", 7, lambda row: str(row.sequence_number or ""))
UID_COLUMN = ExtraColumn("uid", "UID", 10, lambda row: str(row.identity.uid or ""))


def header_column(name: str) -> ExtraColumn:
    """Any header field, as a column."""
    return ExtraColumn(f"header:{name}", name, 16, lambda row: str(row.header(name) or ""))


def item_column(name: str) -> ExtraColumn:
    """Any FETCH item, as a column."""
    return ExtraColumn(f"item:{name}", name, 16, lambda row: shown_item(row.items.get(name)))


def folder_column(names: dict[bytes, str]) -> ExtraColumn:
    """Which folder a row is of; names by raw name."""
    width = min(20, max((len(name) for name in names.values()), default=6))
    return ExtraColumn("folder", "Folder", width, lambda row: names.get(row.identity.folder, ""))
