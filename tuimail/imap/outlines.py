"""What an export needs to know of a message before it fetches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, row_items
from tuimail.imap.session import Session
from tuimail.imap.wire import Response
from tuimail.mail.encoded_words import decode_words
from tuimail.text import safe_line

EMAIL_ID = "EMAILID"
"""What a message is called for ever, whatever its UID (RFC 8474)."""
_FIELDS = ("SUBJECT", "MESSAGE-ID")


class Outline(NamedTuple):
    """A message, in few words: less to read than a Summary, which a plan of 10,000 feels."""

    size: int | None
    """RFC822.SIZE in octets."""
    internal_date: datetime | None
    """When the server received it, with its zone."""
    flags: tuple[str, ...]
    """As the server sent them, backslash and all."""
    subject: str
    """Safe text of one line."""
    message_id: str | None
    """Safe text of one line."""
    email_id: str | None


def fetch_outlines(
    session: Session,
    uids: Sequence[int],
    *,
    with_email_id: bool,
    on_row: Callable[[Row], None] | None = None,
) -> dict[int, Outline]:
    """Outlines by UID; messages that are gone or unreadable are left out. The folder is open.

    `on_row` is called behind each row.
    """
    wanted = set(uids)
    found: dict[int, Outline] = {}

    def receive(response: Response) -> bool:
        row = Row.of(response)
        uid = row.uid if row is not None else None
        if row is None or uid is None or uid not in wanted or not row.is_listed:
            return False
        try:
            found[uid] = _outline(row, with_email_id=with_email_id)
        except MessageUnreadable:
            found.pop(uid, None)
        if on_row is not None:
            on_row(row)
        return True

    if wanted:
        more = (EMAIL_ID,) if with_email_id else ()
        items = row_items(_FIELDS, more, with_structure=False)
        session.uid_fetch(sequence_set(uids), items, receive)
    return found


def _outline(row: Row, *, with_email_id: bool) -> Outline:
    fields = row.fields
    message_id = fields.get("message-id")
    email_id = row.item(EMAIL_ID.encode()) if with_email_id else None
    return Outline(
        row.size,
        row.internal_date,
        row.flags,
        safe_line(decode_words(fields.get("subject", b""))),
        safe_line(decode_words(message_id).strip()) if message_id else None,
        email_id if isinstance(email_id, str) else None,
    )
