"""Bodies decoded piece by piece give what they give as a whole."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.decoder import make_decoder
from tuimail.mail.transfer_encoding import decode_body


def decode(pieces: list[bytes], encoding: str) -> bytes:
    decoder = make_decoder(encoding)
    return b"".join([*(decoder.feed(piece) for piece in pieces), decoder.finish()])


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


OCTETS = bytes(range(256)) * 40


@pytest.mark.parametrize("size", [1, 2, 3, 5, 76, 77, 78, 1000, 100_000])
def test_what_was_encoded_comes_out(size: int) -> None:
    assert decode(cut(base64.encodebytes(OCTETS), size), "Base64") == OCTETS
    assert decode(cut(quopri.encodestring(OCTETS), size), "quoted-printable") == OCTETS
    assert decode(cut(OCTETS, size), "8bit") == OCTETS
    uuencoded = b"begin 644 a.txt\n#86)C\n`\nend\n"
    assert decode(cut(uuencoded, size), "x-uuencode") == b"abc"


@pytest.mark.parametrize("size", [1, 3, 7, 50])
@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        (b"QUJD\r\nREU=\r\n_____\r\nlist mailing list\r\n", "base64", b"ABCDE"),
        (b"QQ==QkI=Q0ND", "base64", b"ABBCCC"),
        (b"QUJ!D\x00RE\r\n", "base64", b"ABCD"),
        (b"QUJDR", "base64", b"ABC"),
        (b"", "base64", b""),
        (b"====", "base64", b""),
        (b"a=20=\r\nb  \r\nc=3D", "quoted-printable", b"a b\r\nc="),
        (b"broken =ZZ =4", "quoted-printable", b"broken =ZZ =4"),
        (b"end   ", "quoted-printable", b"end"),
    ],
)
def test_damage(data: bytes, encoding: str, expected: bytes, size: int) -> None:
    assert decode_body(data, encoding) == expected
    assert decode(cut(data, size), encoding) == expected


PIECES = st.lists(
    st.text(alphabet="QUJD= \t\r\n_3Df\xff", max_size=12).map(lambda text: text.encode("latin-1")),
    max_size=12,
)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "uuencode", "7bit"])
@given(pieces=PIECES)
def test_any_pieces_give_what_the_whole_gives(encoding: str, pieces: list[bytes]) -> None:
    assert decode(pieces, encoding) == decode_body(b"".join(pieces), encoding)


def test_a_line_without_end_is_not_kept() -> None:
    decoder = make_decoder("quoted-printable")
    given = sum(len(decoder.feed(b"x=41 " * 1000)) for _ in range(100))
    assert given > 3 * 90_000
    line = b"a" * 70_000 + b" =4"
    assert decode([line, b"1 \r\n"], "quoted-printable") == b"a" * 70_000 + b" A\r\n"


def test_much_base64_behind_padding_is_not_kept() -> None:
    piece = base64.b64encode(b"x" * 3_000_000)
    decoder = make_decoder("base64")
    assert decoder.feed(b"QQ==") == b"A"
    assert len(decoder.feed(piece)) > 2_900_000


def test_a_million_paddings() -> None:
    """Pieces that were encoded one by one and joined: neither depth nor time grows with them."""
    encoded = b"QQ==\r\n" * 1_000_000
    assert decode(cut(encoded, 1 << 18), "base64") == b"A" * 1_000_000
