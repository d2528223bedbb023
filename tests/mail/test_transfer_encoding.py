"""Bodies decoded, however damaged."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.mail.transfer_encoding import decode_body, estimate_decoded_size


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVsbG8===", b"hello"),
        (b"aGVs*bG8!=", b"hello"),
        (b"aGVsb", b"hel"),
        (b"", b""),
        (b"====", b""),
        # pieces, each with its own padding
        (b"aGVsbG8=\r\nIHdvcmxk\r\n", b"hello world"),
        (b"YQ==\r\nYg==\r\nYw==", b"abc"),
        # a list's footer
        (b"aGVsbG8=\r\n____________\r\nTo leave the list, write\r\n", b"hello"),
    ],
)
def test_base64(data: bytes, decoded: bytes) -> None:
    assert decode_body(data, "base64") == decoded


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (b"caf=C3=A9", "café".encode()),
        (b"soft =\r\nbreak", b"soft break"),
        (b"soft = \t\r\nbreak", b"soft break"),
        (b"trailing  \r\nspace\t", b"trailing\r\nspace"),
        (b"kept=20\r\n", b"kept \r\n"),
        (b"lower =c3=a9", "lower é".encode()),
        (b"not =XY hex", b"not =XY hex"),
        (b"cut off =C3=", b"cut off \xc3"),
        (b"raw \xe9", b"raw \xe9"),
    ],
)
def test_quoted_printable(data: bytes, decoded: bytes) -> None:
    assert decode_body(data, "quoted-printable") == decoded


def test_uuencode() -> None:
    text = bytes(range(256)) * 2
    lines = [binascii.b2a_uu(text[at : at + 45]) for at in range(0, len(text), 45)]
    body = b"see below\r\nbegin 644 a.bin\r\n" + b"".join(lines) + b"`\nend\r\nbye\r\n"
    assert decode_body(body, "x-uuencode") == text


def test_uuencode_with_garbage_behind_a_line() -> None:
    assert decode_body(b"begin 644 a\n#86)C trailing\nend\n", "uuencode") == b"abc"


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "", "unheard-of"])
def test_the_rest_is_itself(encoding: str) -> None:
    assert decode_body(b"\x00=41 YQ==\r\n", encoding) == b"\x00=41 YQ==\r\n"


def test_encoding_has_no_case() -> None:
    assert decode_body(b"YQ==", " BASE64 ") == b"a"


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "x-uuencode"]))
def test_never_fails(data: bytes, encoding: str) -> None:
    decode_body(data, encoding)


@given(st.binary(max_size=300))
def test_whole_data_comes_back(data: bytes) -> None:
    assert decode_body(base64.encodebytes(data), "base64") == data
    assert decode_body(binascii.b2a_qp(data, istext=False), "quoted-printable") == data


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode"])
@pytest.mark.parametrize("piece", [b"A=", b" ", b"=\r\n", b"begin \n", b" \t\r\n"])
def test_hostile_bodies_take_linear_time(piece: bytes, encoding: str) -> None:
    with patience():
        decode_body(piece * 200_000, encoding)


@pytest.mark.parametrize("size", [1, 57, 58, 1_000, 100_000])
def test_estimate_of_base64(size: int) -> None:
    encoded = base64.encodebytes(bytes(size)).replace(b"\n", b"\r\n")
    exact = estimate_decoded_size(len(encoded), encoded.count(b"\n"), "base64")
    # Padding is not known.
    assert size <= exact <= size + 2
    guessed = estimate_decoded_size(len(encoded), None, "base64")
    assert abs(guessed - size) <= 4 + size // 100


def test_estimate_of_the_rest() -> None:
    assert estimate_decoded_size(1_000, 10, "quoted-printable") == 1_000
    assert estimate_decoded_size(1_000, None, "7bit") == 1_000
    assert estimate_decoded_size(0, 0, "base64") == 0
    assert estimate_decoded_size(1, 5, "base64") == 0
