"""Which sequence numbers a page holds: arithmetic only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class SortKey(Enum):
    """What a list is ordered by; the value is the word on the command line."""

    ARRIVAL = "arrival"
    """The order in which the folder holds the messages: that of sequence numbers."""
    RECEIVED = "received"
    """INTERNALDATE."""
    DATE = "date"
    FROM = "from"
    TO = "to"
    CC = "cc"
    SUBJECT = "subject"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class Order:
    """A sort key and a direction; newest first unless told otherwise."""

    key: SortKey = SortKey.ARRIVAL
    descending: bool = True

    def turned(self) -> Order:
        """The same key read backwards."""
        return Order(self.key, not self.descending)


NEWEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class Window:
    """A run of places in the order shown, and the sequence numbers that stand there.

    `first` and `last` count from 1 in the order shown; `low` and `high` are the sequence numbers
    of the run's ends, whatever the direction. An empty window has `first` 1 and `last` 0.
    """

    number: int
    pages: int
    total: int
    first: int
    last: int
    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        return self.last < self.first


def page_count(total: int, size: int) -> int:
    """How many pages `total` messages fill; an empty folder still has one, empty, page."""
    return max(1, -(-total // size))


def window(total: int, number: int, size: int, *, descending: bool) -> Window:
    """Page `number` (from 1) of `total` messages, `size` to a page.

    A page past the end is an empty window, so that a folder that shrank is not an error.
    """
    if number < 1 or size < 1:
        raise ValueError(f"pages count from 1: page {number} of size {size}")
    pages = page_count(total, size)
    first = (number - 1) * size + 1
    last = min(number * size, total)
    if first > last:
        return Window(number, pages, total, 1, 0, 0, 0)
    if descending:
        low, high = total - last + 1, total - first + 1
    else:
        low, high = first, last
    return Window(number, pages, total, first, last, low, high)
