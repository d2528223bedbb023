"""Content-Type and Content-Disposition: a value with parameters (RFC 2045, 5.1; RFC 2183)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuimail.mail.header_block import unfold
from tuimail.mail.parameters import decode_parameters

_VALUE = re.compile(rb"\s*([^\s;()]*)")
_MEDIA_TYPE = re.compile(rb"\s*([^\s;()/\"]+)\s*/\s*([^\s;()/\"]+)")
_SPACE = re.compile(rb"[\s;]*+")
_COMMENT = re.compile(rb"\((?:[^()\\]++|\\.)*+\)?", re.DOTALL)
_NAME = re.compile(rb"[^\s=;()\"]++")
_EQUALS = re.compile(rb"\s*+=\s*+")
_QUOTED = re.compile(rb'"((?:[^"\\]++|\\.)*+)"?', re.DOTALL)
# Unquoted values with spaces are common (`name=my file.pdf`); a semicolon that was forgotten, too
# (`charset=utf-8 name=x`).
_UNQUOTED = re.compile(rb"[^\s;]*+(?:\s++(?![^\s=;()\"]++\s*+=)[^\s;]++)*+")
_TRAILING_COMMENT = re.compile(rb"\s\([^()]*+\)\Z")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContentField:
    """A field's value and its parameters, as they were written."""

    value: str
    """Lower case: `text/plain`, `attachment`; "" when it cannot be read."""
    pairs: tuple[tuple[bytes, bytes], ...] = ()
    """Names and values in their order, quotes taken off, RFC 2231 and RFC 2047 not decoded."""

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters decoded, names in lower case."""
        return decode_parameters(self.pairs)


def parse_content_type(raw: bytes) -> ContentField:
    """Read a Content-Type field's raw value; `value` is "" when it is no `type/subtype`."""
    line = unfold(raw)
    match = _MEDIA_TYPE.match(line)
    if match is None:
        start = _VALUE.match(line)
        return ContentField("", _parse_parameters(line, start.end() if start else 0))
    value = b"/".join(match.groups()).lower().decode("ascii", "replace")
    return ContentField(value, _parse_parameters(line, match.end()))


def parse_disposition(raw: bytes) -> ContentField:
    """Read a Content-Disposition field's raw value."""
    line = unfold(raw)
    match = _VALUE.match(line)
    if match is None:
        return ContentField("")
    value = match[1].lower().decode("ascii", "replace")
    return ContentField(value, _parse_parameters(line, match.end()))


def _parse_parameters(line: bytes, position: int) -> tuple[tuple[bytes, bytes], ...]:
    """Every `name=value` from here on; what is no parameter is stepped over."""
    pairs: list[tuple[bytes, bytes]] = []
    while True:
        position = _end(_SPACE, line, position)
        if position == len(line):
            return tuple(pairs)
        name = _NAME.match(line, position)
        if name is None:
            position = max(_end(_COMMENT, line, position), position + 1)
            continue
        position = name.end()
        equals = _EQUALS.match(line, position)
        if equals is None:
            continue
        quoted = _QUOTED.match(line, equals.end())
        if quoted is not None:
            pairs.append((name[0], _ESCAPE.sub(rb"\1", quoted[1])))
            position = quoted.end()
        else:
            position = _end(_UNQUOTED, line, equals.end())
            value = line[equals.end() : position]
            pairs.append((name[0], _TRAILING_COMMENT.sub(b"", value)))


def _end(pattern: re.Pattern[bytes], line: bytes, position: int) -> int:
    match = pattern.match(line, position)
    return match.end() if match else position
