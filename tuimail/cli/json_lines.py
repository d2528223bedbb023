"""JSON Lines: one object a line, every code point of the decoded text, stable keys."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime

from tuimail.imap.structure import Attachment
from tuimail.mail.addresses import Address
from tuimail.mail.unsubscribe import ListUnsubscribe
from tuimail.text import MailText

encode = json.JSONEncoder(ensure_ascii=False).encode
"""A value as JSON that `escape_line` has yet to make safe."""

_OUTSIDE_ASCII = re.compile(r"[^ -~]")
_DELETE = "\x7f"
# Controls, format characters and surrogates, which a terminal obeys or cannot be sent; and the
# separators that many programs take for the end of a line.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def write_json_line(value: Mapping[str, object]) -> str:
    """One line, without its LF."""
    return escape_line(encode(value))


def escape_line(line: str) -> str:
    """A line of JSON with the characters escaped that JSON itself would leave as they are."""
    # Escaped by JSON, a control character is printable here, all but DEL. The first test takes a
    # fiftieth of the second's time.
    if (line.isascii() and _DELETE not in line) or line.isprintable():
        return line
    return _OUTSIDE_ASCII.sub(_escape, line)


def as_text(text: MailText | None) -> str | None:
    """Exactly what was decoded."""
    return None if text is None else text.decoded


def as_moment(moment: datetime | None) -> str | None:
    """ISO 8601 with its zone."""
    return None if moment is None else moment.isoformat()


def as_addresses(addresses: Iterable[Address]) -> list[dict[str, str]]:
    """`{"name", "address"}` for each."""
    return [{"name": one.name.decoded, "address": one.address.decoded} for one in addresses]


def as_attachment(attachment: Attachment) -> dict[str, object]:
    """`size` is the estimated number of decoded octets."""
    return {
        "part": attachment.section,
        "name": attachment.name.decoded,
        "type": attachment.part.media_type,
        "size": attachment.size,
        "encoding": attachment.encoding,
    }


def as_list_unsubscribe(field: ListUnsubscribe | None) -> dict[str, object] | None:
    """The field and its links, each of which is safe to open and to copy."""
    if field is None:
        return None
    return {
        "raw": field.raw.decoded,
        "links": [link.url for link in field.links],
        "one_click": field.one_click,
    }


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if unicodedata.category(character) not in _ESCAPED:
        return character
    # json.dumps would leave DEL as it is.
    units = character.encode("utf-16-be", "surrogatepass").hex(" ", 2)
    return f"\\u{units}".replace(" ", "\\u")
