"""Mailboxes of any size: mail made by number, and a fast way to append it.

Message 7 is the same message in a mailbox of ten and in one of a million, on every machine.
"""

# ruff: noqa: SIM905 - lists of words read better without a hundred quotation marks

from __future__ import annotations

import imaplib
import random
import socket
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import cache
from typing import BinaryIO, NamedTuple
from urllib.parse import quote
from zlib import crc32

from tuimail.mail.mailbox_names import encode_mailbox_name


class Sample(NamedTuple):
    """A message to be appended."""

    flags: tuple[str, ...]
    internal_date: datetime
    raw: bytes
    """With CRLF line ends."""


EPOCH = datetime(2018, 1, 1, tzinfo=UTC)
# 100,000 varied messages, or a million small ones, fill eight years.
_VARIED_STEP = timedelta(minutes=42)
_SMALL_STEP = timedelta(minutes=4)
_SMALL_SIZE = 1024
_BATCH_MESSAGES = 500
_BATCH_OCTETS = 8 << 20
_POOL_LINES = 4000
_BASE64_LINE = 78

_WORDS = (
    "anchor apron basil beacon biscuit bottle bridge bucket butter candle carrot chimney clover"
    " compass copper cupboard curtain dahlia dough feather ferry fiddle flour fog garden ginger"
    " glove hammer harbour hedge honey jam kettle keyhole kitchen ladder lantern lemon lighthouse"
    " marble meadow mitten moss mustard nettle oar onion orchard paddle parcel pebble pepper"
    " pillow plum postcard puddle quilt radish raft rhubarb ribbon rope saddle saucer scarf seal"
    " shovel spoon stair steeple teapot thimble thunder tide turnip umbrella velvet violin walnut"
    " whistle willow window wool yarn"
).split()
_GIVEN_NAMES = (
    "Agnes Björn Chiara Dorota Emre Fatou Gwen Håkon Ilse Joris Kateřina Lázaro Małgorzata Nuno"
    " Oona Pilar Quirin Rūta Sinéad Tamar Ülle Vasco Wanda Ximena Yara Zoltán"
).split()
_FAMILY_NAMES = (
    "Abel Brandão Cruz Dvořák Easterly O'Hare Fjeld Grünwald Hopkins Ito Jansen Køhler Lindgren"
    " Marsh Nyström Orchard Peña Quill Rasmussen St.John Tóth Underhill Vogel Winter Yılmaz"
).split()
_DOMAINS = ("example.com", "mail.example.com", "example.org", "lists.example.net", "post.example")
_FOREIGN_SUBJECTS = (
    "Grüße aus dem Gemüsegarten",
    "Письмо с маяка",
    "灯台からのお知らせ",
    "Où est passé le thé ?",
    "رسالة من المنارة",
    "🐐 on the stairs 🎉",
)
# Equal subjects, for the ties of a sort.
_COMMON_SUBJECTS = ("Hello", "Minutes", "Re: Minutes", "Invoice", "")
_FILE_NAMES = (
    "minutes.pdf",
    "holiday picture.jpg",
    "Übersicht März.xlsx",
    "accounts.csv",
    'a \\"quoted\\" name.zip',
)
_ZONES = (0, 0, 60, 120, -300, -480, 330, 540)


def varied_messages(count: int) -> Iterator[Sample]:
    """Mail of all shapes, 1 to 50 KB, 12.5 KB on average.

    Of all messages 30 % carry List-Unsubscribe, 20 % attachments, 20 % are flagged unread; Date
    is mostly near the date of arrival, sometimes years off, and now and then absent or unreadable.
    """
    return (make_varied(number) for number in range(1, count + 1))


def small_messages(count: int) -> Iterator[Sample]:
    """Plain messages of 1,024 octets."""
    return (make_small(number) for number in range(1, count + 1))


def append_messages(
    host: str, port: int, user: str, password: str, folder: str, messages: Iterable[Sample]
) -> int:
    """Append messages to a folder, which is created where there is none; their number.

    Needs MULTIAPPEND (RFC 3502) and LITERAL+ (RFC 7888), so that some hundred messages travel in
    one command. Raises AssertionError with the server's words when it refuses.
    """
    appended = 0
    with socket.create_connection((host, port), timeout=300) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as answers:
            answers.readline()
            secrets = _quoted(user.encode()) + b" " + _quoted(password.encode())
            _command(connection, answers, b"LOGIN " + secrets)
            offered = _command(connection, answers, b"CAPABILITY").upper().split()
            assert {b"MULTIAPPEND", b"LITERAL+"} <= set(offered), offered
            name = _quoted(encode_mailbox_name(folder))
            if b"* LIST" not in _command(connection, answers, b'LIST "" ' + name):
                _command(connection, answers, b"CREATE " + name)
            for batch in _batches(messages):
                _command(connection, answers, b"APPEND " + name + b"".join(batch))
                appended += len(batch)
            _command(connection, answers, b"LOGOUT")
    return appended


