"""BODYSTRUCTURE as a tree whose leaves are tokens as they are written, for servers that write
it otherwise than RFC 9051 (7.5.2) wants."""

from __future__ import annotations

import re
from collections.abc import Callable

Body = list["bytes | Body"]
"""Tokens with their quotes, literals with their counts: `b'"text"'`, `b"NIL"`, `b"12"`."""

Edit = Callable[[Body], Body]
"""What a server makes of one part; the parts within it have been edited already."""

_TOKEN = re.compile(rb' *(?:([()])|("(?:[^"\\]|\\.)*"|[^ (){"]+)|\{(\d+)\}\r\n)', re.DOTALL)
EXTENSIONS = 4
"""MD5 or parameters, disposition, language, location."""


def edit_structure(structure: bytes, edit: Edit) -> bytes:
    """Every part edited, the innermost first."""
    return _write(_edit(_read(structure), edit))


def is_multipart(part: Body) -> bool:
    """A multipart begins with its first part."""
    return isinstance(part[0], list)


def media_type(part: Body) -> bytes:
    """Lower case."""
    main, sub = part[0], part[1]
    assert isinstance(main, bytes)
    assert isinstance(sub, bytes)
    return b"%b/%b" % (main.strip(b'"').lower(), sub.strip(b'"').lower())


def _edit(part: Body, edit: Edit) -> Body:
    if is_multipart(part):
        parts = [_edit(one, edit) if isinstance(one, list) else one for one in part[:-EXTENSIONS]]
        return edit([*parts, *part[-EXTENSIONS:]])
    if media_type(part) == b"message/rfc822":
        nested = part[8]
        assert isinstance(nested, list)
        part = [*part[:8], _edit(nested, edit), *part[9:]]
    return edit(part)


def _read(structure: bytes) -> Body:
    top: Body = []
    lists = [top]
    position = 0
    while found := _TOKEN.match(structure, position):
        position = found.end()
        bracket, word, size = found.groups()
        if size is not None:
            word = found[0].lstrip() + structure[position : position + int(size)]
            position += int(size)
        if word is not None:
            lists[-1].append(word)
        elif bracket == b"(":
            inner: Body = []
            lists[-1].append(inner)
            lists.append(inner)
        else:
            lists.pop()
    (whole,) = top
    assert isinstance(whole, list)
    return whole


def _write(token: bytes | Body) -> bytes:
    if isinstance(token, bytes):
        return token
    # Parts, and addresses, stand side by side without a space (RFC 9051, 9).
    lists = next((at for at, one in enumerate(token) if not isinstance(one, list)), len(token))
    side_by_side = b"".join(map(_write, token[:lists]))
    return b"(" + b" ".join([*filter(None, [side_by_side]), *map(_write, token[lists:])]) + b")"
