"""Encoded words in header values (RFC 2047), with the language of RFC 2231, 5."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp
from functools import lru_cache
from itertools import islice

from tuimail.mail.charsets import decode_text
from tuimail.mail.header_block import unfold

_KEPT = 200
"""Octets of a value that may be kept."""
WORD_LIMIT = 1_000
"""Encoded words decoded in one value; those after it stay as they were written."""

# Spaces inside a word are wrong and common; a question mark would end it.
_WORD = re.compile(rb"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def decode_words(value: bytes) -> str:
    """The text of a raw header value, unfolded, encoded words decoded; never raises.

    White space between two encoded words is not part of the text, any other is. A character may
    be split over neighbours of one charset (forbidden, and common): their bytes are joined before
    they are decoded. Raw 8-bit text is UTF-8, else Windows-1252.
    """
    if value.isascii():
        text = value.decode("ascii")
        # Searching a str takes a fifth of the time of searching bytes.
        if "=?" not in text and "\n" not in text:
            return text
    return _keep_words(value) if len(value) <= _KEPT else _decode_words(value)


def _decode_words(value: bytes) -> str:
    value = unfold(value)
    pieces: list[str] = []
    run, charset, end = b"", "", 0
    for word in islice(_WORD.finditer(value), WORD_LIMIT):
        own, encoding, encoded = word.groups()
        between = value[end : word.start()]
        is_neighbour = end > 0 and (not between or between.isspace())
        name = own.decode("latin-1").lower()
        if not is_neighbour or name != charset:
            pieces.append(decode_text(run, charset))
            if not is_neighbour:
                pieces.append(decode_text(between, None))
            run, charset = b"", name
        run += _decode_base64(encoded) if encoding in b"Bb" else a2b_qp(encoded, header=True)
        end = word.end()
    pieces.append(decode_text(run, charset))
    pieces.append(decode_text(value[end:], None))
    return "".join(pieces)


_keep_words = lru_cache(maxsize=2_000)(_decode_words)
"""The same people write again and again: 12 of 105 us a row that `list --json` takes."""


def _decode_base64(text: bytes) -> bytes:
    """What can be decoded of base64 with wrong padding or foreign characters."""
    try:
        return a2b_base64(text + b"==")
    except Error:  # one character too many
        return a2b_base64(_NOT_BASE64.sub(b"", text)[:-1] + b"==")
