"""A message that somebody opened, and the only module that asks mail-parser.

mail-parser gives the text of a part, and the defects that it found. It does not give the header
fields: it drops the space at a fold before an encoded word, lets undecodable bytes vanish, and
makes one value of a field that stands twice. Those are read by `header_block` and `encoded_words`,
as in a list. Where it reports a defect in a part, or its text shows one, the part is decoded here.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimail.errors import MessageTooComplex
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.charsets import decode_html, decode_text
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.entity import Entity, parse_entity
from tuimail.mail.flowed import join_flowed
from tuimail.mail.header_block import Field, read_fields
from tuimail.mail.html_text import html_to_text
from tuimail.mail.transfer_encoding import decode_body
from tuimail.text import MailText

if TYPE_CHECKING:
    from mailparser import MailParser

# mail-parser logs what strangers wrote, and what is logged to stderr lands on the screen.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

HEADER_LIMIT = 256 * 1024
"""Octets of a header block; this and the next four flag 4 of 2,607 real messages."""
LINE_LIMIT = 2_000
"""Lines of a header block."""
FIELD_LIMIT = 64 * 1024
"""Octets of a header field."""
BOUNDARY_LIMIT = 2_000
"""Lines of a body that begin as a boundary does."""
CONTAINER_LIMIT = 200
"""Multiparts and messages within a body."""
TEXT_LIMIT = 1024 * 1024
"""Octets of a text, still encoded, that are read; the text says so when there are more."""

_ADDRESSES = ("from", "to", "cc", "bcc", "reply-to")
_SHORT = (*_ADDRESSES, "date", "subject", "message-id", "list-id", "list-unsubscribe")
# `email.header` looks for the end of every word anew: 20 s for 256 KB of words without an end.
_WORD_LIMIT = 2_000
_CONTAINER = re.compile(rb"\b(?:multipart|message)/", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n\Z")
# Octets that mail-parser had no character for, and escapes of charsets that it did not decode.
_FAULT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ud800-\udfff]")
_SEVEN_BIT_CHARSET = re.compile(r"utf-?7|hz|iso-2022", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenedHeaders:
    """The header of a message."""

    fields: tuple[tuple[MailText, MailText], ...]
    """Names and decoded values of all fields, in their order."""
    short: tuple[tuple[MailText, MailText], ...]
    """The fields that most people look for, an address beside each name."""
    defects: tuple[MailText, ...] = ()
    """What mail-parser finds wrong: ambiguous addresses, impossible dates."""


@dataclass(frozen=True, slots=True)
class OpenedText:
    """The text of a part."""

    text: MailText
    from_html: bool
    """It was made from HTML."""


def open_headers(block: bytes) -> OpenedHeaders:
    """Read a raw header block; raises MessageTooComplex."""
    fields = _check_header(block)
    parser = _ask_mail_parser(block)
    return OpenedHeaders(
        tuple((MailText(field.name), MailText(decode_words(field.value))) for field in fields),
        tuple(
            (MailText(field.name), _short_value(field))
            for name in _SHORT
            for field in fields
            if field.name.lower() == name
        ),
        _defects(parser) if parser else (),
    )


def open_text(mime: bytes, body: bytes) -> OpenedText:
    """The text of one part, as it stands where it holds other parts; raises MessageTooComplex.

    `mime` is the part's MIME header, or the header of a message of one part, with or without its
    blank line; `body` is still in its content transfer encoding.
    """
    _check_header(mime)
    _check_body(mime, body)
    entity = parse_entity(mime)
    text = _parsed_text(entity, mime, body[:TEXT_LIMIT])
    if text is None:
        text = _decode_part(entity, body[:TEXT_LIMIT])
    more = "\n…" if len(body) > TEXT_LIMIT else ""
    if entity.media_type == "text/html":
        return OpenedText(MailText(html_to_text(text) + more), from_html=True)
    if entity.parameters.get("format", "").lower() == "flowed":
        delete_space = entity.parameters.get("delsp", "").lower() == "yes"
        text = join_flowed(text, delete_space=delete_space)
    return OpenedText(MailText(text + more), from_html=False)


def _check_header(block: bytes) -> tuple[Field, ...]:
    """The fields; a look at the raw bytes comes first, since mail-parser takes what it is given."""
    if len(block) > HEADER_LIMIT or block.count(b"\n") > LINE_LIMIT:
        raise MessageTooComplex("The header of this message is longer than any honest one.")
    fields = read_fields(block)
    if any(len(field.value) > FIELD_LIMIT for field in fields):
        raise MessageTooComplex("A header field of this message is longer than any honest one.")
    return fields


def _check_body(mime: bytes, body: bytes) -> None:
    """A part that holds no others is one text, whatever its lines look like."""
    if not _CONTAINER.search(mime):
        return
    containers = len(_CONTAINER.findall(body))
    if containers > CONTAINER_LIMIT or len(_BOUNDARY.findall(body)) > BOUNDARY_LIMIT:
        raise MessageTooComplex("This message has more parts than any honest one.")


def _ask_mail_parser(raw: bytes) -> MailParser | None:
    """What mail-parser makes of a message; None where it fails, or would take very long."""
    if raw.count(b"=?", 0, HEADER_LIMIT) > _WORD_LIMIT:
        return None
    # It takes 80 to 100 ms to import, and a list needs none of it.
    import mailparser

    try:
        return mailparser.parse_from_bytes(raw)
    except Exception:  # noqa: BLE001 - fed by strangers, it raises outside of its own tree
        return None


def _parsed_text(entity: Entity, mime: bytes, body: bytes) -> str | None:
    """The text as mail-parser reads it; None where it has none or one of its faults shows."""
    charset = entity.parameters.get("charset", "")
    if not entity.media_type.startswith("text/") or _SEVEN_BIT_CHARSET.search(charset):
        return None
    parser = _ask_mail_parser(mime + (b"" if _BLANK_LINE.search(mime) else b"\r\n") + body)
    if parser is None or parser.has_defects:
        return None
    texts = parser.text_html if entity.media_type == "text/html" else parser.text_plain
    # A transfer encoding that is broken is noted on the part only once it has been decoded.
    if len(texts) != 1 or parser.message.defects or _FAULT.search(texts[0]):
        return None
    is_encoded = entity.encoding not in ("7bit", "8bit", "binary")
    if is_encoded and texts[0] == body.decode("ascii", "replace"):
        return None  # a space behind the encoding's name is enough for it to leave it all encoded
    return str(texts[0])


def _decode_part(entity: Entity, body: bytes) -> str:
    decoded = decode_body(body, entity.encoding)
    charset = entity.parameters.get("charset")
    if entity.media_type == "text/html":
        return decode_html(decoded, charset)
    return decode_text(decoded, charset)


def _short_value(field: Field) -> MailText:
    if field.name.lower() not in _ADDRESSES:
        return MailText(decode_words(field.value))
    shown = []
    for one in parse_addresses(field.value):
        name, address = one.name.decoded, one.address.decoded
        shown.append(f"{name} <{address}>" if name and address else name or address)
    return MailText(", ".join(shown))


def _defects(parser: MailParser) -> tuple[MailText, ...]:
    # Of the others, most say that a header alone is no whole multipart.
    return tuple(
        MailText(str(sentence))
        for kinds in parser.defects
        for kind, sentences in kinds.items()
        if kind in ("address-headers", "received-headers", "date-headers")
        for sentence in sentences
    )
