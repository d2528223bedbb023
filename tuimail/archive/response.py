"""Strings of answers, as IMAP writes them (RFC 9051, 4.3), and answers that refuse."""

from __future__ import annotations

import re

_QUOTABLE = re.compile(rb"[ -~\t]*")
_SPECIAL = re.compile(rb'(["\\])')
_QUOTED_LIMIT = 1_000


class CommandError(Exception):
    """A command that is answered NO or BAD; caught by the connection, never seen outside."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def bad(text: str) -> CommandError:
    """A command that breaks the protocol."""
    return CommandError("BAD", text)


def no(text: str) -> CommandError:
    """A command that is not carried out; `text` may begin with a response code."""
    return CommandError("NO", text)


def write_string(value: bytes) -> bytes:
    """Quoted where that is possible, else a literal."""
    if len(value) <= _QUOTED_LIMIT and _QUOTABLE.fullmatch(value):
        if b'"' in value or b"\\" in value:
            value = _SPECIAL.sub(rb"\\\1", value)
        return b'"%b"' % value
    return write_literal(value)


def write_nstring(value: bytes | None) -> bytes:
    """A string, or NIL for what is not there."""
    return b"NIL" if value is None else write_string(value)


def write_literal(value: bytes) -> bytes:
    """`{n}` and the octets."""
    return b"{%d}\r\n%b" % (len(value), value)
