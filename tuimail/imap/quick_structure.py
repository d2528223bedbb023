"""BODYSTRUCTURE without literals and nested messages, which most are, in few steps.

The thorough reader takes each token by itself, and that was half of what listing a folder took.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tuimail.imap.structure import MAX_DEPTH, Part, read_text, read_word
from tuimail.mail.parameters import decode_parameters

_STRING = rb'"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"'
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
_ONE_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_ESCAPED = re.compile(rb"\\(.)")
# What unescaping and decoding (RFC 2047, RFC 2231) do not leave as it is: few names and values.
_NEEDS_DECODING = re.compile(rb'\\|=\?|\*[0-9]*\*?"|[^ -~]')
_PAIR = re.compile(r'"([^"]*+)" "([^"]*+)"')
_LIST_LIMIT = 1_000
_WORD_LIMIT = 80
_KEPT = 200
"""Octets of parameters that may be kept."""


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
        read = _keep_text_kind if len(parameters) <= _KEPT else _read_text_kind
        kind, named, encoded = read(subtype, parameters, encoding)
        part = Part(section, kind, named, None, None, encoded, int(size), int(lines))
        return part, text.end()
    other = _OTHER.match(line, start)
    if other is None:
        return None
    main, lines = other[1].lower(), other[8]
    # Text has a number of lines behind its size, a message much more.
    if main == b'"message"' or (main == b'"text"') is (lines is None):
        return None
    return _read_single(other, section), other.end()


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


def _read_text_kind(
    subtype: bytes, parameters: bytes, encoding: bytes
) -> tuple[str, dict[str, str], str]:
    """Media type, parameters, encoding."""
    kind = f"text/{subtype.decode('ascii').lower()}"
    return kind, _read_parameters(parameters), encoding.decode("ascii").lower()


_keep_text_kind = lru_cache(maxsize=1_000)(_read_text_kind)
"""A folder has few kinds of text."""


def _read_single(found: re.Match[bytes], section: str) -> Part:
    groups = found.groups()
    main, sub, parameters, identity, description, encoding, size, lines = groups[:8]
    word, its_parameters = groups[10:]
    return Part(
        section,
        f"{_read_word(main, 'text')}/{_read_word(sub, 'plain')}",
        _read_parameters(parameters),
        read_text(_string(identity)),
        read_text(_string(description)),
        _read_word(encoding, "7bit"),
        int(size),
        None if lines is None else int(lines),
        None if word is None else _read_word(word, "attachment"),
        {} if its_parameters is None else _read_parameters(its_parameters),
    )


def _read_word(octets: bytes, default: str) -> str:
    if len(octets) < _WORD_LIMIT:
        return _read_short_word(octets, default)
    return read_word(_string(octets), default)


@lru_cache(maxsize=1_000)
def _read_short_word(octets: bytes, default: str) -> str:
    """Kept: there are few types and encodings, and each was 1 us to read."""
    return read_word(_string(octets), default)


def _read_parameters(octets: bytes) -> dict[str, str]:
    """Of a list of strings, or NIL."""
    if octets[:1] != b"(":
        return {}
    if _NEEDS_DECODING.search(octets) or len(octets) > _LIST_LIMIT:
        strings = [_unescape(string) for string in _ONE_STRING.findall(octets)]
        return decode_parameters(zip(strings[::2], strings[1::2], strict=True))
    found: dict[str, str] = {}
    for name, value in _PAIR.findall(octets.decode("ascii")):
        # Of a name that stands twice the first counts.
        found.setdefault(name.strip().lower(), value)
    return found


def _string(octets: bytes) -> bytes | None:
    return _unescape(octets[1:-1]) if octets.startswith(b'"') else None


def _unescape(octets: bytes) -> bytes:
    return _ESCAPED.sub(rb"\1", octets) if b"\\" in octets else octets
