"""Messages as the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tuimail.cli.table import Column
from tuimail.imap.folder import Folder
from tuimail.imap.row_extras import shown_item
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address
from tuimail.text import safe_line
from tuimail.tui.figures import format_size

_MARKS = (("\\Flagged", "F"), ("\\Answered", "A"), ("\\Draft", "D"), ("\\Deleted", "X"))


def message_table(
    *, with_folder: bool, headers: Sequence[str] = (), items: Sequence[str] = ()
) -> tuple[list[Column], Callable[[Folder, Summary], list[str]]]:
    """The columns, and what makes the cells of a message."""
    columns = [
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

    def cells(folder: Folder, message: Summary) -> list[str]:
        return [
            *([str(folder.name)] if with_folder else []),
            str(message.sequence_number or "?"),
            str(message.identity.uid or "?"),
            shown_moment(message.internal_date),
            _marks(message),
            shown_correspondent(message.from_),
            format_size(message.size),
            *(str(message.header(name) or "") for name in headers),
            *(shown_item(message.items.get(name)) for name in items),
            str(message.subject) if message.error is None else f"({message.error})",
        ]

    return columns, cells


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


def _marks(message: Summary) -> str:
    """`N` not read, `F` flagged, `A` answered, `D` draft, `X` deleted, `@` attachments."""
    marks = "" if message.is_read else "N"
    marks += "".join(letter for flag, letter in _MARKS if message.has_flag(flag))
    return f"{marks}@" if message.attachments else marks
