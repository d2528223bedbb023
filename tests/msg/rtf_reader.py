"""RTF read by the rules of MS-OXRTFEX, 2.2.3.2, and as a reader would that knows no HTML.

Written from the specification, not from the writer: the tests' own judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"  # a control word, its parameter, its delimiter
    rb"|\\'([0-9a-fA-F]{2})"
    rb"|\\([^a-zA-Z])"
    rb"|([{}])"
    rb"|[\r\n]"  # means nothing in RTF
    rb"|(.)",
    re.DOTALL,
)
# What control words stand for in HTML (MS-OXRTFEX, 2.1.3.1.4.2), and control symbols.
_MEANINGS = {b"par": "\r\n", b"line": "\r\n", b"tab": "\t", b"~": "\xa0", b"_": "\xad"}
_TABLES = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"info"})


@dataclass
class _Group:
    """What a group hands on to those in it (RTF 1.9.1, "Groups")."""

    destination: bytes = b""
    starred: bool = False
    only_rtf: bool = False
    fallback_length: int = 1


def read_rtf_html(rtf: bytes) -> str:
    """The HTML that `rtf` encapsulates; ValueError where it encapsulates none."""
    if not rtf.startswith(rb"{\rtf1") or rb"\fromhtml1" not in _first_words(rtf):
        raise ValueError("no encapsulated HTML")
    shown = {b"", b"htmltag"}
    return _join(
        text
        for group, text in _read_texts(rtf)
        if group.destination in shown and not group.only_rtf
    )


def read_rtf_text(rtf: bytes) -> str:
    """What a reader shows that has never heard of HTML, lines ended by CRLF."""
    return _join(text for group, text in _read_texts(rtf) if not group.destination)


def _first_words(rtf: bytes) -> list[bytes]:
    words = (match[0].strip() for match in _TOKEN.finditer(rtf))
    return [word for _, word in zip(range(10), words, strict=False)]


def _join(texts: Iterator[str]) -> str:
    units = "".join(texts)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _read_texts(rtf: bytes) -> Iterator[tuple[_Group, str]]:
    group, outer = _Group(), list[_Group]()
    fallback = 0
    for match in _TOKEN.finditer(rtf):
        word, number, byte, symbol, brace, plain = match.groups()
        if brace == b"{":
            outer.append(group)
            group = replace(group, starred=False)
            fallback = 0
        elif brace == b"}":
            group = outer.pop()
            fallback = 0
        elif fallback and (word or byte or symbol or plain):
            fallback -= 1
        elif word == b"u":
            yield group, chr(int(number) % 0x10000)
            fallback = group.fallback_length
        elif word == b"uc":
            group.fallback_length = int(number)
        elif word == b"htmlrtf":
            group.only_rtf = number != b"0"
        elif word in _MEANINGS or symbol in _MEANINGS:
            yield group, _MEANINGS[word or symbol]
        elif word:
            if group.starred or word in _TABLES:
                group.destination = word
            group.starred = False
        elif symbol == b"*":
            group.starred = True
        elif byte:
            yield group, bytes.fromhex(byte.decode()).decode("cp1252")
        elif symbol or plain:
            yield group, (symbol or plain).decode("ascii")
    if outer:
        raise ValueError("groups without an end")
