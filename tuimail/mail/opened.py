"""A message that somebody opened. The only module that asks mail-parser."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimail.errors import MessageTooComplex
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.charsets import decode_text
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.flowed import join_flowed
from tuimail.mail.header_block import Field, read_fields
from tuimail.mail.html_text import html_to_text
from tuimail.mail.parameters import split_parameters
from tuimail.mail.transfer_encoding import decode_body
from tuimail.text import MailText

if TYPE_CHECKING:
    from mailparser import MailParser

# mail-parser logs what strangers wrote, and a log on stderr lands on the screen.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

_HEADER_LIMIT = 256 * 1024
_LINE_COUNT_LIMIT = 2_000
_FIELD_LIMIT = 64 * 1024
_BOUNDARY_LIMIT = 2_000
_CONTAINER_LIMIT = 200
TEXT_LIMIT = 4 * 1024 * 1024
"""Octets that are read of a text part; a screen shows less."""

_ADDRESS_FIELDS = ("from", "to", "cc", "bcc", "reply-to")
_SHORT = (*_ADDRESS_FIELDS, "date", "subject", "message-id", "list-id", "list-unsubscribe")
_CONTAINER = re.compile(rb"multipart/|message/", re.IGNORECASE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OpenedHeaders:
    """The header fields of a message: name and decoded value."""

    fields: tuple[tuple[MailText, MailText], ...]
    """All of them, in their order."""
    short: tuple[tuple[MailText, MailText], ...]
    """Those that a reader asks for, addresses beside the names."""


@dataclass(frozen=True, slots=True)
class OpenedText:
    """The text of a part."""

    text: MailText
    from_html: bool


def open_headers(block: bytes) -> OpenedHeaders:
    """Read a raw header block; raises MessageTooComplex."""
    _refuse_bombs(block, b"")
    fields = read_fields(block)
    decoded = tuple((MailText(one.name), MailText(decode_words(one.value))) for one in fields)
    short = tuple(
        (MailText(one.name), _short_value(one))
        for name in _SHORT
        for one in fields
        if one.name.lower() == name
    )
    return OpenedHeaders(decoded, short)


def open_text(mime: bytes, body: bytes) -> OpenedText:
    """The text of one fetched part; raises MessageTooComplex.

    `mime` is the part's raw MIME header, or the message's header for a message of one part;
    `body` is still in its content transfer encoding.
    """
    _refuse_bombs(mime, body)
    fields = {one.name.lower(): one.value for one in reversed(read_fields(mime))}
    media_type, parameters = split_parameters(fields.get("content-type", b"text/plain"))
    encoding = decode_words(fields.get("content-transfer-encoding", b"")).strip().lower()
    text = decode_text(
        decode_body(body[:TEXT_LIMIT], encoding or "7bit"), parameters.get("charset")
    )
    if media_type == "text/html":
        return OpenedText(MailText(html_to_text(text)), from_html=True)
    if parameters.get("format", "").lower() == "flowed":
        text = join_flowed(text, delete_space=parameters.get("delsp", "").lower() == "yes")
    return OpenedText(MailText(text), from_html=False)


def _short_value(field: Field) -> MailText:
    if field.name.lower() not in _ADDRESS_FIELDS:
        return MailText(decode_words(field.value))
    addresses = parse_addresses(field.value)
    return MailText(
        ", ".join(
            f"{one.name.decoded} <{one.address.decoded}>" if one.name else one.address.decoded
            for one in addresses
        )
    )


def _refuse_bombs(header: bytes, body: bytes) -> None:
    """Raise MessageTooComplex for what no honest message has: a look at the raw bytes."""
    if len(header) > _HEADER_LIMIT or header.count(b"\n") > _LINE_COUNT_LIMIT:
        raise MessageTooComplex("The header of this message is too long to be read.")
    if any(len(one.value) > _FIELD_LIMIT for one in read_fields(header)):
        raise MessageTooComplex("A header field of this message is too long to be read.")
    if not _CONTAINER.search(header):
        return
    if len(_CONTAINER.findall(body)) > _CONTAINER_LIMIT:
        raise MessageTooComplex("This message holds too many parts to be read.")
    if len(_BOUNDARY.findall(body)) > _BOUNDARY_LIMIT:
        raise MessageTooComplex("This message holds too many parts to be read.")


def _parse(block: bytes) -> MailParser:
    import mailparser

    return mailparser.parse_from_bytes(block)
