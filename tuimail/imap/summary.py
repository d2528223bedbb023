"""A message as a list shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tuimail.errors import MessageUnreadable
from tuimail.imap.fetch import ItemValue, Row
from tuimail.imap.identity import Identity
from tuimail.imap.structure import Attachment, Part, attachments
from tuimail.mail.addresses import Address, parse_addresses
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import ListUnsubscribe, parse_list_unsubscribe
from tuimail.text import MailText


@dataclass(frozen=True, slots=True)
class Summary:
    """One message: its identity, and what FETCH said of it."""

    identity: Identity
    """With UID 0, which no message has, where the server gave none (see `error`)."""
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
    fields: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The header fields that were asked for, by name in lower case, raw; the first of each."""
    items: Mapping[str, ItemValue] = field(default_factory=dict)
    """The further FETCH items that were asked for, by the name as asked."""
    error: MailText | None = None
    """One sentence, when the server answered badly for this message."""
    response: tuple[bytes, ...] = field(default=(), repr=False, compare=False)
    """The whole answer, as the wire gave it; of a page's rows only, which may be kept."""

    def header(self, name: str) -> MailText | None:
        """A header field that was asked for, decoded; None when the message has none."""
        return _text(self.fields.get(name.lower()))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses of a header field that was asked for: Sender, Reply-To, Bcc."""
        return parse_addresses(self.fields.get(name.lower(), b""))

    def has_flag(self, flag: str) -> bool:
        r"""Whether the message carries this flag (`\Seen`); flags have no case."""
        return flag.lower() in (own.lower() for own in self.flags)

    @property
    def is_read(self) -> bool:
        return self.has_flag("\\Seen")


def summarize(
    row: Row,
    folder: bytes,
    uid_validity: int,
    items: Sequence[str] = (),
    *,
    response: Sequence[bytes] = (),
) -> Summary:
    """A row with everything decoded; what cannot be read becomes the summary's `error`.

    `items` are the further FETCH items that were asked for, `response` what the row was made of,
    where it shall be kept.
    """
    number = row.sequence_number
    try:
        uid = row.uid
        if not uid:
            return unreadable_summary(folder, uid_validity, number, "the server gave it no UID")
        fields = row.fields
        structure, error = _structure_of(row)
        return Summary(
            identity=Identity(folder, uid_validity, uid),
            sequence_number=number,
            flags=row.flags,
            size=row.size,
            internal_date=row.internal_date,
            date=parse_date(decode_words(fields.get("date", b""))),
            from_=parse_addresses(fields.get("from", b"")),
            to=parse_addresses(fields.get("to", b"")),
            cc=parse_addresses(fields.get("cc", b"")),
            subject=MailText(decode_words(fields.get("subject", b""))),
            message_id=_text(fields.get("message-id")),
            list_unsubscribe=_list_unsubscribe(fields),
            structure=structure,
            attachments=attachments(structure) if structure is not None else (),
            fields=fields,
            items={name: row.item(name.upper().encode("ascii")) for name in items},
            error=error,
            response=tuple(response),
        )
    except MessageUnreadable as fault:
        return unreadable_summary(folder, uid_validity, number, str(fault))


def unreadable_summary(folder: bytes, uid_validity: int, number: int, reason: str) -> Summary:
    """A message that is there and of which nothing can be told; its UID is 0, which none has."""
    return Summary(Identity(folder, uid_validity, 0), number, error=MailText(reason))


def _structure_of(row: Row) -> tuple[Part | None, MailText | None]:
    try:
        return row.structure, None
    except MessageUnreadable as fault:
        return None, MailText(str(fault))


def _text(value: bytes | None) -> MailText | None:
    return None if value is None else MailText(decode_words(value).strip())


def _list_unsubscribe(fields: dict[str, bytes]) -> ListUnsubscribe | None:
    value = fields.get("list-unsubscribe")
    if value is None:
        return None
    return parse_list_unsubscribe(value, fields.get("list-unsubscribe-post"))
