"""Bytes become text, whatever charset they claim to be in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.charsets import decode_text

R = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (b"plain", None, "plain"),
        (b"plain", "us-ascii", "plain"),
        (b"Gr\xc3\xbc\xc3\x9fe", "utf-8", "Grüße"),
        (b"Gr\xfc\xdfe", "ISO-8859-1", "Grüße"),
        (b"Gr\xfc\xdfe", "iso-8859-15", "Grüße"),
        (b"\xa4", "iso-8859-15", "€"),
        (b"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет"),
        (b"\xf0\xd2\xc9\xd7\xc5\xd4", "KOI8-R", "Привет"),
        (b"\x1b$B$9$_$^$;$s!#\x1b(B", "ISO-2022-JP", "すみません。"),
        (b"Hi Mom +Jjo-!", "utf-7", "Hi Mom ☺!"),
        # senders name the smaller charset and use the larger one
        (b"\x93quoted\x94 \x80 5", "iso-8859-1", "“quoted” € 5"),
        (b"\x96", "latin1", "–"),
        (b"\xe9\x46", "gb2312", "镕"),
        (b"\x94\xc5", "GBK", "斉"),
        (b"\x87\x40", "Shift_JIS", "①"),
        (b"\xad\xa1", "euc-jp", R + R),
        (b"\xb0\xa1\x8c\x63", "ks_c_5601-1987", "가똠"),
        (b"\x8c\x63", "euc-kr", "똠"),
        (b"\xa3\xe1", "big5", "€"),
        (b"\xfd", "iso-8859-9", "ı"),
        # names of no registry
        (b"caf\x8e", "macintosh", "café"),
        (b"\x82\xa0", "x-sjis", "あ"),
        (b"\xe0", "iso-8859-8-i", "א"),
        (b"caf\xe9", '"iso-8859-1"', "café"),
        # nobody knows it, or it lies: UTF-8, else Windows-1252
        (b"caf\xc3\xa9", "x-unknown", "café"),
        (b"caf\xe9", "x-unknown", "café"),
        (b"caf\xc3\xa9", None, "café"),
        (b"caf\xe9 \x93", None, "café “"),
        (b"caf\xe9", "us-ascii", "café"),
        (b"caf\xc3\xa9", "", "café"),
        (b"\x81\x8d", None, R + R),
        # broken in the charset that it names
        (b"caf\xe9 au lait", "utf-8", f"caf{R} au lait"),
        (b"\xff\xfea\x00", "utf-16", "a"),
        (b"a", "utf-16", R),
    ],
)
def test_reads_what_was_meant(data: bytes, charset: str | None, text: str) -> None:
    assert decode_text(data, charset) == text


@pytest.mark.parametrize(
    "charset",
    [
        "base64",
        "rot13",
        "hex",
        "zlib",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "mbcs",
        "nul\0in it",
        "../../etc/passwd",
        "encodings.utf_8",
        "x" * 10_000,
        "utf-8\r\nX: y",
        "\udcff",
        "ä",
    ],
)
def test_what_is_no_charset_is_none(charset: str) -> None:
    assert decode_text(b"caf\xe9 \\x41 xn--bcher-kva", charset) == "café \\x41 xn--bcher-kva"


@given(st.binary(max_size=60), st.text(max_size=20))
def test_never_raises(data: bytes, charset: str) -> None:
    decode_text(data, charset)


STATEFUL_OR_WIDE = ["utf-7", "utf-8", "utf-16", "hz", "iso-2022-jp", "gb18030", "big5", "cp932"]


@given(st.binary(max_size=60), st.sampled_from(STATEFUL_OR_WIDE))
def test_never_raises_on_real_charsets(data: bytes, charset: str) -> None:
    decode_text(data, charset)
