"""What the file of a message is called."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum

from tuimail.files import NAME_LIMIT, safe_name
from tuimail.text import MailText


class SaveFormat(Enum):
    """What a message becomes; the value is the word on the command line, and the extension."""

    EML = "eml"
    """The message as the server holds it, byte for byte."""
    MSG = "msg"
    """Outlook's format."""


# So that `~2` never cuts the UID.
_ROOM_FOR_A_NUMBER = 8
_ASCII_WORD = re.compile("[a-z0-9]+")
"""What most subjects are made of; looking at each character was a tenth of an export's work."""


def message_name(
    internal_date: datetime | None,
    subject: MailText,
    uid: int,
    save_format: SaveFormat = SaveFormat.EML,
) -> str:
    """`2026-11-20_0914_re-compiler-notes_12345.eml`: the same for a message on every run.

    The date is INTERNALDATE in UTC; names sort by it.
    """
    text = f"{_format_date(internal_date)}_{_slug(str(subject)) or 'no-subject'}"
    suffix = f"_{uid}.{save_format.value}"
    return safe_name(text, suffix=suffix, limit=NAME_LIMIT - _ROOM_FOR_A_NUMBER)


def _format_date(moment: datetime | None) -> str:
    if moment is None:
        return "undated"
    # The first and the last day that a datetime knows have no other zone.
    with suppress(OverflowError):
        moment = moment.astimezone(UTC)
    # strftime leaves the zeros of years before 1000 to the system.
    return f"{moment.year:04}-{moment:%m-%d_%H%M}"


def _slug(text: str) -> str:
    """Letters and digits of every script in lower case, with their marks, joined by dashes."""
    if text.isascii():
        return "-".join(_ASCII_WORD.findall(text.lower()))
    kept: list[str] = []
    for c in unicodedata.normalize("NFKC", text).lower():
        belongs = c.isalnum() or (
            kept and kept[-1] != "-" and unicodedata.category(c).startswith("M")
        )
        kept.append(c if belongs else "-")
    return "-".join(filter(None, "".join(kept).split("-")))
