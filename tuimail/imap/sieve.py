"""Whole folders, row by row: what is fetched of each message, and what is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, row_items
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary, summarize
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import parse_list_unsubscribe
from tuimail.text import MailText

if TYPE_CHECKING:
    from tuimail.imap.session import Session
    from tuimail.imap.wire import Response

_UNSUBSCRIBE = re.compile(rb"^List-Unsubscribe[ \t]*:", re.IGNORECASE | re.MULTILINE)


T = TypeVar("T")


class OpenFolder(Protocol):
    """The folder that rows come from; `Selected` is one."""

    @property
    def folder(self) -> bytes: ...

    @property
    def uid_validity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Sieve(Generic[T]):
    """What is fetched of each message, and what is made of it: None when it is not looked for.

    `read` gets the row and its UID, and may raise MessageUnreadable.
    """

    items: bytes
    read: Callable[[Row, OpenFolder, int], T | Summary | None]


def sift_rows(
    session: Session, selected: OpenFolder, uids: Sequence[int], sieve: Sieve[T]
) -> tuple[T | Summary, ...]:
    """Those that are looked for, in the order of `uids`; also one that cannot be read."""
    wanted = set(uids)
    by_uid: dict[int, T | Summary] = {}

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or (uid := row.uid) not in wanted or not row.is_listed:
            return False
        found = sift_row(row, selected, uid, sieve)
        if found is not None:
            by_uid[uid] = found
        return True

    if wanted:
        session.uid_fetch(sequence_set(uids), sieve.items, receive)
    return tuple(by_uid[uid] for uid in uids if uid in by_uid)


def sift_row(row: Row, selected: OpenFolder, uid: int, sieve: Sieve[T]) -> T | Summary | None:
    """The same of one row."""
    try:
        return sieve.read(row, selected, uid)
    except MessageUnreadable as fault:
        return _unreadable(row, selected, uid, MailText(str(fault)))


def response_sieve(items: bytes) -> Sieve[Response]:
    """What keeps every answer as it came, for others to read."""
    return Sieve(items, lambda row, _selected, _uid: row.response)


def summary_sieve(fields: Sequence[str], items: Sequence[str]) -> Sieve[T]:
    """What keeps every message, as a list shows it."""

    def read(row: Row, selected: OpenFolder, uid: int) -> Summary:
        summary = summarize(row, selected.folder, selected.uid_validity, items)
        # Then nothing of it could be read; but its UID is known.
        return summary if summary.identity.uid else _unreadable(row, selected, uid, summary.error)

    return Sieve(row_items(fields, items), read)


def _unreadable(row: Row, selected: OpenFolder, uid: int, reason: MailText | None) -> Summary:
    identity = Identity(selected.folder, selected.uid_validity, uid)
    return Summary(identity, row.sequence_number, error=reason)


def _read_attachments(row: Row, selected: OpenFolder, uid: int) -> Summary | None:
    # Most are; taking their structure apart would cost more than all the rest.
    if row.is_only_text:
        return None
    found = row.attachments
    if not found:
        return None
    fields = row.fields
    return Summary(
        Identity(selected.folder, selected.uid_validity, uid),
        row.sequence_number,
        date=parse_date(decode_words(fields.get("date", b""))),
        from_=parse_addresses(fields.get("from", b"")),
        subject=MailText(decode_words(fields.get("subject", b""))),
        attachments=found,
        fields=fields,
    )


def _read_newsletter(row: Row, selected: OpenFolder, uid: int) -> Summary | None:
    if not _UNSUBSCRIBE.search(row.header or b""):
        return None
    fields = row.fields
    value, post = fields.get("list-unsubscribe", b""), fields.get("list-unsubscribe-post")
    return Summary(
        Identity(selected.folder, selected.uid_validity, uid),
        row.sequence_number,
        internal_date=row.internal_date,
        date=parse_date(decode_words(fields.get("date", b""))),
        from_=parse_addresses(fields.get("from", b"")),
        subject=MailText(decode_words(fields.get("subject", b""))),
        list_unsubscribe=parse_list_unsubscribe(value, post),
        fields=fields,
    )


ATTACHMENTS: Sieve[Summary] = Sieve(
    b"(UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])", _read_attachments
)
NEWSLETTERS: Sieve[Summary] = Sieve(
    b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS "
    b"(FROM SUBJECT DATE LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST)])",
    _read_newsletter,
)
