"""JSON Lines: one object a line, every code point of the decoded text, stable keys."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tuimail.imap.folder import Folder
from tuimail.imap.structure import Attachment
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address
from tuimail.mail.unsubscribe import ListUnsubscribe
from tuimail.text import MailText

_encode = json.JSONEncoder(ensure_ascii=False).encode
_OUTSIDE_ASCII = re.compile(r"[^ -~]")
# Controls, format characters and surrogates, which a terminal obeys or cannot be sent; and the
# separators that many programs take for the end of a line.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def write_json_line(value: Mapping[str, object]) -> str:
    """One line, without its LF."""
    line = _encode(value)
    if not line.isprintable():
        line = _OUTSIDE_ASCII.sub(_escape, line)
    return line


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


def message_object(
    folder: Folder, message: Summary, *, headers: Sequence[str] = (), items: Sequence[str] = ()
) -> dict[str, object]:
    """A listed message; the keys and their order are promised to the programs that read it."""
    found: dict[str, object] = {
        "folder": folder.name.decoded,
        "uid_validity": message.identity.uid_validity,
        # No message has the numbers that stand for "unknown".
        "uid": message.identity.uid or None,
        "sequence_number": message.sequence_number or None,
        "message_id": as_text(message.message_id),
        "date": as_moment(message.date),
        "internal_date": as_moment(message.internal_date),
        "from": as_addresses(message.from_),
        "sender": as_addresses(message.addresses("Sender")),
        "reply_to": as_addresses(message.addresses("Reply-To")),
        "to": as_addresses(message.to),
        "cc": as_addresses(message.cc),
        "bcc": as_addresses(message.addresses("Bcc")),
        "subject": message.subject.decoded,
        "size": message.size,
        "flags": message.flags,
        "is_read": message.is_read,
        "answered": message.has_flag("\\Answered"),
        "flagged": message.has_flag("\\Flagged"),
        "deleted": message.has_flag("\\Deleted"),
        "draft": message.has_flag("\\Draft"),
        "recent": message.has_flag("\\Recent"),
        "list_unsubscribe": as_list_unsubscribe(message.list_unsubscribe),
        "list_id": as_text(message.header("List-Id")),
        "attachments": [as_attachment(one) for one in message.attachments],
        "headers": {name: as_text(message.header(name)) for name in headers},
        "items": {name: message.items.get(name) for name in items},
    }
    if message.error is not None:
        found["error"] = str(message.error)
    return found


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if unicodedata.category(character) not in _ESCAPED:
        return character
    # json.dumps would leave DEL as it is.
    units = character.encode("utf-16-be", "surrogatepass").hex(" ", 2)
    return f"\\u{units}".replace(" ", "\\u")
