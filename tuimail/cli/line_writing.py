"""What becomes of messages that are listed, many at a time: lines of JSON, or rows of a table.

A summary holds everything as values for a screen to show; making it and taking it apart again was
two thirds of what `list --json` took. So most are written straight from FETCH responses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tuimail.errors import MessageUnreadable
from tuimail.imap.fetch import Row
from tuimail.imap.sieve import read_rows, summary_sieve
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

T = TypeVar("T")
Failure = tuple[int, int, str]
"""UID, sequence number and one sentence of a message that was answered badly for."""


class LineOrder(NamedTuple):
    """Whose messages become lines, and with what in them."""

    as_json: bool
    """Else rows of a table."""
    with_folder: bool
    """Whether a row of a table says which folder it is of, as JSON always does."""
    raw_name: bytes
    name: str
    """Of the folder, decoded."""
    uid_validity: int
    fields: tuple[str, ...]
    """Header fields that were asked of the server."""
    known_items: tuple[str, ...]
    headers: tuple[str, ...]
    items: tuple[str, ...]
    """Those that the server does not know have no value."""


class Lines(NamedTuple):
    """What became of some messages."""

    made: Sequence[Any]
    """Octets of one or more lines of JSON in UTF-8, with LF between them; or the cells of each row,
    safe texts."""
    number: int
    """How many messages."""
    failures: Sequence[Failure]


class _Place(NamedTuple):
    folder: bytes
    uid_validity: int


class LineWriter(ABC, Generic[T]):
    """Makes lines of FETCH responses; of those not answered as they should be, by a summary."""

    def __init__(self, order: LineOrder) -> None:
        self.order = order
        self.headers = [(name, name.lower()) for name in order.headers]
        """Each as it was ordered, and as `Row.fields` has it."""
        self.items = [(name, name.upper().encode("ascii")) for name in order.items]
        """Each as it was ordered, and as `Row.item` has it."""
        self._place = _Place(order.raw_name, order.uid_validity)
        self._sieve = summary_sieve(order.fields, order.known_items)

    def write(self, responses: Sequence[Response]) -> Lines:
        """Lines in this order; each of the responses has a UID."""
        rows = [Row(response) for response in responses]
        try:
            return Lines(self.bundle(self.write_rows(rows)), len(rows), [])
        except MessageUnreadable:
            found = [self._write_alone(row) for row in rows]
        failures = [failure for _, failure in found if failure is not None]
        return Lines(self.bundle([line for line, _ in found]), len(rows), failures)

    def write_summaries(self, messages: Sequence[Summary]) -> Lines:
        """The same of a page."""
        failures = [failure for one in messages if (failure := _failure(one)) is not None]
        made = self.bundle([self.write_summary(one) for one in messages])
        return Lines(made, len(messages), failures)

    def _write_alone(self, row: Row) -> tuple[T, Failure | None]:
        try:
            return self.write_rows([row])[0], None
        except MessageUnreadable:
            (summary,) = read_rows([row], self._place, self._sieve)
        return self.write_summary(summary), _failure(summary)

    @abstractmethod
    def write_rows(self, rows: Sequence[Row]) -> Sequence[T]:
        """What stands for each. Raises MessageUnreadable.

        Made field after field, not message after message: for JSON 54 us a message instead of 84,
        with 250 or 500 at a time, since the processor's caches hold what one field takes, but not
        what all do.
        """

    @abstractmethod
    def write_summary(self, message: Summary) -> T:
        """The same of a summary, which may tell of an error."""

    def bundle(self, lines: Sequence[T]) -> Sequence[Any]:
        """As `Lines.made` has them."""
        return lines


def line_writer(order: LineOrder) -> LineWriter[Any]:
    """The writer that makes what was ordered."""
    if order.as_json:
        from tuimail.cli.message_lines import JsonWriter

        return JsonWriter(order)
    from tuimail.cli.message_table import RowWriter

    return RowWriter(order)


def _failure(message: Summary) -> Failure | None:
    if message.error is None:
        return None
    return message.identity.uid, message.sequence_number, str(message.error)
