"""ENVELOPE: what a header says of a message, as RFC 9051 (7.5.2) writes it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from tuimail.archive.response import write_nstring, write_string
from tuimail.mail.addresses import Address, parse_addresses
from tuimail.mail.header_block import Field, unfold

_ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc")
_PLAIN = re.compile(r"[ -~]*")
_WORD_CHARACTERS = 15
"""Characters in one encoded word: 75 octets at most, whatever their length in UTF-8."""


def write_envelope(fields: Iterable[Field]) -> bytes:
    """Date, subject, the six lists of addresses, In-Reply-To, Message-ID.

    Names that are not ASCII are written as encoded words, other fields as they stand, unfolded.
    """
    values: dict[str, bytes] = {}
    for field in fields:
        values.setdefault(field.name.lower(), field.value)
    addresses = {name: parse_addresses(values.get(name, b"")) for name in _ADDRESS_FIELDS}
    for name in ("sender", "reply-to"):
        addresses[name] = addresses[name] or addresses["from"]
    pieces = [
        _write_text(values.get("date")),
        _write_text(values.get("subject")),
        *(_write_addresses(addresses[name]) for name in _ADDRESS_FIELDS),
        _write_text(values.get("in-reply-to")),
        _write_text(values.get("message-id")),
    ]
    return b"(" + b" ".join(pieces) + b")"


def _write_text(value: bytes | None) -> bytes:
    return write_nstring(None if value is None else unfold(value))


def _write_addresses(addresses: tuple[Address, ...]) -> bytes:
    if not addresses:
        return b"NIL"
    return b"(" + b"".join(map(_write_address, addresses)) + b")"


def _write_address(address: Address) -> bytes:
    # A host that is NIL would begin a group: a mailbox without one has an empty host. What looks
    # like no address at all stands in the name.
    name = address.name.decoded if address.address else ""
    local, at, host = (address.address or address.name).decoded.rpartition("@")
    if not at:
        local, host = host, ""
    written_name = write_string(_encode_words(name)) if name else b"NIL"
    return b"(%b NIL %b %b)" % (written_name, _write_octets(local), _write_octets(host))


def _write_octets(text: str) -> bytes:
    return write_string(text.encode("utf-8", "surrogateescape"))


def _encode_words(text: str) -> bytes:
    if _PLAIN.fullmatch(text):
        return text.encode("ascii")
    pieces = [text[at : at + _WORD_CHARACTERS] for at in range(0, len(text), _WORD_CHARACTERS)]
    words = (base64.b64encode(piece.encode("utf-8", "replace")) for piece in pieces)
    return b" ".join(b"=?utf-8?B?%b?=" % word for word in words)
