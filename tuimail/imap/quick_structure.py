"""BODYSTRUCTURE without literals, escapes and nested messages, which most are, in few steps.

The thorough reader takes each token by itself, and that was half of what listing a folder took.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tuimail.errors import MessageUnreadable
from tuimail.imap.structure import MAX_DEPTH, Part, read_single
from tuimail.imap.tokens import Token

_STRING = rb'"[^"\\\r\n]*"'
_PAIRS = rb"\(%b %b(?: %b %b)*\)" % (_STRING, _STRING, _STRING, _STRING)
# Text with nothing but parameters that decoding leaves as they are: values without encoded words,
# no `name`, no continuations (RFC 2231), neither id nor description nor disposition.
_PLAIN_VALUE = rb'"(?:(?!=\?)[ !#-\[\]-~])*"'
_PLAIN_PAIR = rb'"(?:charset|format|delsp|reply-type)" ' + _PLAIN_VALUE
_TEXT_PART = rb'\("text" "%b" %b NIL NIL "%b" %b %b(?: NIL){0,4}\)'
_TEXT_ELEMENTS = (
    rb"plain|html",
    rb"NIL|\(%b(?: %b)*\)" % (_PLAIN_PAIR, _PLAIN_PAIR),
    rb"[a-z0-9-]+",
    rb"\d{1,10}",
    rb"\d{1,10}",
)
_TEXT = re.compile(_TEXT_PART % tuple(b"(%b)" % one for one in _TEXT_ELEMENTS), re.IGNORECASE)
_OTHER = re.compile(
    rb"\((%b) (%b) (NIL|%b) (NIL|%b) (NIL|%b) (NIL|%b) (\d{1,19})(?: (\d{1,19}))?"
    rb"(?: (NIL|%b)(?: (NIL|\((%b) (NIL|%b)\))(?: NIL){0,2})?)?\)"
    % (_STRING, _STRING, _PAIRS, _STRING, _STRING, _STRING, _STRING, _STRING, _PAIRS)
)
_END = rb' "%b"(?: %b(?: NIL){0,3})?\)'
_END_ELEMENTS = (
    rb"[a-z-]{1,40}",
    rb'NIL|\("[a-z-]+" %b(?: "[a-z-]+" %b)*\)' % (_PLAIN_VALUE, _PLAIN_VALUE),
)
_END_OF_MULTIPART = re.compile(_END % tuple(b"(%b)" % one for one in _END_ELEMENTS), re.IGNORECASE)
_ONLY_TEXT = re.compile(
    rb"%b|\((?:%b)+%b"
    % (
        *(_TEXT_PART % tuple(b"(?:%b)" % one for one in _TEXT_ELEMENTS),) * 2,
        _END % tuple(b"(?:%b)" % one for one in _END_ELEMENTS),
    ),
    re.IGNORECASE,
)
_ONE_STRING = re.compile(rb'"([^"]*)"')


def read_quick_structure(line: bytes, start: int) -> Part | None:
    """The root part; None when it takes the thorough reader to read it.

    `start` is where the value of BODYSTRUCTURE begins in the line.
    """
    found = _read_part(line, start, "", 0)
    return None if found is None else found[0]


def is_only_text(line: bytes, start: int) -> bool:
    """Whether there is nothing but text that nobody would save; False says nothing."""
    return _ONLY_TEXT.match(line, start) is not None


def _read_part(line: bytes, start: int, section: str, depth: int) -> tuple[Part, int] | None:
    """The part that begins here, and where it ends."""
    if line.startswith(b"((", start):
        return _read_multipart(line, start, section, depth) if depth < MAX_DEPTH else None
    section = section or "1"
    if text := _TEXT.match(line, start):
        subtype, parameters, encoding, size, lines = text.groups()
        kind = _read_kind(subtype, parameters, encoding)
        return kind._replace(section=section, size=int(size), lines=int(lines)), text.end()
    other = _OTHER.match(line, start)
    if other is None:
        return None
    main, lines = other[1].lower(), other[8]
    # Text has a number of lines behind its size, a message much more.
    if main == b'"message"' or (main == b'"text"') is (lines is None):
        return None
    try:
        return read_single(_tokens_of(other), section, depth), other.end()
    except MessageUnreadable:
        return None


def _read_multipart(line: bytes, start: int, section: str, depth: int) -> tuple[Part, int] | None:
    children: list[Part] = []
    position = start + 1
    prefix = f"{section}." if section else ""
    while line.startswith(b"(", position):
        found = _read_part(line, position, f"{prefix}{len(children) + 1}", depth + 1)
        if found is None:
            return None
        child, position = found
        children.append(child)
    end = _END_OF_MULTIPART.match(line, position)
    if end is None:
        return None
    subtype, parameters = end.groups()
    part = Part(
        section=section,
        media_type=f"multipart/{subtype.decode('ascii').lower()}",
        parameters=_read_parameters(parameters or b""),
        children=tuple(children),
    )
    return part, end.end()


@lru_cache(maxsize=1_000)
def _read_kind(subtype: bytes, parameters: bytes, encoding: bytes) -> Part:
    """A text but for its place and size. Kept: a folder has few kinds of text."""
    return Part(
        section="",
        media_type=f"text/{subtype.decode('ascii').lower()}",
        parameters=_read_parameters(parameters),
        encoding=encoding.decode("ascii").lower(),
    )


def _read_parameters(octets: bytes) -> dict[str, str]:
    strings = [string.decode("ascii") for string in _ONE_STRING.findall(octets)]
    found: dict[str, str] = {}
    for name, value in zip(strings[::2], strings[1::2], strict=True):
        # Of a name that stands twice the first counts.
        found.setdefault(name.lower(), value)
    return found


def _tokens_of(found: re.Match[bytes]) -> list[Token]:
    """What the thorough tokenizer would give."""
    kind, subtype, parameters, identity, description, encoding, size = found.groups()[:7]
    lines, md5, disposition, word, its_parameters = found.groups()[7:]
    tokens: list[Token] = [
        kind[1:-1],
        subtype[1:-1],
        _list(parameters),
        _string(identity),
        _string(description),
        _string(encoding),
        size,
        *(() if lines is None else (lines,)),
        _string(md5),
    ]
    if disposition is not None and word is not None:
        tokens.append([word[1:-1], _list(its_parameters)])
    return tokens


def _string(octets: bytes | None) -> bytes | None:
    return octets[1:-1] if octets and octets.startswith(b'"') else None


def _list(octets: bytes) -> list[Token] | None:
    return list(_ONE_STRING.findall(octets)) if octets.startswith(b"(") else None
