"""What messages are sorted by (RFC 5256, 3): the same keys whoever sorts."""

from __future__ import annotations

from datetime import UTC, datetime

from tuimail.mail.addresses import read_mailboxes
from tuimail.mail.base_subject import base_subject
from tuimail.mail.collation import fold_case
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def mailbox_key(value: bytes) -> str:
    """CC, FROM, TO: the first address' mailbox (its local part), from a raw field value."""
    mailboxes = read_mailboxes(value, most=1)
    if not mailboxes:
        return ""
    name, address = mailboxes[0]
    address = address or name
    local, at, domain = address.rpartition("@")
    return fold_case(local if at else domain)


def subject_key(value: bytes) -> str:
    """SUBJECT: the base subject, from a raw field value."""
    return fold_case(base_subject(decode_words(value)))


def date_key(value: bytes, internal_date: datetime | None) -> datetime:
    """DATE: the Date field in UTC, else when the message was received (RFC 5256, 2.2)."""
    sent = parse_date(decode_words(value))
    return received_key(internal_date) if sent is None else sent.astimezone(UTC)


def received_key(internal_date: datetime | None) -> datetime:
    """ARRIVAL: when the message was received, in UTC."""
    return _EARLIEST if internal_date is None else internal_date.astimezone(UTC)
