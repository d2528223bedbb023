"""Content-Transfer-Encoding undone while a body comes, in pieces of any size (RFC 2045, 6)."""

from __future__ import annotations

import binascii
import re
from typing import Protocol

from tuimail.mail.transfer_encoding import decode_body

_NOT_BASE64 = bytes(range(256)).translate(
    None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)
_BASE64_TEXT = re.compile(rb"[A-Za-z0-9+/=\s]*+")
_ANOTHER_PIECE = 1 << 20
"""Octets of base64 behind the padding that nobody writes below a message by hand."""
_LONG_LINE = 1 << 16
"""Octets of a quoted-printable line that are kept together; it may have 76."""
# What may be the beginning of an escape, or white space that is dropped at the line's end.
_UNCERTAIN = re.compile(rb"[ \t\r]*(?:=[0-9A-Fa-f]?|=[ \t\r]+)?\Z")


class Decoder(Protocol):
    """Takes an encoded body piece by piece and gives what is meant; never fails.

    All that it gives together is what `decode_body` gives of the whole.
    """

    def feed(self, octets: bytes) -> bytes:
        """What is certain by now and was not given before."""

    def finish(self) -> bytes:
        """The rest."""


def make_decoder(encoding: str) -> Decoder:
    """The decoder of a Content-Transfer-Encoding, by its name."""
    match encoding.strip().lower():
        case "base64":
            return _Base64Decoder()
        case "quoted-printable":
            return _QuotedPrintableDecoder()
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _WholeDecoder(encoding)
    return _IdentityDecoder()


class _Base64Decoder:
    """Padding ends the data, unless nothing but base64 follows: then pieces were joined."""

    def __init__(self) -> None:
        self._rest = b""
        """Less than four characters of the block."""
        self._behind: bytearray | None = None
        """What has come behind padding."""
        self._ended = False

    def feed(self, octets: bytes) -> bytes:
        if self._ended:
            return b""
        if self._behind is not None:
            return self._feed_behind(octets)
        block, padding, behind = octets.partition(b"=")
        decoded = self._decode(block, is_last=bool(padding))
        if padding:
            self._behind = bytearray()
            decoded += self._feed_behind(behind)
        return decoded

    def finish(self) -> bytes:
        if self._behind is None:
            return self._decode(b"", is_last=True)
        return decode_body(bytes(self._behind), "base64")

    def _feed_behind(self, octets: bytes) -> bytes:
        assert self._behind is not None
        if not _BASE64_TEXT.fullmatch(octets):
            # What a mailing list wrote below.
            self._ended = True
            self._behind.clear()
            return b""
        self._behind += octets
        if len(self._behind) < _ANOTHER_PIECE:
            return b""
        # All pieces but the last, whose end is not known yet.
        end = self._behind.rfind(b"=") + 1
        decoded = decode_body(bytes(self._behind[:end]), "base64")
        last, self._behind = bytes(self._behind[end:]), None
        return decoded + self._decode(last, is_last=False)

    def _decode(self, octets: bytes, *, is_last: bool) -> bytes:
        characters = self._rest + octets.translate(None, _NOT_BASE64)
        whole = len(characters) - len(characters) % 4
        self._rest = characters[whole:]
        decoded = binascii.a2b_base64(characters[:whole])
        if is_last:
            decoded += decode_body(self._rest, "base64")
            self._rest = b""
        return decoded


class _QuotedPrintableDecoder:
    """Decodes line by line."""

    def __init__(self) -> None:
        self._line = b""

    def feed(self, octets: bytes) -> bytes:
        octets = self._line + octets
        end = octets.rfind(b"\n") + 1
        if len(octets) - end > _LONG_LINE:
            uncertain = _UNCERTAIN.search(octets, len(octets) - 100)
            assert uncertain is not None  # it may be empty
            end = uncertain.start()
        self._line = octets[end:]
        return decode_body(octets[:end], "quoted-printable")

    def finish(self) -> bytes:
        line, self._line = self._line, b""
        return decode_body(line, "quoted-printable")


class _WholeDecoder:
    """Keeps everything until the end: uuencode, which hardly anybody sends any more."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._octets = bytearray()

    def feed(self, octets: bytes) -> bytes:
        self._octets += octets
        return b""

    def finish(self) -> bytes:
        return decode_body(bytes(self._octets), self._encoding)


class _IdentityDecoder:
    """7bit, 8bit, binary, and what nobody knows."""

    def feed(self, octets: bytes) -> bytes:
        return octets

    def finish(self) -> bytes:
        return b""
