"""Messages to be converted, and what is read back of them."""

from __future__ import annotations

import base64
import io
from datetime import datetime

from tests.msg.red_black import check_directory
from tuimail.msg.mapi import PidTag
from tuimail.msg.reader import ReadMessage, read_msg
from tuimail.msg.writer import MsgReport, write_msg

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3


def convert(raw: bytes, *flags: str, keywords: tuple[str, ...] = ()) -> ReadMessage:
    return convert_whole(raw, *flags, keywords=keywords)[0]


def convert_whole(
    raw: bytes, *flags: str, keywords: tuple[str, ...] = (), internal_date: datetime | None = None
) -> tuple[ReadMessage, MsgReport]:
    out = io.BytesIO()
    report = write_msg(raw, out, internal_date=internal_date, flags=flags, keywords=keywords)
    assert report.size == len(out.getvalue())
    check_directory(out.getvalue())
    return read_msg(out), report


def letter(*fields: str, body: str = "text\r\n") -> bytes:
    return "\r\n".join([*fields, "", body]).encode()


def multipart(kind: str, *parts: bytes, fields: str = "") -> bytes:
    head = f"{fields}Content-Type: multipart/{kind}; boundary=cut\r\n\r\n".encode()
    return head + b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"


def file_part(name: str, octets: bytes = PDF, kind: str = "application/pdf") -> bytes:
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(octets).replace(b"\n", b"\r\n")


def names(message: ReadMessage) -> list[object]:
    return [one.properties[PidTag.ATTACH_LONG_FILENAME] for one in message.attachments]


FULL = letter(
    "Received: from a by b; Sat, 21 Nov 2026 08:00:01 +0100",
    "From: =?utf-8?q?Ad=C3=A9_L?= <ade@example.org>",
    "Sender: Office <office@example.org>",
    'To: "Bo; B." <bo@example.org>, third@example.org',
    "Cc: Cy <cy@example.org>",
    "Bcc: hidden@example.org",
    "Reply-To: Answers <answers@example.org>, other@example.org",
    "Subject: Re: =?utf-8?b?8J+Qkg==?= monkeys",
    "Date: Fri, 20 Nov 2026 09:14:00 +0100",
    "Message-ID: <1@example.org>",
    "In-Reply-To: <0@example.org>",
    "References: <a@example.org>",
    " <0@example.org>",
    "Thread-Topic: monkeys",
    "Thread-Index: " + base64.b64encode(bytes(range(27))).decode(),
    "Importance: High",
    "Sensitivity: Company-Confidential",
    "Disposition-Notification-To: ade@example.org",
    "Keywords: zoo, garden",
    "List-Unsubscribe: <https://example.org/leave>",
    "Content-Type: text/plain; charset=utf-8",
    body="Grüße\nfrom the zoo\r\n",
)


PLAIN = b"Content-Type: text/plain\r\n\r\nplain"
HTML = b"Content-Type: text/html\r\n\r\n<b>rich</b>"
FOOTER = b"Content-Type: text/plain\r\n\r\n<footer>"
