r"""HTML as RTF, for the views of Outlook that know no HTML.

MS-OXRTFEX, 2.1.3: what only HTML has stands in `\htmltag` groups, which a plain RTF reader skips;
what only RTF has, between `\htmlrtf` and `\htmlrtf0`. Whoever knows them gets the HTML back.

Not by `mail.html_tags`, which drops what a reader never sees: here every character comes back.
"""

from __future__ import annotations

import re
import struct
from html import unescape

from tuimail.mail.html_text import BLOCKS

# `\fromhtml1` must be among the first ten words (MS-OXRTFEX, 2.2.3.1); `\uc1`: one character
# after each `\uN` is for readers without Unicode. An empty group stands before all that is shown.
_HEADER = (
    r"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}"
    r"\uc1\pard\plain\f0\fs20 {\*\htmltag64}"
)

# Every character is in one token, and is looked at once: nothing in a token can fail after it
# has gone far. Markup that is not closed goes on to the end, as in a browser.
_TOKEN = re.compile(
    r"""
      (?P<text> [^<>&\s]++ (?:[ ][^<>&\s]++)*+ )
    | (?P<space> \s++ )
    | (?P<markup>
          <!-- (?: -?> | (?: [^-]++ | -(?!->) )*+ (?:-->)?+ )
        | <[!?] [^>]*+ >?+
        | </ (?P<closed> [a-z][^\s/>]*+ )?+ [^>]*+ >?+
        | < (?P<opened> (?P<unread> (?: style | script | title | template | iframe | noframes
                                      | noembed ) (?= [\s/>] ) )
                      | [a-z][^\s/>]*+ )
            # A quote hides a `>` only where a value may begin.
            (?: [^>=]++ | =\s*+ (?: "[^"]*+" | '[^']*+' )?+ )*+ >?+
            (?(unread) (?: [^<]++ | <(?! /(?P=unread)\b ) )*+ )
      )
    | (?P<signs> (?: & (?: \#\w{1,40} | \w{1,32} ) ;?+ | [>&] | <(?! [a-z!?/] ) )++ )
    """,
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)

# Outlook's numbers for its groups; readers ignore them (MS-OXRTFEX, 2.2.3.2). 8 more is the end.
_INLINE = 84
_NUMBERS = {
    "": 240,
    "html": 19,
    "head": 34,
    "body": 50,
    "p": 64,
    "div": 96,
    "br": 116,
    "span": 148,
    "font": 148,
    "meta": 161,
    "style": 241,
}
_SPACE_IN_HEAD, _SPACE = 1, 4

_HELD = 10_000
"""Pieces that are joined at a time: 1.2 million of them would take 100 MB of memory more."""
_BREAK = r"\htmlrtf \par\htmlrtf0 "
_CELL_END = r"\htmlrtf \tab\htmlrtf0 "
_WORD_END = r"\htmlrtf  \htmlrtf0 "


class _Escapes(dict[int, str]):
    r"""For str.translate: each character as RTF, `\uN?` by its UTF-16 units, signed."""

    def __missing__(self, code: int) -> str:
        if code == 0 or 0xD800 <= code < 0xE000:
            escape = self[0xFFFD]
        elif code < 0x8000:
            escape = rf"\u{code}?"
        elif code < 0x10000:
            escape = rf"\u{code - 0x10000}?"
        else:
            high, low = struct.unpack("<2h", chr(code).encode("utf-16-le"))
            escape = rf"\u{high}?\u{low}?"
        self[code] = escape
        return escape


_PLAIN = {code: chr(code) for code in (0x09, 0x0A, *range(0x20, 0x7F))}
_PLAIN |= {ord(sign): "\\" + sign for sign in "\\{}"}


def encapsulate_html(html: str) -> bytes:
    """RTF, all ASCII, that shows the text of `html` and holds all of it.

    Line ends come back as CRLF; NUL and lone surrogates as U+FFFD. Never raises.
    """
    escapes = _Escapes(_PLAIN)
    # What is special in HTML is plain in RTF: the escaped text has the tokens of the HTML.
    escaped = html.replace("\r\n", "\n").replace("\r", "\n").translate(escapes)
    whole = bytearray()
    rtf = [_HEADER]
    in_head = in_pre = False
    at_line_start = after_space = True
    for token in _TOKEN.finditer(escaped):
        if len(rtf) > _HELD:
            whole += "".join(rtf).encode("ascii")
            rtf.clear()
        kind, source = token.lastgroup, token[0]
        if kind == "markup":
            opened, closed = token["opened"], token["closed"]
            name = (opened or closed or "").lower()
            rtf.append(_hide(_NUMBERS.get(name, _INLINE) + 8 * bool(closed), source))
            if name == "head":
                in_head = closed is None
            elif name in BLOCKS:
                in_head = False
            if name == "pre":
                in_pre = closed is None
            if name == "br" or (name in BLOCKS and not at_line_start):
                rtf.append(_BREAK)
                at_line_start = after_space = True
            elif closed and name in ("td", "th") and not after_space:
                rtf.append(_CELL_END)
                after_space = True
        elif in_head:
            rtf.append(_hide(_SPACE_IN_HEAD, source))
        elif kind == "space":
            if in_pre:
                rtf.append(_spell_space(source))
                at_line_start = at_line_start or "\n" in source
            elif source == " " and not after_space:
                rtf.append(source)
            else:
                rtf.append(_hide(_SPACE, source))
                if not after_space:
                    rtf.append(_WORD_END)
            after_space = True
        else:
            if kind == "signs":
                shown = _spell_space(unescape(source).translate(escapes))
                source = rf"{_hide(_INLINE, source)}\htmlrtf {shown}\htmlrtf0 "
            rtf.append(source)
            at_line_start = after_space = False
    rtf.append("}")
    whole += "".join(rtf).encode("ascii")
    return bytes(whole)


def wrap_rtf(rtf: bytes) -> bytes:
    """The value of PidTagRtfCompressed, not compressed (MS-OXRTFCP, 2.1.3.1.1)."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def _hide(number: int, source: str) -> str:
    return rf"{{\*\htmltag{number} {_spell_space(source)}}}"


def _spell_space(source: str) -> str:
    return source.replace("\n", r"\par ").replace("\t", r"\tab ")
