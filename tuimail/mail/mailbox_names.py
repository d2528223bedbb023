"""Mailbox names on the wire: modified UTF-7 (RFC 3501, 5.1.3)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)(-?)")
_NOT_PRINTABLE = re.compile(r"[^ -~]+")


def is_inbox(name: str) -> bool:
    """Whether a decoded name is INBOX, which is one name in any case (RFC 9051, 5.1)."""
    # The upper case of a dotless ı is an I too; no other letter's lower case is one of these.
    return name.lower() == "inbox"


def decode_mailbox_name(raw: bytes) -> str:
    """The name that a person knows the mailbox by.

    A name with 8-bit bytes is taken as UTF-8 throughout, as RFC 9051 writes it. Raises
    ValueError where the name is neither; then its raw bytes are all that can be shown.
    """
    if not raw.isascii():
        return raw.decode("utf-8")
    if b"&" not in raw:
        return raw.decode("ascii")
    pieces: list[str] = []
    end = 0
    for shifted in _SHIFTED.finditer(raw):
        pieces.append(raw[end : shifted.start()].decode("ascii"))
        pieces.append(_decode_shifted(shifted))
        end = shifted.end()
    pieces.append(raw[end:].decode("ascii"))
    return "".join(pieces)


def shown_name(raw_name: bytes) -> str:
    """A folder's name decoded; the octets as they are where they are no modified UTF-7.

    Raw UTF-8, which servers with UTF8=ACCEPT send, is read as such.
    """
    if not raw_name.isascii():
        return raw_name.decode("utf-8", "backslashreplace")
    try:
        return decode_mailbox_name(raw_name)
    except ValueError:
        return raw_name.decode("ascii")


def encode_mailbox_name(name: str) -> bytes:
    """The name as the server wants it; raises ValueError for a lone surrogate."""
    return _NOT_PRINTABLE.sub(_encode_shifted, name.replace("&", "&-")).encode("ascii")


def _decode_shifted(shifted: re.Match[bytes]) -> str:
    text, end = shifted.groups()
    if not end:
        raise ValueError("modified UTF-7 without its end")
    if not text:
        return "&"
    padded = text + b"=" * (-len(text) % 4)
    return b64decode(padded, b"+,").decode("utf-16-be")


def _encode_shifted(run: re.Match[str]) -> str:
    encoded = b64encode(run[0].encode("utf-16-be"), b"+,").rstrip(b"=")
    return f"&{encoded.decode('ascii')}-"
