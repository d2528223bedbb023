"""Pictures of the lighthouse, drawn row by row, as PNG files."""

from __future__ import annotations

from math import isqrt
from struct import pack
from typing import Literal
from zlib import adler32, crc32

Light = Literal["dusk", "night", "noon"]

_SKY_SHADES = 8
_RED, _WHITE, _ROCK, _SEA, _FOAM, _GLOW = range(_SKY_SHADES, _SKY_SHADES + 6)
# The sky's colour overhead and at the horizon, then sea and glow.
_COLOURS: dict[Light, tuple[tuple[int, int, int], ...]] = {
    "dusk": ((40, 42, 92), (250, 150, 90), (44, 62, 110), (255, 214, 120)),
    "night": ((8, 10, 30), (34, 40, 80), (14, 20, 44), (255, 246, 190)),
    "noon": ((90, 160, 220), (214, 236, 250), (40, 110, 150), (255, 250, 210)),
}


def draw_lighthouse(width: int, height: int, light: Light) -> bytes:
    """A PNG with a palette: sky, sun or moon, sea, rock and tower."""
    rows = b"".join(b"\x00" + _draw_row(width, height, y) for y in range(height))
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", _make_palette(light)),
            _chunk(b"IDAT", _store(rows)),
            _chunk(b"IEND", b""),
        )
    )


def _draw_row(width: int, height: int, y: int) -> bytes:
    horizon = height * 3 // 4
    sea = y >= horizon
    row = bytearray([_SEA if sea else y * _SKY_SHADES // horizon]) * width

    def paint(left: int, right: int, colour: int) -> None:
        left, right = max(left, 0), min(right, width)
        row[left:right] = bytes([colour]) * max(0, right - left)

    radius = height // 9
    above = y - height // 4
    if abs(above) < radius:
        reach = isqrt(radius * radius - above * above)
        paint(width // 4 - reach, width // 4 + reach, _GLOW)
    if sea:
        for wave in range(3):
            start = (y * 37 + wave * width // 3) % width
            paint(start, start + width // 20, _FOAM)
    rock = y - horizon + height // 10
    if rock >= 0:
        paint(width * 2 // 3 - rock * 2, width * 2 // 3 + width // 10 + rock * 2, _ROCK)
    top, foot = height // 5, horizon - height // 12
    if top <= y < foot:
        half = width // 40 + (y - top) * width // (height * 24)
        lantern = y < top + height // 12
        stripe = _RED if (y - top) * 6 // (foot - top) % 2 else _WHITE
        middle = width * 2 // 3 + width // 20
        paint(middle - half, middle + half, _GLOW if lantern else stripe)
    return bytes(row)


def _make_palette(light: Light) -> bytes:
    overhead, horizon, sea, glow = _COLOURS[light]
    last = _SKY_SHADES - 1
    sky = [
        tuple(
            (a * (last - shade) + b * shade) // last for a, b in zip(overhead, horizon, strict=True)
        )
        for shade in range(_SKY_SHADES)
    ]
    rest = ((190, 40, 40), (236, 232, 224), (70, 64, 60), sea, (220, 230, 236), glow)
    return bytes(value for colour in (*sky, *rest) for value in colour)


def _store(octets: bytes) -> bytes:
    """A zlib stream (RFC 1950) of stored blocks: compressed octets differ from zlib to zlib."""
    blocks = [octets[start : start + 0xFFFF] for start in range(0, len(octets), 0xFFFF)]
    stored = b"".join(
        pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block
        for block in blocks
    )
    return b"\x78\x01" + stored + pack(">I", adler32(octets))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))
