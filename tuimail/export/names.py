"""What the file of a message is called."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum

from tuimail.files import NAME_LIMIT, safe_name
from tuimail.files.names import cut_octets
from tuimail.text import is_plain


class SaveFormat(Enum):
    """What a message becomes; the value is the word on the command line, and the extension."""

    EML = "eml"
    """The message as the server holds it, byte for byte."""
    MSG = "msg"
    """Outlook's format."""


_MESSAGE = re.compile(r".*_(\d{1,10})(?:~\d+)?\.(?:eml|msg)", re.DOTALL)
# So that `~2` never cuts the UID.
_ROOM_FOR_A_NUMBER = 8
_WORD = re.compile(r"[^\W_]+")
"""Letters and digits, in one look: one at each character stood out in an export's profile."""


def uid_in_name(name: str) -> int | None:
    """The UID in what `message_name` has made, with `~2` or without; None in another name."""
    found = _MESSAGE.fullmatch(name)
    return int(found[1]) if found is not None else None


def message_name(
    internal_date: datetime | None,
    subject: str,
    uid: int,
    save_format: SaveFormat = SaveFormat.EML,
) -> str:
    """`2026-11-20_0914_re-compiler-notes_12345.eml`: the same for a message on every run.

    The date is INTERNALDATE in UTC; names sort by it. The subject is one safe line.
    """
    text = f"{_format_date(internal_date)}_{_slug(subject) or 'no-subject'}"
    suffix = f"_{uid}.{save_format.value}"
    limit = NAME_LIMIT - _ROOM_FOR_A_NUMBER
    if is_plain(text):
        # Letters, digits and dashes, which every file system takes: `safe_name` takes 8 us.
        return cut_octets(text, limit - len(suffix)) + suffix
    return safe_name(text, suffix=suffix, limit=limit)


def _format_date(moment: datetime | None) -> str:
    if moment is None:
        return "undated"
    # The first and the last day that a datetime knows have no other zone.
    with suppress(OverflowError):
        moment = moment.astimezone(UTC)
    # strftime leaves the zeros of years before 1000 to the system.
    day = f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
    return f"{day}_{moment.hour:02}{moment.minute:02}"


def _slug(text: str) -> str:
    """Letters and digits of every script in lower case, with their marks, joined by dashes."""
    text = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()
    if is_plain(text):
        return "-".join(_WORD.findall(text))
    kept: list[str] = []
    for c in text:
        belongs = c.isalnum() or (
            kept and kept[-1] != "-" and unicodedata.category(c).startswith("M")
        )
        kept.append(c if belongs else "-")
    return "-".join(filter(None, "".join(kept).split("-")))
