"""Content-Transfer-Encoding: from the octets on the wire to the octets meant (RFC 2045, 6)."""

from __future__ import annotations

import binascii
import re

_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64_ALPHABET))
_PADDING = re.compile(rb"=++")
_BLOCKS = re.compile(rb"[A-Za-z0-9+/=\s]*+")
# RFC 2045, 6.7 (3): white space at a line's end was added on the way. The look-behind keeps long
# runs of spaces linear.
_TRAILING_SPACE = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_UUENCODE_NAMES = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_body(data: bytes, encoding: str) -> bytes:
    """Decode a body; never fails.

    Damaged data gives what can be read of it. 7bit, 8bit, binary, and an encoding that nobody
    knows, give `data` itself.
    """
    match encoding.strip().lower():
        case "base64":
            return _decode_base64(data)
        case "quoted-printable":
            return binascii.a2b_qp(_TRAILING_SPACE.sub(b"", data))
        case name if name in _UUENCODE_NAMES:
            return _decode_uuencode(data)
    return data


def estimate_decoded_size(size: int, lines: int | None, encoding: str) -> int:
    """How many octets a body of `size` encoded octets will have once decoded, about.

    `lines` is the number of its lines, None where the server does not say: then base64 is taken
    to be in lines of 76 characters, and CRLF.
    """
    match encoding.strip().lower():
        case "base64":
            encoded = size - 2 * lines if lines else size * 76 // 78
            return max(encoded, 0) * 3 // 4
        case name if name in _UUENCODE_NAMES:
            return size * 45 // 63
    return size


def _decode_base64(data: bytes) -> bytes:
    blocks = _PADDING.split(_without_text_behind(data).translate(None, _NOT_BASE64))
    return b"".join(map(_decode_base64_block, blocks))


def _without_text_behind(data: bytes) -> bytes:
    """Cut off what a mailing list wrote behind the padding, unless that is base64 again.

    Padding ends the data (RFC 2045, 6.8), but some software pads and joins several pieces.
    """
    padding = _PADDING.search(data)
    if padding is None or _BLOCKS.fullmatch(data, padding.end()):
        return data
    return data[: padding.end()]


def _decode_base64_block(block: bytes) -> bytes:
    # One character alone holds 6 bits: no octet.
    usable = len(block) - (len(block) % 4 == 1)
    return binascii.a2b_base64(block[:usable] + b"=" * (-usable % 4))


def _decode_uuencode(data: bytes) -> bytes:
    decoded: list[bytes] = []
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.rstrip() == b"end":
            break
        else:
            decoded.append(_decode_uuencode_line(line))
    return b"".join(decoded)


def _decode_uuencode_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Trailing garbage: take the number of characters that the length octet asks for.
        characters = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:characters])
        except binascii.Error:
            return b""
