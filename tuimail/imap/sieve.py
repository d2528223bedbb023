"""Whole folders, row by row: what is fetched of each message, and what is made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, row_items, uid_without_attachments
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary, summarize
from tuimail.mail.addresses import Address, parse_addresses
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
    """What is fetched of each message, and what is made of those that are looked for."""

    items: bytes
    read: Callable[[Sequence[Row], OpenFolder], Sequence[T | Summary]]
    """Of rows with UIDs, in their order. May raise MessageUnreadable; then it gets them one by one.
    """
    pass_over: Callable[[Response], int | None] | None = None
    """A first look at an answer: the UID of a message that is not looked for; None says nothing."""


def sift_rows(
    session: Session, selected: OpenFolder, uids: Sequence[int], sieve: Sieve[T]
) -> tuple[T | Summary, ...]:
    """Those that are looked for, in the order of `uids`; also one that cannot be read."""
    wanted = set(uids)
    by_uid: dict[int, Row] = {}
    pass_over = sieve.pass_over

    def receive(parts: Response) -> bool:
        if pass_over is not None and pass_over(parts) in wanted:
            return True
        row = Row.of(parts)
        if row is None or (uid := row.uid) not in wanted or not row.is_listed:
            return False
        by_uid[uid] = row
        return True

    if wanted:
        session.uid_fetch(sequence_set(uids), sieve.items, receive)
    found = read_rows([by_uid[uid] for uid in uids if uid in by_uid], selected, sieve)
    return tuple(found)


def read_rows(rows: Sequence[Row], selected: OpenFolder, sieve: Sieve[T]) -> Sequence[T | Summary]:
    """What a sieve makes of rows; of one that cannot be read, a summary that says so."""
    try:
        return sieve.read(rows, selected)
    except MessageUnreadable as fault:
        if len(rows) == 1:
            return [_unreadable(rows[0], selected, MailText(str(fault)))]
    found: list[T | Summary] = []
    for row in rows:
        one = read_rows([row], selected, sieve)
        found += one
    return found


def response_sieve(items: bytes) -> Sieve[Response]:
    """What keeps every answer as it came, for others to read."""
    return Sieve(items, lambda rows, _selected: [row.response for row in rows])


def summary_sieve(fields: Sequence[str], items: Sequence[str]) -> Sieve[Summary]:
    """What keeps every message, as a list shows it."""

    def read(rows: Sequence[Row], selected: OpenFolder) -> Sequence[Summary]:
        folder, uid_validity = selected.folder, selected.uid_validity
        found = [summarize(row, folder, uid_validity, items) for row in rows]
        # One without a UID is one of which nothing could be read; but its row has it.
        return [
            summary if summary.identity.uid else _unreadable(row, selected, summary.error)
            for row, summary in zip(rows, found, strict=True)
        ]

    return Sieve(row_items(fields, items), read)


def _unreadable(row: Row, selected: OpenFolder, reason: MailText | None) -> Summary:
    return Summary(_identity(row, selected), row.sequence_number, error=reason)


def _identity(row: Row, selected: OpenFolder) -> Identity:
    return Identity(selected.folder, selected.uid_validity, row.uid or 0)


def _read_attachments(rows: Sequence[Row], selected: OpenFolder) -> Sequence[Summary]:
    # Field after field: 16.3 us a message instead of 21.7, a third of which is the network's, when
    # one in five has attachments; see `LineWriter.write_rows`.
    kept = [(row, found) for row in rows if (found := row.attachments)]
    fields = [row.fields for row, _ in kept]
    return [
        Summary(
            _identity(row, selected),
            row.sequence_number,
            date=date,
            from_=from_,
            subject=subject,
            attachments=found,
            fields=own,
        )
        for (row, found), own, date, from_, subject in zip(
            kept, fields, *_read_header(fields), strict=True
        )
    ]


def _read_newsletters(rows: Sequence[Row], selected: OpenFolder) -> Sequence[Summary]:
    rows = [row for row in rows if _UNSUBSCRIBE.search(row.header or b"")]
    fields = [row.fields for row in rows]
    return [
        Summary(
            _identity(row, selected),
            row.sequence_number,
            internal_date=row.internal_date,
            date=date,
            from_=from_,
            subject=subject,
            list_unsubscribe=parse_list_unsubscribe(
                own.get("list-unsubscribe", b""), own.get("list-unsubscribe-post")
            ),
            fields=own,
        )
        for row, own, date, from_, subject in zip(rows, fields, *_read_header(fields), strict=True)
    ]


def _read_header(
    fields: Sequence[Mapping[str, bytes]],
) -> tuple[list[datetime | None], list[tuple[Address, ...]], list[MailText]]:
    """Dates, senders and subjects."""
    return (
        [parse_date(decode_words(own.get("date", b""))) for own in fields],
        [parse_addresses(own.get("from", b"")) for own in fields],
        [MailText(decode_words(own.get("subject", b""))) for own in fields],
    )


ATTACHMENTS: Sieve[Summary] = Sieve(
    b"(UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])",
    _read_attachments,
    # Most are; taking their structure apart would cost more than all the rest.
    uid_without_attachments,
)
NEWSLETTERS: Sieve[Summary] = Sieve(
    b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS "
    b"(FROM SUBJECT DATE LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST)])",
    _read_newsletters,
)
