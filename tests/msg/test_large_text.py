"""Texts of megabytes, which are never held whole, say the same as short ones."""

from __future__ import annotations

import base64
import quopri
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.msg.letters import convert, convert_whole, multipart
from tuimail.files.mapped import open_octets
from tuimail.mail.charsets import decode_pieces, decode_text
from tuimail.msg.mapi import PidTag
from tuimail.msg.reader import ReadMessage
from tuimail.msg.writer import write_msg

# Pieces end everywhere in these: of an odd number of octets, with characters of two to four.
LINE = "Grüße, ein Satz — und noch 1 🐒.\r\n"
LINES = 60_000
TEXT = LINE * LINES


def part(kind: str, octets: bytes, *, encoding: str = "8bit", charset: str = "utf-8") -> bytes:
    kind = f"{kind}; charset={charset}" if charset else kind
    fields = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return fields.encode() + octets


def body(message: ReadMessage) -> str:
    text = message.properties[PidTag.BODY]
    assert isinstance(text, str)
    return text


def page(message: ReadMessage) -> str:
    octets = message.properties[PidTag.BODY_HTML]
    assert isinstance(octets, bytes)
    return octets.decode()


def test_every_encoding() -> None:
    octets = TEXT.encode()
    for encoding, encoded in (
        ("8bit", octets),
        ("base64", base64.encodebytes(octets)),
        ("quoted-printable", quopri.encodestring(octets.replace(b"\r\n", b"\n"))),
    ):
        message = convert(part("text/plain", encoded, encoding=encoding))
        assert body(message).rstrip() == TEXT.rstrip(), encoding


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("utf-8", "utf-8"), ("", "utf-8"), ("", "cp1252"), ("iso-8859-1", "cp1252"), ("gbk", "gbk")],
)
def test_every_charset(charset: str, codec: str) -> None:
    text = (LINE if codec == "utf-8" else "Grüße 1\r\n" if codec == "cp1252" else "一個 1\r\n") * (
        150_000
    )
    message = convert(part("text/plain", text.encode(codec), charset=charset))
    assert body(message) == text


def test_a_mark_in_front_and_line_ends_of_all_kinds() -> None:
    octets = b"\xef\xbb\xbf" + b"a\rb\nc\r\n" * 200_000
    assert body(convert(part("text/plain", octets))) == "a\r\nb\r\nc\r\n" * 200_000


def test_what_cannot_be_read_is_told_and_what_the_sender_wrote_is_not() -> None:
    unclear = TEXT.encode() + b"\xff\r\n"
    message, report = convert_whole(part("text/plain", unclear))
    assert body(message).endswith("\ufffd\r\n")
    assert report.lost == ("some characters of the text cannot be read in its charset",)
    assert not convert_whole(part("text/plain", f"{TEXT}\ufffd".encode()))[1].lost


def test_html_says_its_charset_and_shows_its_pictures() -> None:
    html = (
        "<html><meta charset=iso-8859-1>"
        + '<p class="a\nlong tag">Grüße</p>' * 150_000
        + '<img src="cid:dot">'
    )
    picture = b"Content-Type: image/png\r\nContent-ID: <dot>\r\n\r\n\x89PNG"
    message = convert(
        multipart("related", part("text/html", html.encode("cp1252"), charset=""), picture)
    )
    expected = html.replace("iso-8859-1", "utf-8").replace("\n", "\r\n")
    assert page(message) == expected
    assert body(message).startswith("Grüße\r\n")
    assert message.attachments[0].properties[PidTag.ATTACHMENT_HIDDEN] is True
    assert PidTag.RTF_COMPRESSED not in message.properties


def test_plain_text_beside_html_stands_in_both() -> None:
    html = part("text/html", b"<b>above</b>")
    message = convert(multipart("mixed", html, part("text/plain", b"1 < 2\r\n" * 200_000)))
    assert body(message).startswith("above\r\n\r\n1 < 2\r\n")
    assert page(message).count("1 &lt; 2\r\n") == 200_000
    assert page(message).startswith('<b>above</b><br>\r\n<pre style="white-space: pre-wrap;')
    assert page(message).endswith("</pre>")


def test_blank_text_is_none() -> None:
    assert PidTag.BODY not in convert(part("text/plain", b" \r\n" * 500_000)).properties


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", None, "koi8-r", "gb18030", "utf-16"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_give_what_the_whole_gives(charset: str | None, size: int) -> None:
    octets = "aé\u20ac🐒".encode() + b"\xff\xe2\x82 \xf0\x9f z"

    def pieces() -> Iterator[bytes]:
        return (octets[at : at + size] for at in range(0, len(octets), size))

    read = "".join(decode_pieces(pieces, charset, is_html=False))
    assert read == decode_text(octets, charset)


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/zip"])
def test_memory_does_not_grow_with_the_message(tmp_path: Path, kind: str) -> None:
    """Of HTML the first million characters are read as text too."""
    html = b"<p>" + b"words of a text " * 40 + b"</p>\r\n"
    raw = part(kind, base64.encodebytes(html * 15_000), encoding="base64")
    (tmp_path / "a.eml").write_bytes(raw)
    with (
        (tmp_path / "a.eml").open("rb") as file,
        open_octets(file) as octets,
        (tmp_path / "a.msg").open("wb") as out,
    ):
        tracemalloc.start()
        try:
            write_msg(octets, out)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (tmp_path / "a.msg").stat().st_size > 9_000_000
    assert peak < 4_500_000
