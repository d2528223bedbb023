"""A header block, cut into its fields (RFC 5322, 2.2)."""

from __future__ import annotations

import re
from typing import NamedTuple

# A field name is printable ASCII without the colon; the obsolete syntax (RFC 5322, 4.5) lets
# white space stand before the colon. A line that is neither a field nor a fold is passed over.
_FIELD = re.compile(
    rb"^([!-9;-~]+)[ \t]*:[ \t]*((?:[^\n]*\n[ \t])*[^\r\n]*(?:\r(?!\n|\Z)[^\r\n]*)*)", re.MULTILINE
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Field(NamedTuple):
    """One header field. A tuple, since a list of 100,000 messages makes a million of them."""

    name: str
    """As written, without the colon."""
    value: bytes
    """Raw, with its folds, without the white space around it and the line end."""


def read_fields(block: bytes) -> tuple[Field, ...]:
    """The fields of a raw header block in their order, up to the first blank line; never raises.

    Lines may end in CRLF or LF.
    """
    if block.startswith(_BYTE_ORDER_MARK):
        block = block[3:]
    if block.startswith((b"\r\n", b"\n")):
        return ()
    blank = _BLANK_LINE.search(block)
    if blank:
        block = block[: blank.start()]
    return tuple(
        [Field(name.decode("ascii"), value.rstrip()) for name, value in _FIELD.findall(block)]
    )


def unfold(value: bytes) -> bytes:
    """A field's value on one line: line ends go, the white space after them stays (2.2.3)."""
    if b"\n" not in value:
        return value
    return value.replace(b"\r\n", b"").replace(b"\n", b"")
