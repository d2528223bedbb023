"""BODY and BODYSTRUCTURE as RFC 9051 (7.5.2) writes them."""

from __future__ import annotations

import pytest

from tuimail.archive.body_structure import write_body_structure
from tuimail.mail.entity import parse_entity


def structure(*lines: str, extended: bool = True) -> bytes:
    raw = "\r\n".join(lines).encode()
    return write_body_structure(raw, parse_entity(raw), extended=extended)


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (
            ("Subject: x", "", "one", "two", ""),
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)',
        ),
        (
            (
                'Content-Type: Text/HTML; Charset=UTF-8; format="flowed"',
                "Content-Transfer-Encoding: QUOTED-PRINTABLE",
                "Content-ID: <a@b>",
                "Content-Description: the\r\n text",
                "Content-MD5: abc==",
                'Content-Disposition: inline; filename="a \\"b\\".html"',
                "Content-Language: en, de",
                "Content-Location: http://example.org/",
                *("", "x"),
            ),
            b'("text" "html" ("Charset" "UTF-8" "format" "flowed") "<a@b>" "the text" '
            b'"quoted-printable" 1 0 "abc==" ("inline" ("filename" "a \\"b\\".html")) '
            b'("en" "de") "http://example.org/")',
        ),
        (
            ("Content-Type: application/pdf", "Content-Disposition: attachment", "", "x"),
            b'("application" "pdf" NIL NIL NIL "7bit" 1 NIL ("attachment" NIL) NIL NIL)',
        ),
        (
            (
                *("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one"),
                *("--b", "Content-Type: image/png", "", "two", "--b--"),
            ),
            b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0 NIL NIL NIL NIL)'
            b'("image" "png" NIL NIL NIL "7bit" 3 NIL NIL NIL NIL) '
            b'"mixed" ("boundary" "b") NIL NIL NIL)',
        ),
        (
            ("Content-Type: message/rfc822", "", "Subject: in", "", "text", ""),
            b'("message" "rfc822" NIL NIL NIL "7bit" 21 '
            b'(NIL "in" NIL NIL NIL NIL NIL NIL NIL NIL) '
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL) '
            b"3 NIL NIL NIL NIL)",
        ),
        # Nothing can be found in it, and all of it can be read.
        (
            ("Content-Type: multipart/mixed", "", "text"),
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0 NIL NIL NIL NIL)',
        ),
        (
            (
                *("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64"),
                *("", "UzogeA=="),
            ),
            b'("message" "rfc822" NIL NIL NIL "base64" 8 '
            b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
            b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 8 0 NIL NIL NIL NIL) '
            b"0 NIL NIL NIL NIL)",
        ),
    ],
)
def test_body_structure(lines: tuple[str, ...], written: bytes) -> None:
    assert structure(*lines) == written


def test_body_has_no_extension_data() -> None:
    assert structure(
        *("Content-Type: multipart/mixed; boundary=b", "Content-Language: en", ""),
        *("--b", "Content-Disposition: inline", "", "one", "--b--"),
        extended=False,
    ) == (b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0) "mixed")')
