"""Bytes to text, whatever charset they claim to be in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain

# What senders call a charset is often narrower than what they use: the wider one reads both.
_WIDER = {
    "ascii": None,  # plain bytes need no charset, others were labelled wrongly
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "iso2022_jp": "iso2022_jp_ext",
}

# Names that Python does not know, as they were seen in mail.
_UNREGISTERED = {
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "x-windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-big5": "cp950",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "cp-850": "cp850",
    "ansi_x3.110-1983": "cp1252",
}

# Python's own escapes, no charsets: slow on purpose-made input, or they warn about it.
_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
)

# RFC 2978, 2.3 has 40; what a stranger makes longer is not worth remembering.
_NAME_LIMIT = 80
_META_CHARSET = re.compile(rb"<meta\b[^>]*\bcharset=[\"']?([a-z0-9_.:-]+)", re.IGNORECASE)
_META_LIMIT = 4096


def decode_text(data: bytes, charset: str | None) -> str:
    """The text that `data` stands for; never raises.

    A known charset is taken at its word, with U+FFFD for what it has no character for. Without
    one, or with one that nobody knows, valid UTF-8 is UTF-8 and all else is Windows-1252.
    """
    codec = _find_codec(charset) if charset and len(charset) <= _NAME_LIMIT else None
    if codec is not None:
        try:
            return data.decode(codec, "replace")
        except (LookupError, ValueError):  # ValueError covers UnicodeError
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def decode_html(data: bytes, charset: str | None) -> str:
    """The same for HTML, which may name its charset itself where the header does not."""
    return decode_text(data, charset or _find_meta_charset(data))


def decode_pieces(
    pieces: Callable[[], Iterable[bytes]], charset: str | None, *, is_html: bool
) -> Iterator[str]:
    """The same of a long text, which `pieces` gives as often as it is asked, piece by piece."""
    if is_html and not charset:
        charset = _find_meta_charset(_read_head(pieces(), _META_LIMIT))
    codec = _find_codec(charset) if charset and len(charset) <= _NAME_LIMIT else None
    if codec is None:
        codec = "utf-8" if _is_utf_8(pieces()) else "cp1252"
    if codec != "utf-8" and not _is_single_byte(codec):
        # Not every codec goes on where a piece ends as it goes on in the middle.
        yield decode_text(b"".join(pieces()), charset)
        return
    decoder = codecs.getincrementaldecoder(codec)("replace")
    yield from map(decoder.decode, pieces())
    yield decoder.decode(b"", True)


def _find_meta_charset(data: bytes) -> str | None:
    named = _META_CHARSET.search(data[:_META_LIMIT])
    return named[1].decode("ascii") if named else None


def _read_head(pieces: Iterable[bytes], size: int) -> bytes:
    head = b""
    for piece in pieces:
        head += piece[: size - len(head)]
        if len(head) == size:
            break
    return head


def _is_utf_8(pieces: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in chain(pieces, (b"",)):
            decoder.decode(piece, not piece)
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=64)
def _is_single_byte(codec: str) -> bool:
    """Whether each octet is one character, whatever stands before it."""
    return len(bytes(range(256)).decode(codec, "replace")) == 256


@lru_cache(maxsize=512)
def _find_codec(charset: str) -> str | None:
    """Python's name of the codec to read `charset` with; None where there is none."""
    name = charset.strip(" \t\r\n\"'").lower()
    name = _UNREGISTERED.get(name, name)
    try:
        codec = codecs.lookup(name).name
        b"".decode(codec)  # a LookupError here means that it turns bytes into bytes
    except (LookupError, ValueError):
        return None
    if codec in _NOT_CHARSETS:
        return None
    return _WIDER.get(codec, codec)
