"""Messages with faults put in, by number: the same number is the same mutant on every machine."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(rb'charset="?[\w-]+"?', re.IGNORECASE)
_ENCODING = re.compile(rb"(?<=transfer-encoding: )[\w-]+", re.IGNORECASE)
_BOUNDARY_LINE = re.compile(rb"^--[^\r\n]+$", re.MULTILINE)
_CHARSETS = (
    b"charset=utf-7", b"charset=utf-16", b"charset=hex", b"charset=rot13", b"charset=idna",
    b"charset=unicode_escape", b'charset=""', b"charset=ks_c_5601-1987", b"charset*=x'y'z%ff",
    b"charset=\xff\x00", b"charset=undefined", b"charset=iso-2022-jp",
)  # fmt: skip
_ENCODINGS = (
    b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"7bit", b"", b"\x00",
    b"base64 quoted-printable", b"binhex",
)  # fmt: skip
_HEADERS = (
    b"Content-Type: multipart/mixed; boundary=\"\"",
    b"Content-Type: multipart/mixed; boundary=x; boundary=y",
    b"Content-Type: message/rfc822",
    b"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=x",
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
    b"Content-Type: text/html; charset=\"\x00\"",
    b"Content-Disposition: attachment; filename*0*=utf-8''%; filename*1=\xff; filename*9=x",
    b"Content-Transfer-Encoding: base64",
    b"Content-ID: <>",
    b"Date: 31 Feb 0000 99:99:99 +9999",
    b"Date: Mon, 1 Jan 1600 00:00:00 -1200",
    b"Date: Fri, 31 Dec 9999 23:59:59 -2359",
    b"Subject: =?utf-16?B?AA==?= =?x?Q?=ZZ?= =?utf-8?Q?=ED=A0=80?=",
    b"From: ((((((((((\"@\" <@,;:> a@b",
    b"To: a:;b:;c: <d@e>, \xff\xfe <\x00@\x01>",
    b"Thread-Index: AQ==",
    b"Reply-To: ;;;;",
    b"Importance: \xff",
)  # fmt: skip


def make_mutant(originals: Sequence[bytes], seed: int, number: int) -> bytes:
    """One to four faults in one of the messages; none may be without octets."""
    chance = random.Random(f"{seed} {number}")
    raw = chance.choice(originals)
    for _ in range(chance.randint(1, 4)):
        raw = chance.choice(_FAULTS)(chance, raw) or b"\n"
    return raw


def _flip_bits(chance: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 8, 64))):
        changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw))]


def _insert_octets(chance: random.Random, raw: bytes) -> bytes:
    octets = chance.choice(
        (chance.randbytes(chance.randrange(1, 64)), b"\0", b"\r", b"\n\n", b"--")
    )
    place = chance.randrange(len(raw))
    return raw[:place] + octets + raw[place:]


def _line_range(chance: random.Random, lines: Sequence[bytes]) -> tuple[int, int]:
    start = chance.randrange(len(lines))
    return start, min(len(lines), start + chance.choice((1, 2, 5, 50)))


def _delete_lines(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    start, end = _line_range(chance, lines)
    return b"\n".join(lines[:start] + lines[end:])


def _repeat_lines(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    start, end = _line_range(chance, lines)
    return b"\n".join(lines[:end] + lines[start:end] * chance.choice((1, 1, 20)) + lines[end:])


def _swap_lines(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    start, end = _line_range(chance, lines)
    moved, rest = lines[start:end], lines[:start] + lines[end:]
    place = chance.randrange(len(rest) + 1)
    return b"\n".join(rest[:place] + moved + rest[place:])


def _change_boundary(chance: random.Random, raw: bytes) -> bytes:
    found = list(_BOUNDARY_LINE.finditer(raw))
    if not found:
        return _swap_lines(chance, raw)
    line = chance.choice(found)
    written = line.group()
    other = chance.choice(found).group()
    changed = chance.choice(
        (
            written + b"\n" + written,
            written + b"--",
            written.rstrip(b"-"),
            written[:-1],
            other,
            b"--",
        )
    )
    return raw[: line.start()] + changed + raw[line.end() :]


def _insert_header(chance: random.Random, raw: bytes) -> bytes:
    """Somewhere in a header block, of the message or of a part; often twice."""
    ends = [found.start() for found in _HEADER_END.finditer(raw)][:40] or [0]
    place = chance.choice((ends[0], ends[0], chance.choice(ends)))
    line = b"\n" + chance.choice(_HEADERS)
    return raw[:place] + line * chance.choice((1, 2)) + raw[place:]


def _repeat_header(chance: random.Random, raw: bytes) -> bytes:
    end = _HEADER_END.search(raw)
    lines = raw[: end.start() if end else len(raw)].split(b"\n")
    return chance.choice(lines) + b"\n" + raw


def _lengthen_header(chance: random.Random, raw: bytes) -> bytes:
    name = chance.choice((b"To", b"Subject", b"References", b"Content-Type", b"From", b"X-Long"))
    filling = chance.choice((b"a@b.example, ", b"=?utf-8?Q?=C3=BC?= ", b"(", b"; a*0=b", b"<x@y> "))
    return name + b": " + filling * chance.choice((100, 3000)) + b"\n" + raw


def _change_charset(chance: random.Random, raw: bytes) -> bytes:
    return _replace_one(chance, raw, _CHARSET, chance.choice(_CHARSETS))


def _change_encoding(chance: random.Random, raw: bytes) -> bytes:
    return _replace_one(chance, raw, _ENCODING, chance.choice(_ENCODINGS))


def _replace_one(
    chance: random.Random, raw: bytes, pattern: re.Pattern[bytes], replacement: bytes
) -> bytes:
    found = list(pattern.finditer(raw))
    if not found:
        return _insert_header(chance, raw)
    place = chance.choice(found)
    return raw[: place.start()] + replacement + raw[place.end() :]


_FAULTS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip_bits,
    _cut_off,
    _insert_octets,
    _delete_lines,
    _repeat_lines,
    _swap_lines,
    _change_boundary,
    _insert_header,
    _repeat_header,
    _lengthen_header,
    _change_charset,
    _change_encoding,
)
