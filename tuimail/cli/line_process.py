"""The process that makes lines of JSON of FETCH responses: what is said to it, and what it does.

A frame is a length of eight octets and a value in Python's own marshal: both ends are the same
interpreter, and nobody else holds the pipes. What comes first is an `Order`, then `Blocks` until
the pipe ends; for each of those goes an `Answer`.
"""

from __future__ import annotations

import gc
import marshal
import sys
from collections.abc import Sequence
from struct import Struct
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from tuimail.cli.message_lines import line_sieve, write_summary
from tuimail.imap.fetch import Row
from tuimail.imap.folder import Folder
from tuimail.imap.sieve import sift_row
from tuimail.imap.summary import Summary
from tuimail.text import MailText

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

_LENGTH = Struct("!Q")


class Order(NamedTuple):
    """Whose messages come, and what is written of them."""

    raw_name: bytes
    name: str
    """Of the folder, decoded."""
    uid_validity: int
    fields: Sequence[str]
    known_items: Sequence[str]
    headers: Sequence[str]
    items: Sequence[str]


class Answer(NamedTuple):
    """What became of a block."""

    lines: str
    """Lines of JSON, with LF between them."""
    written: int
    """How many."""
    failures: Sequence[tuple[int, int, str]]
    """UID, sequence number and one sentence of each message that was answered badly for."""


class _Place(NamedTuple):
    folder: bytes
    uid_validity: int


def send_frame(pipe: IO[bytes], value: Any) -> None:
    """Raises OSError when nobody is at the other end."""
    octets = marshal.dumps(value)
    pipe.write(_LENGTH.pack(len(octets)))
    pipe.write(octets)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:
    """Raises EOFError where no whole one comes any more."""
    head = pipe.read(_LENGTH.size)
    if len(head) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        octets = pipe.read(length)
        if len(octets) == length:
            return marshal.loads(octets)
    raise EOFError


class LineWriter:
    """Makes lines of blocks."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._folder = Folder(order.raw_name, MailText(order.name), None, ())
        self._place = _Place(order.raw_name, order.uid_validity)
        self._sieve = line_sieve(
            self._folder,
            order.fields,
            order.known_items,
            headers=order.headers,
            items=order.items,
        )

    def write(self, block: Sequence[Response]) -> Answer:
        """Lines in the order of the block."""
        lines: list[str] = []
        failures: list[tuple[int, int, str]] = []
        for response in block:
            row = Row(response)
            line = sift_row(row, self._place, row.uid or 0, self._sieve)
            if isinstance(line, Summary):
                if line.error is not None:
                    failures.append((line.identity.uid, line.sequence_number, str(line.error)))
                line = write_summary(
                    self._folder, line, headers=self._order.headers, items=self._order.items
                )
            if line is not None:
                lines.append(line)
        return Answer("\n".join(lines), len(lines), failures)


def main() -> None:
    """Serve until stdin ends, as it does when the other process is killed."""
    gc.set_threshold(50_000)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        writer = LineWriter(Order(*read_frame(source)))
        while True:
            send_frame(target, tuple(writer.write(read_frame(source))))
    except (EOFError, BrokenPipeError):
        pass
