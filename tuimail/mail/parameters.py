"""Parameters of Content-Type and Content-Disposition (RFC 2045, 5.1; RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import unquote_to_bytes

from tuimail.mail.charsets import decode_text
from tuimail.mail.encoded_words import decode_words

PARAMETER_LIMIT = 1_000
"""Parameters (and pieces of them) read of one field; the rest is passed over."""

_EXTENDED_NAME = re.compile(r"(.+?)(?:\*([0-9]{1,4}))?(\*)?")


def decode_parameters(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case, values decoded; never raises.

    Values that RFC 2231 splits (`name*0`, `name*1*`) are put together, and one in its charset
    syntax (`name*`) wins over a plain one. Encoded words in a value are against RFC 2047, 5 and
    common, and are decoded. Of a name that stands twice the first counts.
    """
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for raw_name, value in islice(pairs, PARAMETER_LIMIT):
        name = raw_name.decode("latin-1").strip().lower()
        parts = _EXTENDED_NAME.fullmatch(name)
        if parts is None or not (parts[2] or parts[3]):
            plain.setdefault(name, decode_words(value))
        else:
            numbered = pieces.setdefault(parts[1], {})
            numbered.setdefault(int(parts[2] or 0), (value, bool(parts[3])))
    return plain | {name: _join_pieces(numbered) for name, numbered in pieces.items()}


def _join_pieces(numbered: dict[int, tuple[bytes, bool]]) -> str:
    charset: str | None = None
    joined: list[bytes] = []
    for place, (_, (value, is_encoded)) in enumerate(sorted(numbered.items())):
        if is_encoded and place == 0 and value.count(b"'") >= 2:
            name, _, value = value.split(b"'", 2)
            charset = name.decode("latin-1")
        joined.append(unquote_to_bytes(value) if is_encoded else value)
    if not any(is_encoded for _, is_encoded in numbered.values()):
        return decode_words(b"".join(joined))
    return decode_text(b"".join(joined), charset)
