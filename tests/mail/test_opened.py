"""Opening a message: its header, and the text of a part."""

from __future__ import annotations

import base64
import quopri
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.errors import MessageTooComplex
from tuimail.mail.entity import parse_entity
from tuimail.mail.opened import (
    BOUNDARY_LIMIT,
    CONTAINER_LIMIT,
    FIELD_LIMIT,
    HEADER_LIMIT,
    LINE_LIMIT,
    TEXT_LIMIT,
    OpenedHeaders,
    open_headers,
    open_text,
)
from tuimail.text import MailText

HEADER = (
    b"Received: from mx.example.org (mx.example.org [192.0.2.1]) by in.example.net\r\n"
    b" with ESMTP id 2;\r\n"
    b" Fri, 21 Nov 2025 09:55:09 -0600\r\n"
    b"Received: from [10.0.0.7] by mx.example.org with ESMTPSA id 1;\r\n"
    b" Fri, 21 Nov 2025 09:55:06 -0600\r\n"
    b"subject: Re:\r\n =?utf-8?Q?caf=C3=A9?=\r\n"
    b"From: =?utf-8?Q?Ada_L=C3=B6we?= <ada@example.org>\r\n"
    b'To: "Doe, John" <j@example.org>,\r\n bob@example.org (Bob), Carol\r\n'
    b"X-Raw: Gr\xfc\xdfe \xc3\xa9\r\n"
    b"X-Twice: 1\r\n"
    b"X-Twice: 2\r\n"
    b"List-Id: <list.example.org>\r\n"
    b"Date: Fri, 21 Nov 2025 09:55:05 -0600\r\n"
    b"X-Controls: a\x1b]0;x\x07b\r\n"
    b"\r\n"
)


def shown(pairs: tuple[tuple[MailText, MailText], ...]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in pairs]


