"""The text of a message, read back from a .msg."""

from __future__ import annotations

import pytest

from tests.msg.letters import (
    FOOTER,
    HTML,
    PLAIN,
    convert,
    convert_whole,
    multipart,
)
from tuimail.msg.mapi import PidTag

PRE = '<pre style="white-space: pre-wrap; font: inherit">'
CALENDAR = b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"


def within(parts: bytes) -> bytes:
    """With a boundary of its own."""
    return parts.replace(b"cut", b"edge")


def test_what_cannot_be_read_is_said() -> None:
    _, report = convert_whole(b"Content-Type: text/plain; charset=ascii\r\n\r\nfine")
    assert report.lost == ()
    message, report = convert_whole(b"Content-Type: text/plain; charset=utf-8\r\n\r\nb\xffd")
    assert message.properties[PidTag.BODY] == "b\ufffdd"
    assert report.lost == ("some characters of the text cannot be read in its charset",)


def test_html_becomes_utf_8_and_rtf() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Gr\xfc\xdfe</p></body></html>'
    raw = b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n" + page.encode("latin-1")
    found = convert(raw).properties
    html = page.replace("iso-8859-1", "utf-8").encode()
    assert found[PidTag.BODY_HTML] == html
    assert found[PidTag.INTERNET_CODEPAGE] == 65001
    assert found[PidTag.NATIVE_BODY] == 3
    assert found[PidTag.RTF_IN_SYNC] is True
    assert found[PidTag.BODY] == "Grüße\r\n"
    rtf = found[PidTag.RTF_COMPRESSED]
    assert isinstance(rtf, bytes)
    assert rtf[8:12] == b"MELA"
    assert rtf[16:].startswith(b"{\\rtf1\\ansi\\ansicpg1252\\fromhtml1")


@pytest.mark.parametrize(
    ("raw", "plain", "html"),
    [
        (multipart("alternative", PLAIN, HTML), "plain", "<b>rich</b>"),
        (multipart("mixed", PLAIN, FOOTER), "plain\r\n<footer>", None),
        (
            multipart("mixed", HTML, FOOTER),
            "rich\r\n\r\n<footer>",
            f"<b>rich</b><br>\r\n{PRE}&lt;footer&gt;</pre>",
        ),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno part\r\n", "no part\r\n", None),
        (b'Content-Type: text/plain; name="note.txt"\r\n\r\nnamed', "named", None),
        (
            b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\none \r\nline\r\n",
            "oneline\r\n",
            None,
        ),
        (b"\xef\xbb\xbfSubject: x\r\n\r\nbody", "body", None),
        (
            multipart("mixed", multipart("mixed").replace(b"cut", b"none"), PLAIN),
            "--none--\r\n\r\nplain",
            None,
        ),
        (multipart("mixed", HTML, b"\r\n \r\n"), "rich\r\n", "<b>rich</b>"),
        # Text that has no HTML beside it is shown within the HTML of its neighbours.
        (
            multipart(
                "mixed", multipart("alternative", PLAIN, CALENDAR).replace(b"cut", b"in"), HTML
            ),
            "plain\r\nrich\r\n",
            f"{PRE}plain</pre><br>\r\n<b>rich</b>",
        ),
        (
            multipart(
                "alternative", PLAIN, multipart("mixed", HTML, FOOTER).replace(b"cut", b"in")
            ),
            "plain\r\n<footer>",
            f"<b>rich</b><br>\r\n{PRE}&lt;footer&gt;</pre>",
        ),
        # Without the blank line that ends a header, or without any header, or with CR alone.
        (multipart("mixed", b"Hello there\r\nsecond"), "Hello there\r\nsecond", None),
        (b"just text\nsecond: line\n", "just text\r\nsecond: line\r\n", None),
        (b"Subject: x\rFrom: a@b\r\rBody\rtwo", "Body\r\ntwo", None),
        (b"", None, None),
    ],
)
def test_bodies(raw: bytes, plain: str | None, html: str | None) -> None:
    message = convert(raw)
    assert message.properties.get(PidTag.BODY) == plain
    found = message.properties.get(PidTag.BODY_HTML)
    assert found == (html.encode() if html is not None else None)
    assert len(message.attachments) == raw.count(b"calendar")


def test_text_behind_the_last_part_is_missed_aloud() -> None:
    _, report = convert_whole(multipart("mixed", PLAIN) + b"\r\nSent by a list\r\n")
    assert report.lost == ("text behind the last part is left out",)
    assert convert_whole(multipart("mixed", PLAIN) + b"\r\n")[1].lost == ()


@pytest.mark.parametrize("piece", ["<meta ", "<", "src=", "url(", 'src="', "<?xml ", "&", "\n"])
def test_pages_made_to_take_for_ever_do_not(piece: str) -> None:
    """What looked at a character again and again would take hours here."""
    page = (piece * (2_000_000 // len(piece))).encode()
    raw = b"Content-Type: text/html\r\n\r\n" + page
    message = convert(multipart("related", raw, *[b"Content-Location: a\r\n\r\n"] * 50))
    assert PidTag.BODY_HTML in message.properties or piece == "\n"
