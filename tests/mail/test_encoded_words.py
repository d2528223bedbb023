"""Header values become text (RFC 2047)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.encoded_words import WORD_LIMIT, decode_words
from tuimail.mail.header_block import read_values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"", ""),
        (b"Re: compiler notes", "Re: compiler notes"),
        # RFC 2047, 8
        (b"(=?ISO-8859-1?Q?a?=)", "(a)"),
        (b"(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        (b"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
        (b"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        (
            b"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
            b" =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example.",
        ),
        # RFC 2231, 5
        (b"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"),
        (b"=?utf-8*de-DE?b?R3LDvMOfZQ==?=", "Grüße"),
        # the space at a fold before an encoded word is text
        (b"Re:\r\n =?utf-8?Q?caf=C3=A9?=", "Re: café"),
        (b"=?utf-8?Q?caf=C3=A9?=\r\n au lait", "café au lait"),
        (b"Re: =?utf-8?Q?a?= and =?utf-8?Q?b?=", "Re: a and b"),
        # one character over two words
        (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        (b"=?utf-8?B?5p2x5Lo=?=\r\n =?UTF-8?B?rA==?=", "東京"),
        (b"=?utf-8?B?5p2x5Lo=?= =?utf-8?Q?=AC?=", "東京"),
        (b"=?iso-2022-jp?B?GyRCJDkkXw==?= =?iso-2022-jp?B?JF4kOyRzGyhC?=", "すみません"),
        # base64 with faults
        (b"=?utf-8?B?Y2Fmw6k?=", "café"),
        (b"=?utf-8?B?Y2Fmw6k=====?=", "café"),
        (b"=?utf-8?B?Y2Fm w6k=?=", "café"),
        (b"=?utf-8?B?Y2Fm\r\n w6k=?=", "café"),
        (b"=?utf-8?B?Y2Fmw6!k=?=", "café"),
        (b"=?utf-8?B?Y2Fmw6ljY?=", "café" + "c"),
        (b"=?utf-8?B?A?=", ""),
        (b"=?utf-8?B??=", ""),
        (b"=?utf-8?B?====?=", ""),
        # quoted-printable with faults
        (b"=?utf-8?Q?caf=C3=A9 au lait?=", "café au lait"),
        (b"=?utf-8?Q?100=?=", "100"),
        (b"=?utf-8?Q?a=ZZb?=", "a=ZZb"),
        (b"=?utf-8?q?caf=c3=a9?=", "café"),
        # glued to other text
        (b"a=?utf-8?Q?b?=c", "abc"),
        (b'"=?utf-8?Q?caf=C3=A9?="', '"café"'),
        (b"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        # charsets
        (b"=?gb2312?B?6UY=?=", "镕"),
        (b"=?x-unknown?Q?caf=E9?=", "café"),
        (b"=?base64?Q?caf=E9?=", "café"),
        (b"=?iso-8859-1?Q?=93a=94?=", "“a”"),
        # no encoded words
        (b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        (b"=?utf-8?Q?abc", "=?utf-8?Q?abc"),
        (b"=?utf-8?Q", "=?utf-8?Q"),
        (b"=?=?=?", "=?=?=?"),
        (b"what=?", "what=?"),
        # raw 8-bit
        ("Réunion à 東京".encode(), "Réunion à 東京"),
        (b"R\xe9union", "Réunion"),
        (b"R\xc3\xa9union =?utf-8?Q?=C3=A0?= 5\xa0\x80", "Réunion à 5\u00a0€"),
        # folds
        (b"a\r\n b\n\tc", "a b\tc"),
        # controls stay in the text; MailText is what makes them harmless
        (b"=?utf-8?Q?a=0D=0AX=3A_b=1B?=", "a\r\nX: b\x1b"),
    ],
)
def test_reads_what_was_meant(value: bytes, text: str) -> None:
    assert decode_words(value) == text


def test_a_bomb_of_words_is_decoded_in_part() -> None:
    text = decode_words(b"=?utf-8?Q?=41?= " * 50_000)
    assert text.startswith("A" * WORD_LIMIT + " =?utf-8?Q?=41?=")
    assert text.count("=?") == 50_000 - WORD_LIMIT


@pytest.mark.parametrize("unit", [b"=?", b"=?a?q?", b"=?a?b?A", b"=?a*"])
def test_unclosed_words_take_linear_time(unit: bytes) -> None:
    # Quadratic time would be hours here.
    value = unit * (4_000_000 // len(unit))
    assert len(decode_words(value)) == len(value)


@given(st.binary(max_size=200))
def test_never_raises(value: bytes) -> None:
    decode_words(value)


@given(
    st.lists(
        st.sampled_from(
            [b"=?", b"?=", b"utf-8", b"?Q?", b"?B?", b"=C3", b"=A9", b"YQ", b"=", b"*en", b" "]
        ),
        max_size=12,
    )
)
def test_never_raises_on_what_is_nearly_a_word(pieces: list[bytes]) -> None:
    decode_words(b"".join(pieces))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_reads_what_the_standard_library_writes(text: str) -> None:
    from email.header import Header

    line = " ".join(text.split())
    encoded = Header(line, "utf-8", maxlinelen=60).encode().encode("ascii")
    assert decode_words(encoded) == line


def test_hardly_any_subject_of_the_corpus_is_left_encoded(corpus: list[Path]) -> None:
    subjects = [read_values(path.read_bytes()).get("subject", b"") for path in corpus]
    encoded = [subject for subject in subjects if b"?=" in subject]
    assert len(encoded) > 50
    left = [text for text in map(decode_words, encoded) if "=?" in text]
    assert len(left) < len(encoded) // 10, left
