"""Content-Type and Content-Disposition as senders write them."""

from __future__ import annotations

import pytest

from tests.patience import patience
from tuimail.mail.content_field import parse_content_type, parse_disposition


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"text/plain", "text/plain"),
        (b"Text/HTML; charset=utf-8", "text/html"),
        (b"text / plain", "text/plain"),
        (b"multipart/mixed boundary=x", "multipart/mixed"),
        (b"(a comment) text/plain", ""),
        (b"text", ""),
        (b"; name=x", ""),
        (b"", ""),
        (
            b"application/vnd.ms-excel.sheet.macroEnabled.12",
            "application/vnd.ms-excel.sheet.macroenabled.12",
        ),
    ],
)
def test_media_type(raw: bytes, value: str) -> None:
    assert parse_content_type(raw).value == value


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"text/plain; charset=utf-8", [(b"charset", b"utf-8")]),
        (b'text/plain; NAME="a b;c.txt"', [(b"NAME", b"a b;c.txt")]),
        (b'text/plain; name="say \\"hi\\""', [(b"name", b'say "hi"')]),
        (b"text/plain; name=my file.pdf", [(b"name", b"my file.pdf")]),
        (b"text/plain; charset=us-ascii (Plain text)", [(b"charset", b"us-ascii")]),
        (b"text/plain; (why) charset = us-ascii", [(b"charset", b"us-ascii")]),
        (b"text/plain; name=report (2).pdf", [(b"name", b"report (2).pdf")]),
        (b'text/plain; charset=utf-8 name="x"', [(b"charset", b"utf-8"), (b"name", b"x")]),
        (b'multipart/mixed boundary="x y"', [(b"boundary", b"x y")]),
        (b"text/plain;; charset=utf-8;", [(b"charset", b"utf-8")]),
        (b'text/plain; name="never closed', [(b"name", b"never closed")]),
        (b"text/plain; =x; charset=utf-8", [(b"charset", b"utf-8")]),
        (b"text/plain; format; charset=utf-8", [(b"charset", b"utf-8")]),
        (
            b"text/plain;\r\n\tname*0*=utf-8''a%20;\r\n name*1=b",
            [(b"name*0*", b"utf-8''a%20"), (b"name*1", b"b")],
        ),
        (b"text/plain; name=", [(b"name", b"")]),
    ],
)
def test_pairs_stand_as_written(raw: bytes, pairs: list[tuple[bytes, bytes]]) -> None:
    assert list(parse_content_type(raw).pairs) == pairs


def test_parameters_are_decoded() -> None:
    field = parse_disposition(b"Attachment;\r\n FILENAME*0*=utf-8''%C3%9Cber;\r\n filename*1=.txt")
    assert field.value == "attachment"
    assert field.parameters == {"filename": "Über.txt"}


@pytest.mark.parametrize("piece", [b"; aaaaaaaa ", b"(", b'"', b'a="\\', b" x (", b"; a=b ", b"= "])
def test_hostile_parameters_take_linear_time(piece: bytes) -> None:
    with patience():
        parse_content_type(b"text/plain; " + piece * 100_000)