def _command(connection: socket.socket, answers: BinaryIO, text: bytes) -> bytes:
    """Send a command whole, and read to its end; what the server said before it."""
    connection.sendall(b"a " + text + b"\r\n")
    untagged = b""
    while not (line := answers.readline()).startswith(b"a "):
        assert line, "the server closed the connection"
        untagged += line
    assert line.startswith(b"a OK"), line
    return untagged


def _quoted(text: bytes) -> bytes:
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _batches(messages: Iterable[Sample]) -> Iterator[list[bytes]]:
    """Arguments of APPEND for some hundred messages at a time."""
    batch: list[bytes] = []
    octets = 0
    for flags, internal_date, raw in messages:
        date = imaplib.Time2Internaldate(internal_date)
        batch.append(f" ({' '.join(flags)}) {date} {{{len(raw)}+}}\r\n".encode() + raw)
        octets += len(raw)
        if len(batch) == _BATCH_MESSAGES or octets >= _BATCH_OCTETS:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


def make_varied(number: int) -> Sample:
    """Message `number` of `varied_messages`."""
    chance = random.Random(number)
    arrival = EPOCH + number * _VARIED_STEP
    size = int(1024 * 50 ** chance.random())
    fields = [*_trace_fields(chance, arrival), *_common_fields(chance, number, arrival)]
    if chance.random() < 0.3:
        fields += _unsubscribe_fields(chance)
    fields.append("MIME-Version: 1.0")
    header = "\r\n".join([*fields, ""]).encode()
    entity = _make_entity(chance, max(200, size - len(header)))
    flags = ["\\Seen"] if chance.random() < 0.8 else []
    flags += [
        flag
        for flag, share in (("\\Answered", 0.15), ("\\Flagged", 0.05), ("$Forwarded", 0.03))
        if chance.random() < share
    ]
    return Sample(tuple(flags), arrival, header + entity)


def make_small(number: int) -> Sample:
    """Message `number` of `small_messages`."""
    chance = random.Random(number)
    arrival = EPOCH + number * _SMALL_STEP
    fields = [*_common_fields(chance, number, arrival), "Content-Type: text/plain; charset=utf-8"]
    header = "\r\n".join([*fields, "", ""]).encode()
    filler = b"." * (_SMALL_SIZE - len(header) - 2) + b"\r\n"
    return Sample(("\\Seen",) if number % 5 else (), arrival, header + filler)


def _trace_fields(chance: random.Random, arrival: datetime) -> list[str]:
    domain = chance.choice(_DOMAINS)
    signature = b64encode(chance.randbytes(192)).decode()
    lines = "\r\n\t ".join(signature[start : start + 64] for start in range(0, 256, 64))
    received = [
        f"Received: from relay{hop}.{domain} ([192.0.2.{chance.randrange(255)}])"
        f"\r\n\tby mx.example.com with ESMTPS id {chance.getrandbits(40):010X}"
        f"\r\n\tfor <reader@example.com>; {format_datetime(arrival)}"
        for hop in range(chance.randrange(1, 4))
    ]
    return [
        *received,
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=k1;\r\n\tb={lines}",
    ]


def _common_fields(chance: random.Random, number: int, arrival: datetime) -> list[str]:
    fields = [f"From: {_mailbox(chance)}", f"To: {_mailbox(chance)}"]
    if chance.random() < 0.2:
        people = ",\r\n ".join(_mailbox(chance) for _ in range(chance.randrange(1, 6)))
        fields.append(f"Cc: {people}")
    fields.append(f"Subject: {_subject(chance)}")
    fields.append(f"Message-ID: {message_id(number)}")
    if number > 1 and chance.random() < 0.3:
        answered = message_id(max(1, number - chance.randrange(1, 40)))
        fields += [f"In-Reply-To: {answered}", f"References: {answered}"]
    sent = arrival - timedelta(seconds=chance.choice((1, 9, 70, 4000)))
    kind = chance.random()
    if kind < 0.1:
        sent += timedelta(days=chance.randrange(-900, 900))
    if kind > 0.995:
        fields.append("Date: yesterday, after tea")
    elif kind < 0.99:
        zone = timezone(timedelta(minutes=chance.choice(_ZONES)))
        fields.append(f"Date: {format_datetime(sent.astimezone(zone))}")
    return fields


