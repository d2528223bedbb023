"""Further header fields and FETCH items that a row was asked for: names and values."""

from __future__ import annotations

import re

from tuimail.errors import UsageError
from tuimail.text import safe_line

# RFC 5322, 3.6.8, without what would need quoting and no header field has.
_FIELD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Not what would fetch a body and so mark the message as read.
_ITEM_NAME = re.compile(r"(?!RFC822(?!\.SIZE\Z)|BINARY)[A-Z0-9][A-Z0-9.-]*")


def check_field_name(name: str) -> None:
    """Raises UsageError for what is not the name of a header field."""
    if not _FIELD_NAME.fullmatch(name):
        raise UsageError(f"{safe_line(name, 40)!r} is not the name of a header field")


def check_item_name(name: str) -> None:
    """Raises UsageError for what is not a plain FETCH item."""
    if not _ITEM_NAME.fullmatch(name.upper()):
        raise UsageError(
            f"only plain FETCH items can be asked for, such as X-GM-MSGID, not "
            f"{safe_line(name, 40)!r}"
        )


def shown_item(value: object) -> str:
    """An item's value as a safe line: a server's words, or a stranger's (PREVIEW)."""
    if isinstance(value, list):
        return ", ".join(map(shown_item, value))
    return "" if value is None else safe_line(str(value))
