"""A response as nested lists: the tolerant reader of what the fast one does not expect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from tuimail.errors import MessageUnreadable

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

Token: TypeAlias = "bytes | list[Token] | None"
"""An atom, string or literal as octets; NIL as None; a parenthesized list as a list."""

MAX_DEPTH = 100
"""Lists in lists; an honest BODYSTRUCTURE of twenty levels needs about 60."""

# Possessive: a string of 4 MB that keeps a place to go back to at each octet took 900 MB.
_NEXT = re.compile(
    rb"[ \r\n]*(?:(?P<open>\()|(?P<close>\))"
    rb'|"(?P<quoted>(?:[^"\\\r\n]++|\\.)*+)"'
    rb"|(?P<literal>\{\d+\+?\}\r\n)"
    # BODY[HEADER.FIELDS (FROM TO)]<0> is one atom here; elsewhere a bracket is a letter like
    # others, since Gmail sends labels such as [half without quotes.
    rb'|(?P<atom>(?=[^ ()"\r\n])(?!\{\d)'
    rb"(?:(?i:BODY|BINARY(?:\.SIZE)?)\[[\w.]*+(?: ?\([^()\r\n]*+\))?\])?+"
    rb'(?:[^ ()"{\r\n]++|\{(?!\d))*+))'
)
_ESCAPED = re.compile(rb"\\(.)")


def read_tokens(parts: Response, start: int = 0, *, single: bool = False) -> list[Token]:
    """All tokens of a response from octet `start` of its first line; with `single` the first.

    Raises MessageUnreadable for lists that do not close, or lie deeper than `MAX_DEPTH`.
    """
    top: list[Token] = []
    stack = [top]
    index, position = 0, start
    while index < len(parts):
        line = parts[index]
        while match := _NEXT.match(line, position):
            position = match.end()
            kind = match.lastgroup
            if kind == "open":
                if len(stack) > MAX_DEPTH:
                    raise MessageUnreadable("the server's answer is nested too deeply")
                inner: list[Token] = []
                stack[-1].append(inner)
                stack.append(inner)
            elif kind == "close":
                if len(stack) == 1:
                    raise MessageUnreadable("the server's answer closes a list that is not open")
                stack.pop()
            elif kind == "quoted":
                stack[-1].append(_ESCAPED.sub(rb"\1", match["quoted"]))
            elif kind == "literal":
                if index + 1 < len(parts):
                    stack[-1].append(parts[index + 1])
                break
            else:
                atom = match["atom"]
                stack[-1].append(None if atom.upper() == b"NIL" else atom)
            if single and len(stack) == 1:
                return top
        else:
            if line[position:].strip():
                raise MessageUnreadable("the server's answer cannot be read")
        index, position = index + 2, 0
    if len(stack) > 1:
        raise MessageUnreadable("the server's answer ends inside a list")
    return top


def read_number(token: Token) -> int | None:
    """A token as a number (RFC 9051, 9, number64); None when it is none."""
    if isinstance(token, bytes) and len(token) < 20 and token.isdigit():
        return int(token)
    return None


def read_pairs(tokens: list[Token]) -> dict[bytes, Token]:
    """A list of names and values by name, in capitals."""
    return {
        name.upper(): value
        for name, value in zip(tokens[::2], tokens[1::2], strict=False)
        if isinstance(name, bytes)
    }
