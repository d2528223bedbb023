"""The BODYSTRUCTURE of messages that are nothing but text, which most are, at one look.

Taking all their tokens apart was half of what listing a folder took.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tuimail.imap.structure import Part

# Values without escapes, 8-bit octets and encoded words: what decoding would leave as they are.
_VALUE = rb'"(?:(?!=\?)[ !#-\[\]-~])*"'
# `name` would make an attachment of it, and so is not here; nor are continuations (RFC 2231).
_PARAMETER = rb'"(?:charset|format|delsp|reply-type)" ' + _VALUE
_PARAMETERS = rb"NIL|\(" + _PARAMETER + rb"(?: " + _PARAMETER + rb")*\)"
# Neither id nor description, and no disposition among the extensions.
_PART = re.compile(
    rb'\("text" "(plain|html)" (%b) NIL NIL "([a-z0-9-]+)" (\d{1,10}) (\d{1,10})(?: NIL){0,4}\)'
    % _PARAMETERS,
    re.IGNORECASE,
)
_END_OF_MULTIPART = re.compile(
    rb' "(alternative|mixed|related)"(?: (NIL|\("boundary" %b\))(?: NIL){0,3})?\)' % _VALUE,
    re.IGNORECASE,
)
_PAIR = re.compile(rb'"([^"]*)" "([^"]*)"')


def read_text_structure(line: bytes, start: int) -> Part | None:
    """The root part; None when it is anything else than text without names and dispositions.

    `start` is where the value of BODYSTRUCTURE begins in the line.
    """
    if not line.startswith(b"((", start):
        alone = _PART.match(line, start)
        return None if alone is None else _read_part(alone, 1)
    children: list[Part] = []
    position = start + 1
    while child := _PART.match(line, position):
        position = child.end()
        children.append(_read_part(child, len(children) + 1))
    end = _END_OF_MULTIPART.match(line, position)
    if end is None or not children:
        return None
    subtype, parameters = end.groups()
    return Part(
        section="",
        media_type=f"multipart/{subtype.decode('ascii').lower()}",
        parameters=_read_parameters(parameters or b""),
        children=tuple(children),
    )


def _read_part(found: re.Match[bytes], number: int) -> Part:
    subtype, parameters, encoding, size, lines = found.groups()
    kind = _read_kind(subtype, parameters, encoding)
    return kind._replace(section=str(number), size=int(size), lines=int(lines))


@lru_cache(maxsize=1_000)
def _read_kind(subtype: bytes, parameters: bytes, encoding: bytes) -> Part:
    """A part but for its place and size. Kept: a folder has few kinds of text."""
    return Part(
        section="",
        media_type=f"text/{subtype.decode('ascii').lower()}",
        parameters=_read_parameters(parameters),
        encoding=encoding.decode("ascii").lower(),
    )


def _read_parameters(octets: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _PAIR.findall(octets):
        # Of a name that stands twice the first counts.
        found.setdefault(name.decode("ascii").lower(), value.decode("ascii"))
    return found
