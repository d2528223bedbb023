"""What a reader finds in a message, be it an EML or a .msg file: the values that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Decoded; `""` where there is none."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Recipient(Mailbox):
    type: str = "to"
    """`to`, `cc` or `bcc`."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    sha256: str | None
    """Of the decoded octets; None for an embedded message."""
    size: int
    media_type: str
    """In lower case."""
    content_id: str | None
    """Without angle brackets."""
    hidden: bool
    """In a .msg PidTagAttachmentHidden; in an EML whether the part is inline and the page in the
    same message refers to it."""
    message: Reading | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as one reader reads it. With an `error`, nothing else is meant."""

    message_class: str = ""
    """`""` for an EML."""
    subject: str = ""
    author: Mailbox = Mailbox()
    """From, PidTagSentRepresentingName and -SmtpAddress."""
    sender: Mailbox = Mailbox()
    """Sender, else From; PidTagSenderName and -SmtpAddress."""
    recipients: tuple[Recipient, ...] = ()
    text: tuple[str, ...] = ()
    """The plain text; of an EML each part that is not an attachment."""
    html: tuple[str, ...] = ()
    """As `text`."""
    page: str = ""
    """Of an EML the parts as one page, plain ones between them too; mailparser's own view."""
    rtf_html: str | None = None
    """The HTML within the RTF; None where it was not looked for."""
    date: str | None = None
    """UTC, `2026-11-20T09:14:00`."""
    message_id: str | None = None
    attachments: tuple[Attachment, ...] = ()
    signed_entity: bytes | None = None
    """The octets of the one attachment of a clear-signed .msg, where the reader gives them."""
    error: str | None = None


def reading_from_json(values: dict[str, Any]) -> Reading:
    """What msg_expected.js and msg_readers.js print."""
    if "error" in values:
        return Reading(error=values["error"])
    return Reading(
        **{
            **values,
            "author": Mailbox(**values["author"] or {}),
            "sender": Mailbox(**values["sender"] or {}),
            "recipients": tuple(Recipient(**recipient) for recipient in values["recipients"]),
            "text": tuple(values["text"]),
            "html": tuple(values["html"]),
            "attachments": tuple(
                Attachment(
                    **{
                        **attachment,
                        "message": attachment["message"]
                        and reading_from_json(attachment["message"]),
                    }
                )
                for attachment in values["attachments"]
            ),
        }
    )
