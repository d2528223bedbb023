"""Lines of the messages that were chosen, few or many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tuimail.cli.line_writing import LineOrder, Lines, line_writer
from tuimail.cli.output import ROWS_AT_ONCE
from tuimail.imap.fetch import row_items
from tuimail.imap.selection import Chosen
from tuimail.imap.sieve import response_sieve
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

MANY = 5_000
"""Messages from which processes beside this one make the lines: each takes 0.1 s to start, the
time of 2,500 lines."""


def write_lines(store: MailStore, chosen: Chosen, order: LineOrder) -> Iterator[tuple[int, Lines]]:
    """The lines in their order, each time with how many messages were asked for.

    Raises TuimailError.
    """
    asked: deque[int] = deque()

    def fetch() -> Iterator[Sequence[Response]]:
        sieve = response_sieve(row_items(order.fields, order.known_items))
        for count, rows in store.sift(chosen, sieve, chunk=ROWS_AT_ONCE):
            asked.append(count)
            yield [row for row in rows if not isinstance(row, Summary)]

    if len(chosen.uids) < MANY:
        for lines in map(line_writer(order).write, fetch()):
            yield asked.popleft(), lines
        return
    from tuimail.cli.line_workers import LineWorkers

    with LineWorkers(order) as workers:
        for lines in workers.write(fetch()):
            yield asked.popleft(), lines
