"""Encoded words in header values (RFC 2047), with the language of RFC 2231, 5."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import a2b_qp

from tuimail.mail.charsets import decode_text
from tuimail.mail.header_block import unfold

WORD_LIMIT = 1_000
"""Encoded words decoded in one value; those after it stay as they were written."""

# Spaces inside a word are wrong and common; the text never holds a question mark.
_WORD = re.compile(rb"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?]*)\?=")
_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def decode_words(value: bytes) -> str:
    """The text of a raw header value, unfolded, encoded words decoded; never raises.

    White space between two encoded words is not part of the text, any other is. A character may
    be split over neighbours of one charset (forbidden, and common): their bytes are joined before
    they are decoded. Raw 8-bit text is UTF-8, else Windows-1252.
    """
    value = unfold(value)
    if b"=?" not in value:
        return value.decode("ascii") if value.isascii() else decode_text(value, None)
    pieces: list[str] = []
    waiting = b""
    charset = ""
    end = 0
    for count, word in enumerate(_WORD.finditer(value)):
        if count == WORD_LIMIT:
            break
        between = value[end : word.start()]
        own = word[1].decode("latin-1").lower()
        if (between and not between.isspace()) or not end or own != charset:
            if waiting:
                pieces.append(decode_text(waiting, charset))
                waiting = b""
            if between and (not end or not between.isspace()):
                pieces.append(decode_text(between, None))
            charset = own
        waiting += _decode_base64(word[3]) if word[2] in b"Bb" else a2b_qp(word[3], header=True)
        end = word.end()
    if waiting:
        pieces.append(decode_text(waiting, charset))
    pieces.append(decode_text(value[end:], None))
    return "".join(pieces)


def _decode_base64(text: bytes) -> bytes:
    """What can be decoded of base64 with wrong padding or foreign characters."""
    text = text.translate(None, _NOT_BASE64)
    if len(text) % 4 == 1:
        text = text[:-1]
    return b64decode(text + b"=" * (-len(text) % 4))
