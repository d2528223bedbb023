"""Text that SEARCH looks for in a message: decoded, and without regard to case."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tuimail.archive.opened_message import OpenedMessage
from tuimail.mail.charsets import decode_text
from tuimail.mail.collation import fold_case
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.header_block import read_fields
from tuimail.mail.transfer_encoding import decode_body

_SPACES = re.compile(r"\s+")
# Reports (message/delivery-status), messages in pieces, and multiparts without any part are text.
_TEXT_TYPES = ("text/", "message/", "multipart/")


def find_in_field(message: OpenedMessage, name: str, needle: str) -> bool:
    """Whether a field of this lower-case name holds the folded text; b"" finds any such field."""
    return any(
        needle in _fold_field(field.value) for field in message.fields if field.name.lower() == name
    )


def find_in_body(message: OpenedMessage, needle: str) -> bool:
    """Whether one of the message's texts holds the folded text."""
    return any(needle in fold_case(text) for text in _texts(message))


def find_in_text(message: OpenedMessage, needle: str) -> bool:
    """Whether a header, of the message or of a part, or one of its texts holds the folded text."""
    return any(needle in header for header in _headers(message)) or find_in_body(message, needle)


def _fold_field(value: bytes) -> str:
    return fold_case(_SPACES.sub(" ", decode_words(value)))


def _headers(message: OpenedMessage) -> Iterator[str]:
    for entity in message.entity.walk():
        for field in read_fields(message.raw[entity.start : entity.body_start]):
            yield f"{fold_case(field.name)}: {_fold_field(field.value)}"


def _texts(message: OpenedMessage) -> Iterator[str]:
    for entity in message.entity.walk():
        if entity.children or not entity.media_type.startswith(_TEXT_TYPES):
            continue
        body = decode_body(message.raw[entity.body_start : entity.end], entity.encoding)
        yield decode_text(body, entity.parameters.get("charset"))
