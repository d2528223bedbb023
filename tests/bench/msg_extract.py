"""What extract-msg finds in a .msg file."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import extract_msg

from tests.bench.msg_reading import Attachment, Mailbox, Reading, Recipient

_SENDER = ("0C1A", "5D01")
_AUTHOR = ("0042", "5D02")


def read_msg(path: Path, rtf_limit: int) -> Reading:
    """The HTML within the RTF is looked for where that is no larger than `rtf_limit` octets."""
    try:
        with extract_msg.openMsg(path, delayAttachments=True) as message:
            return _read_message(message, rtf_limit)
    # What the library raises on what it cannot read is a finding, whatever its type.
    except Exception as error:  # noqa: BLE001
        return Reading(error=f"{type(error).__name__}: {error}")


def _read_message(message: Any, rtf_limit: int) -> Reading:
    is_signed = isinstance(message, extract_msg.msg_classes.MessageSignedBase)
    date = message.getPropertyVal("00390040")
    page = message.getStream("__substg1.0_10130102")
    text = (_text(message.signedBody or b"") if is_signed else "") or _string(message, "1000")
    return Reading(
        message_class=message.classType or "",
        subject=message.subject or "",
        author=Mailbox(*(_string(message, tag) for tag in _AUTHOR)),
        sender=Mailbox(*(_string(message, tag) for tag in _SENDER)),
        recipients=tuple(
            Recipient(recipient.name or "", recipient.email or "", recipient.type.name.lower())
            for recipient in message.recipients
        ),
        text=(text,) if text else (),
        html=(_text(page),) if page else (),
        rtf_html=_read_rtf(message, rtf_limit),
        date=_utc(date) if isinstance(date, datetime) else None,
        message_id=_string(message, "1035") or None,
        attachments=tuple(_read_attachment(attachment) for attachment in message.attachments),
        signed_entity=message.rawAttachments[0].data if is_signed else None,
    )


def _read_attachment(attachment: Any) -> Attachment:
    if isinstance(attachment, extract_msg.attachments.SignedAttachment):
        return Attachment(
            name=attachment.name,
            sha256=hashlib.sha256(attachment.asBytes).hexdigest(),
            size=len(attachment.asBytes),
            media_type=attachment.mimetype.lower(),
            content_id=None,
            hidden=False,
        )
    is_message = isinstance(attachment, extract_msg.attachments.EmbeddedMsgAttachment)
    octets = b"" if is_message else attachment.data
    return Attachment(
        name=attachment.longFilename or attachment.shortFilename or "",
        sha256=None if is_message else hashlib.sha256(octets).hexdigest(),
        size=len(octets),
        media_type=(attachment.mimetype or "").lower(),
        content_id=attachment.cid,
        hidden=attachment.hidden,
        message=_read_message(attachment.data, 0) if is_message else None,
    )


def _read_rtf(message: Any, limit: int) -> str | None:
    if len(message.compressedRtf or b"") > limit:
        return None
    found = message.deencapsulatedRtf
    page = found.html if found and found.content_type == "html" else ""
    return _text(page)


def _string(message: Any, tag: str) -> str:
    return message.getStringStream(f"__substg1.0_{tag}") or ""


def _text(found: str | bytes) -> str:
    return found.decode(errors="replace") if isinstance(found, bytes) else found


def _utc(date: datetime) -> str:
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
