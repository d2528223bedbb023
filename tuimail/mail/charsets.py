"""Bytes to text, whatever charset they claim to be in."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

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
    if not charset:
        named = _META_CHARSET.search(data[:_META_LIMIT])
        charset = named[1].decode("ascii") if named else None
    return decode_text(data, charset)


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
