"""Looking through whole folders for a few messages: light rows, most of which are dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.identity import Identity
from tuimail.imap.session import Selected, Session
from tuimail.imap.structure import attachments
from tuimail.imap.summary import Summary
from tuimail.imap.wire import Response
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import parse_list_unsubscribe
from tuimail.text import MailText

_UNSUBSCRIBE = re.compile(rb"^List-Unsubscribe[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is fetched of each message, and what is made of it: None when it is not looked for.

    A summary holds what was fetched; all else is empty. `read` may raise MessageUnreadable.
    """

    items: bytes
    read: Callable[[Row, Identity], Summary | None]


def sift_rows(
    session: Session, selected: Selected, uids: Sequence[int], sieve: Sieve
) -> tuple[Summary, ...]:
    """Those that are looked for, in the order of `uids`; also one that cannot be read."""
    wanted = set(uids)
    by_uid: dict[int, Summary] = {}

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or row.uid not in wanted or not row.is_listed:
            return False
        identity = Identity(selected.folder, selected.uid_validity, row.uid)
        try:
            summary = sieve.read(row, identity)
        except MessageUnreadable as fault:
            summary = Summary(identity, row.sequence_number, error=MailText(str(fault)))
        if summary is not None:
            by_uid[identity.uid] = summary
        return True

    if wanted:
        session.uid_fetch(sequence_set(uids), sieve.items, receive)
    return tuple(by_uid[uid] for uid in uids if uid in by_uid)


def _read_attachments(row: Row, identity: Identity) -> Summary | None:
    # Most are; taking their structure apart would cost more than all the rest.
    if row.is_only_text:
        return None
    structure = row.structure
    found = attachments(structure) if structure is not None else ()
    if not found:
        return None
    fields = row.fields
    return Summary(
        identity,
        row.sequence_number,
        date=parse_date(decode_words(fields.get("date", b""))),
        from_=parse_addresses(fields.get("from", b"")),
        subject=MailText(decode_words(fields.get("subject", b""))),
        structure=structure,
        attachments=found,
        fields=fields,
    )


def _read_newsletter(row: Row, identity: Identity) -> Summary | None:
    if not _UNSUBSCRIBE.search(row.header or b""):
        return None
    fields = row.fields
    value, post = fields.get("list-unsubscribe", b""), fields.get("list-unsubscribe-post")
    return Summary(
        identity,
        row.sequence_number,
        internal_date=row.internal_date,
        date=parse_date(decode_words(fields.get("date", b""))),
        from_=parse_addresses(fields.get("from", b"")),
        subject=MailText(decode_words(fields.get("subject", b""))),
        list_unsubscribe=parse_list_unsubscribe(value, post),
        fields=fields,
    )


ATTACHMENTS = Sieve(
    b"(UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])", _read_attachments
)
NEWSLETTERS = Sieve(
    b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS "
    b"(FROM SUBJECT DATE LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST)])",
    _read_newsletter,
)
