"""A message as a list shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tuimail.imap.identity import Identity
from tuimail.imap.structure import Attachment, Part
from tuimail.mail.addresses import Address
from tuimail.mail.unsubscribe import ListUnsubscribe
from tuimail.text import MailText


@dataclass(frozen=True, slots=True)
class Summary:
    """One message: its identity, and what FETCH said of it."""

    identity: Identity
    sequence_number: int
    """The place in the folder, from 1, on the connection and at the moment of the fetch."""
    flags: tuple[str, ...] = ()
    """As the server sent them, backslash and all."""
    size: int | None = None
    """RFC822.SIZE in octets."""
    internal_date: datetime | None = None
    """When the server received it, with its zone."""
    date: datetime | None = None
    """The Date header, with its zone; None when absent or unreadable."""
    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: MailText = MailText("")
    message_id: MailText | None = None
    list_unsubscribe: ListUnsubscribe | None = None
    structure: Part | None = None
    """The root of BODYSTRUCTURE; None where it could not be read."""
    attachments: tuple[Attachment, ...] = ()
    error: MailText | None = None
    """One sentence, when the server answered badly for this message."""

    def has_flag(self, flag: str) -> bool:
        r"""Whether the message carries this flag (`\Seen`); flags have no case."""
        return flag.lower() in (own.lower() for own in self.flags)

    @property
    def is_read(self) -> bool:
        return self.has_flag("\\Seen")