def test_all_fields_in_their_order_decoded() -> None:
    assert shown(open_headers(HEADER).fields)[2:] == [
        ("subject", "Re: café"),
        ("From", "Ada Löwe <ada@example.org>"),
        ("To", '"Doe, John" <j@example.org>, bob@example.org (Bob), Carol'),
        ("X-Raw", "Grüße Ã©"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("List-Id", "<list.example.org>"),
        ("Date", "Fri, 21 Nov 2025 09:55:05 -0600"),
        ("X-Controls", "a\ufffd]0;x\ufffdb"),
    ]


def test_short_fields_in_a_fixed_order_with_addresses() -> None:
    assert shown(open_headers(HEADER).short) == [
        ("From", "Ada Löwe <ada@example.org>"),
        ("To", "Doe, John <j@example.org>, Bob <bob@example.org>, Carol"),
        ("Date", "Fri, 21 Nov 2025 09:55:05 -0600"),
        ("subject", "Re: café"),
        ("List-Id", "<list.example.org>"),
    ]


def test_defects_are_told() -> None:
    opened = open_headers(
        b"From: bank@bank.org <evil@evil.test>\r\nDate: 32 Nov 2025 09:00 GMT\r\n"
    )
    told = " ".join(map(str, opened.defects))
    assert "from[0]" in told
    assert "date[0]" in told
    assert open_headers(b"Content-Type: multipart/mixed; boundary=b\r\n").defects == ()


def test_a_header_that_mail_parser_fails_on_is_read_all_the_same() -> None:
    block = b"Subject: a\r\nContent-Type: text/plain; name*=x\0y''z\r\n\r\n"
    opened = open_headers(block)
    assert shown(opened.short) == [("Subject", "a")]
    assert opened.defects == ()


@pytest.mark.parametrize("block", [b"", b"\r\n", b"no header at all", b"\x00\xff\n\n"])
def test_a_block_without_fields(block: bytes) -> None:
    assert open_headers(block) == OpenedHeaders((), ())


@pytest.mark.parametrize(
    ("mime", "body", "text"),
    [
        (b"", b"hello\r\nworld\r\n", "hello\nworld\n"),
        (b"\r\n", b"hello", "hello"),
        (b"Content-Type: text/plain\r\n\r\n", b"caf\xc3\xa9", "café"),
        (b"Content-Type: text/plain\r\n", b"caf\xc3\xa9", "café"),
        (b"Content-Type: text/plain\n\n", b"caf\xe9", "café"),
        (b"Content-Type: text/plain; charset=us-ascii\r\n\r\n", b"caf\xe9", "café"),
        (b"Content-Type: text/plain; charset=koi8-r\r\n\r\n", b"\xf0\xd2", "Пр"),
        (b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n", b"\x93a\x94", "“a”"),
        (b"Content-Type: text/plain; charset=x-nobody\r\n\r\n", b"caf\xe9", "café"),
        (b"Content-Type: text/plain; charset=base64\r\n\r\n", b"caf\xe9", "café"),
        (b"Content-Type: text/plain; charset=gb2312\r\n\r\n", b"\xe9F", "镕"),
        (b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", b"\x1b$B$9\x1b(B", "す"),
        (b"Content-Type: text/plain; charset=utf-7\r\n\r\n", b"Hi +Jjo-", "Hi ☺"),
        (b"Content-Type: text/plain; charset*=x\0y''utf-8\r\n\r\n", b"caf\xc3\xa9", "café"),
        # encodings
        (b"Content-Transfer-Encoding: base64\r\n\r\n", base64.b64encode("café".encode()), "café"),
        (b"Content-Transfer-Encoding: BASE64 \r\n\r\n", b"Y2Fmw6k", "café"),
        (b"Content-Transfer-Encoding: base64\r\n\r\n", b"Y2Fm\r\nw6k=\r\n--\r\nlist text", "café"),
        (
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            quopri.encodestring("café = 5\n".encode()),
            "café = 5\n",
        ),
        (b"Content-Transfer-Encoding: x-what\r\n\r\n", b"a=3D", "a=3D"),
        # a text with a name, an attached one, one of another kind
        (b"Content-Type: text/plain; name=a.txt\r\n\r\n", b"hello", "hello"),
        (b"Content-Disposition: attachment\r\n\r\n", b"hello", "hello"),
        (
            b"Content-Type: text/calendar; charset=utf-8\r\n\r\n",
            b"BEGIN:VCALENDAR",
            "BEGIN:VCALENDAR",
        ),
        # flowed
        (b"Content-Type: text/plain; format=flowed\r\n\r\n", b"one \r\ntwo\r\n", "one two\n"),
        (b"Content-Type: text/plain; Format=Flowed; DelSp=Yes\r\n\r\n", b"o \r\nne\r\n", "one\n"),
        # the header of a message of one part
        (b"Subject: x\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n", b"\xf0", "П"),
        # controls
        (b"", b"a\x1b]52;c;eA==\x07b", "a\ufffd]52;c;eA==\ufffdb"),
        # it looks like the parts of a multipart and is a text
        (
            b"Content-Type: text/x-patch\r\n\r\n",
            b"--- a/multipart/x\n" * 3_000,
            "--- a/multipart/x\n" * 3_000,
        ),
        # no text: as it stands
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
            b"--b\r\n\r\nx\r\n--b--",
            "--b\n\nx\n--b--",
        ),
    ],
)
def test_text(mime: bytes, body: bytes, text: str) -> None:
    opened = open_text(mime, body)
    assert opened.text.block == text
    assert not opened.from_html


@pytest.mark.parametrize(
    ("mime", "body", "text"),
    [
        (b"Content-Type: text/html\r\n\r\n", b"<p>caf&eacute; \xc3\xa9", "café é\n"),
        (b"Content-Type: TEXT/HTML; charset=iso-8859-1\r\n\r\n", b"<p>\xe9", "é\n"),
        (b"Content-Type: text/html\r\n\r\n", b"<meta charset=koi8-r><p>\xf0\xd2", "Пр\n"),
        (
            b"Content-Type: text/html\r\n\r\n",
            b'<META http-equiv=Content-Type content="text/html; charset=gb2312"><p>\xe9F',
            "镕\n",
        ),
        (b"Content-Type: text/html; charset=koi8-r\r\n\r\n", b"<meta charset=gbk>\xf0\xd2", "Пр\n"),
        (b"Content-Type: text/html\r\n\r\n", b"a\x1b[31m&#x9b;31m", "a\ufffd[31m\u203a31m\n"),
    ],
)
def test_html(mime: bytes, body: bytes, text: str) -> None:
    opened = open_text(mime, body)
    assert opened.text.block == text
    assert opened.from_html


def test_a_long_text_says_that_it_goes_on() -> None:
    assert open_text(b"", b"x\n" * TEXT_LIMIT).text.decoded.endswith("x\n\n…")
    long_html = b"<p>x" + b" " * TEXT_LIMIT
    assert open_text(b"Content-Type: text/html\r\n\r\n", long_html).text.decoded == "x\n\n…"


@pytest.mark.parametrize(
    "block",
    [
        b"X: y\r\n" * (LINE_LIMIT + 1),
        b"X: " + b"y" * (FIELD_LIMIT + 1),
        b"X: " + b"y\r\n " * (FIELD_LIMIT // 4 + 1),
        b"".join(b"X%d: %s\r\n" % (n, b"y" * 60_000) for n in range(5)),
        b"To: " + b"a@b," * 100_000,
        b"Subject: " + b"=?utf-8?Q?a?= " * 50_000,
        b"Content-Type: text/plain; " + b"a=b;" * 100_000,
    ],
    ids=["lines", "long field", "folded field", "long block", "addresses", "words", "parameters"],
)
def test_a_header_bomb_is_refused(block: bytes) -> None:
    with pytest.raises(MessageTooComplex):
        open_headers(block)
    with pytest.raises(MessageTooComplex):
        open_text(block, b"x")


def test_what_is_just_within_the_limits_is_read() -> None:
    assert len(open_headers(b"X: y\r\n" * LINE_LIMIT).fields) == LINE_LIMIT
    (field,) = open_headers(b"X: " + b"y" * FIELD_LIMIT).fields
    assert len(field[1].decoded) == FIELD_LIMIT
    field_size = HEADER_LIMIT // 5
    block = b"".join(b"X%d: " % n + b"y" * (field_size - 6) + b"\r\n" for n in range(5))
    assert len(open_headers(block).fields) == 5


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\n\r\nx\r\n" * 100_000,
        b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
            for n in range(900)
        ),
        b"Content-Type: Message/RFC822\r\n\r\n" * (CONTAINER_LIMIT + 1),
        b"--\n" * (BOUNDARY_LIMIT + 1),
    ],
    ids=["parts", "nested multiparts", "nested messages", "boundaries"],
)
@pytest.mark.parametrize("kind", [b"multipart/mixed; boundary=b", b"message/rfc822"])
def test_a_bomb_of_parts_is_refused(body: bytes, kind: bytes) -> None:
    with pytest.raises(MessageTooComplex):
        open_text(b"Content-Type: " + kind + b"\r\n\r\n", body)


def test_words_without_end_take_linear_time() -> None:
    block = b"".join(b"X%d: %s\r\n" % (n, b"=?utf-8?q?a" * 5_000) for n in range(4))
    with patience(15):
        assert len(open_headers(block).fields) == 4
        # mail-parser takes 20 s for this.


def test_nothing_is_logged_over_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "from tuimail.mail.opened import open_headers, open_text\n"
        r"open_text(b'Content-Type: image/\x1b]0;x\r\n\r\n', b'x')"
        "\n"
        r"open_text(b'Content-Type: text/x-evil\r\n\r\n', b'\x1b]52;c;eA==\x07')"
        "\n"
        r"open_headers(b'Subject: =?utf-8?B?a?=\r\nSubject: =?shift_jis?B?gg?=\r\n\r\n')"
        "\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    assert capfd.readouterr() == ("", "")


def test_mail_parser_is_imported_only_when_something_is_opened() -> None:
    script = "import sys, tuimail.mail.opened; sys.exit('mailparser' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_raises_nothing(mime: bytes, body: bytes) -> None:
    open_headers(mime)
    open_text(mime, body)


FIELDS = [
    b"Content-Type: text/plain",
    b"Content-Type: text/html",
    b"Content-Type: multipart/mixed; boundary=b",
    b"Content-Type: message/rfc822",
    b"; charset=utf-7",
    b"; charset=idna",
    b"; charset=unicode_escape",
    b"; charset*=\0''x",
    b"\r\n",
    b"Content-Transfer-Encoding: base64",
    b"Content-Transfer-Encoding: quoted-printable",
    b"Content-Transfer-Encoding: x-uuencode",
    b"Content-Disposition: attachment; filename=",
    b"Received: from a by b; ",
    b"From: ((((",
    b"Date: 1",
    b"\xff\xfe",
]


@given(st.lists(st.sampled_from(FIELDS), max_size=12), st.binary(max_size=60))
def test_raises_nothing_on_what_is_nearly_a_header(pieces: list[bytes], body: bytes) -> None:
    mime = b"".join(pieces)
    open_headers(mime)
    open_text(mime, body)


def test_every_message_of_the_corpus_opens(corpus: list[Path]) -> None:
    texts = 0
    refused = []
    for path in corpus:
        raw = path.read_bytes()
        if len(raw) > 1_000_000:
            continue
        root = parse_entity(raw)
        try:
            open_headers(raw[root.start : root.body_start])
            for entity in root.walk():
                if entity.media_type.startswith("text/") and not entity.children:
                    open_text(
                        raw[entity.start : entity.body_start], raw[entity.body_start : entity.end]
                    )
                    texts += 1
        except MessageTooComplex:
            refused.append(path.name)
    assert texts > 500
    assert len(refused) < 10, refused
