"""Messages as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import repeat

from tuimail.cli.line_writing import LineOrder, LineWriter
from tuimail.cli.table import Column
from tuimail.imap.fetch import Row
from tuimail.imap.row_extras import shown_item
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address, parse_addresses
from tuimail.mail.encoded_words import decode_words
from tuimail.text import safe_line
from tuimail.tui.figures import format_size

_MARKS = (("\\flagged", "F"), ("\\answered", "A"), ("\\draft", "D"), ("\\deleted", "X"))
_KEPT = 200
"""Octets of a value that may be kept."""


def message_columns(
    *, with_folder: bool, headers: Sequence[str] = (), items: Sequence[str] = ()
) -> list[Column]:
    """The columns that a RowWriter fills."""
    return [
        *([Column("FOLDER", most=24)] if with_folder else []),
        Column("#", at_right=True),
        Column("UID", at_right=True),
        Column("RECEIVED"),
        Column("MARKS"),
        Column("FROM"),
        Column("SIZE", at_right=True),
        *(Column(safe_line(name).upper(), most=24) for name in (*headers, *items)),
        Column("SUBJECT"),
    ]


class RowWriter(LineWriter[Sequence[str]]):
    """Makes the cells of each message."""

    def __init__(self, order: LineOrder) -> None:
        super().__init__(order)
        self._folder = [safe_line(order.name)] if order.with_folder else []

    def write_rows(self, rows: Sequence[Row]) -> Sequence[Sequence[str]]:
        found = [row.fields for row in rows]
        return list(
            zip(
                *(repeat(name, len(rows)) for name in self._folder),
                [_number(row.sequence_number) for row in rows],
                [_number(row.uid) for row in rows],
                [shown_moment(row.internal_date) for row in rows],
                [_marks(row.flags, not row.is_only_text and bool(row.attachments)) for row in rows],
                [_sender(one.get("from", b"")) for one in found],
                [format_size(row.size) for row in rows],
                *([_stripped(one.get(key, b"")) for one in found] for _, key in self.headers),
                *(self._item_cells(name, key, rows) for name, key in self.items),
                [_line(one.get("subject", b"")) for one in found],
                strict=True,
            )
        )

    def _item_cells(self, name: str, key: bytes, rows: Sequence[Row]) -> Iterable[str]:
        if name not in self.order.known_items:
            return repeat("", len(rows))
        return [shown_item(row.item(key)) for row in rows]

    def write_summary(self, message: Summary) -> Sequence[str]:
        return (
            *self._folder,
            _number(message.sequence_number),
            _number(message.identity.uid),
            shown_moment(message.internal_date),
            _marks(message.flags, bool(message.attachments)),
            shown_correspondent(message.from_),
            format_size(message.size),
            *(str(message.header(name) or "") for name, _ in self.headers),
            *(shown_item(message.items.get(name)) for name, _ in self.items),
            str(message.subject) if message.error is None else f"({message.error})",
        )


def shown_moment(moment: datetime | None) -> str:
    """`2026-11-20 09:14`, local time; empty for None."""
    if moment is None:
        return ""
    try:
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):  # years that the system's clock does not know
        return moment.isoformat(" ", "minutes")


def shown_correspondent(addresses: Sequence[Address]) -> str:
    """`Ada <ada@example.org>` of the first; an address always stands beside its name."""
    if not addresses:
        return ""
    name, address = str(addresses[0].name), str(addresses[0].address)
    return f"{name} <{address}>" if name and address else name or address


def _number(number: int | None) -> str:
    """No message has 0, which stands for "unknown"."""
    return str(number or "?")


def _line(value: bytes) -> str:
    return safe_line(decode_words(value))


def _stripped(value: bytes) -> str:
    return safe_line(decode_words(value).strip())


def _sender(value: bytes) -> str:
    return _keep_sender(value) if len(value) < _KEPT else _read_sender(value)


def _read_sender(value: bytes) -> str:
    return shown_correspondent(parse_addresses(value))


_keep_sender = lru_cache(maxsize=2_000)(_read_sender)
"""The same people write again and again."""


def _marks(flags: Sequence[str], has_attachments: bool) -> str:
    """`N` not read, `F` flagged, `A` answered, `D` draft, `X` deleted, `@` attachments."""
    carried = {flag.lower() for flag in flags}  # flags have no case
    marks = "" if "\\seen" in carried else "N"
    marks += "".join(letter for flag, letter in _MARKS if flag in carried)
    return f"{marks}@" if has_attachments else marks