def message_id(number: int) -> str:
    """That of message `number`, varied or small."""
    return f"<{number}.{crc32(b'%d' % number):08x}@mail.example.com>"


def _mailbox(chance: random.Random) -> str:
    name = f"{chance.choice(_GIVEN_NAMES)} {chance.choice(_FAMILY_NAMES)}"
    address = f"reader{chance.randrange(3000)}@{chance.choice(_DOMAINS)}"
    return f'"{name}" <{address}>' if name.isascii() else f"{_encoded_word(name)} <{address}>"


def _subject(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.05:
        return chance.choice(_COMMON_SUBJECTS)
    words = " ".join(chance.choices(_WORDS, k=chance.randrange(2, 9))).capitalize()
    if kind < 0.2:
        return f"{_encoded_word(chance.choice(_FOREIGN_SUBJECTS))} {words}"
    return chance.choice(("Re: ", "RE: ", "Fwd: ", "AW: ", "[tea] ")) * (kind < 0.45) + words


def _encoded_word(text: str) -> str:
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def _unsubscribe_fields(chance: random.Random) -> list[str]:
    token = f"{chance.getrandbits(128):032x}"
    link = f"<https://news.example.org/leave/{token}>"
    mail = f"<mailto:leave-{token[:12]}@lists.example.net?subject=unsubscribe>"
    links = chance.choice((link, mail, ",\r\n ".join((mail, link))))
    fields = [
        f"List-Id: <letters{chance.randrange(50)}.lists.example.net>",
        f"List-Unsubscribe: {links}",
    ]
    if chance.random() < 0.5:
        fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return fields


def _make_entity(chance: random.Random, size: int) -> bytes:
    """Content fields, an empty line and a body: plain, page, both, or text and attachments."""
    kind = chance.random()
    if kind < 0.4:
        return _text_part(chance, "plain", size)
    if kind < 0.5:
        return _text_part(chance, "html", size)
    boundary = f"=_{chance.getrandbits(64):016x}"
    if kind < 0.8:
        plain = _text_part(chance, "plain", size // 3)
        return _multipart("alternative", boundary, plain, _text_part(chance, "html", size * 2 // 3))
    text_size = min(size // 4, 3000)
    number = chance.choice((1, 1, 1, 2, 3))
    files = [_file_part(chance, (size - text_size) // number) for _ in range(number)]
    return _multipart("mixed", boundary, _text_part(chance, "plain", text_size), *files)


def _multipart(subtype: str, boundary: str, *parts: bytes) -> bytes:
    delimiter = f"--{boundary}\r\n".encode()
    body = b"".join(delimiter + part for part in parts)
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'
    return head.encode() + body + f"--{boundary}--\r\n".encode()


def _text_part(chance: random.Random, subtype: str, size: int) -> bytes:
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    prose = _prose()
    start = prose.index(b"\n", chance.randrange(len(prose) // 2)) + 1
    end = prose.index(b"\n", start + size) + 1
    text = prose[start:end]
    return head.encode() + (
        b"<html><body>\r\n%b</body></html>\r\n" % text if subtype == "html" else text
    )


def _file_part(chance: random.Random, size: int) -> bytes:
    name = chance.choice(_FILE_NAMES)
    filename = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name)}"
    head = (
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {filename}\r\n\r\n"
    )
    lines = _base64_lines()
    start = chance.randrange(len(lines) // 2 // _BASE64_LINE) * _BASE64_LINE
    return head.encode() + lines[start : start + max(1, size // _BASE64_LINE) * _BASE64_LINE]


@cache
def _prose() -> bytes:
    """Lines of words, some of them accented, to cut texts from."""
    chance = random.Random("prose")
    words = [*_WORDS, *(name.lower() for name in _GIVEN_NAMES)]
    lines = (" ".join(chance.choices(words, k=9)) for _ in range(_POOL_LINES))
    return "".join(f"{line}\r\n" for line in lines).encode()


@cache
def _base64_lines() -> bytes:
    """Lines of base64 to cut attachments from."""
    encoded = b64encode(random.Random("files").randbytes(_POOL_LINES * 57))
    width = _BASE64_LINE - 2
    return b"".join(
        encoded[start : start + width] + b"\r\n" for start in range(0, len(encoded), width)
    )
