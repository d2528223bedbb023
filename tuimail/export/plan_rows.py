"""What is known of chosen messages before they are fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from tuimail.errors import CommandRefused, ConnectionLost
from tuimail.export.background import wait_for
from tuimail.export.records import Record, Status
from tuimail.imap.job import Request
from tuimail.imap.selection import Chosen
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary

_FIELDS = ("SUBJECT", "MESSAGE-ID")
_CHUNK = 500
EMAIL_ID = "EMAILID"
"""What a message is called for ever, whatever its UID (RFC 8474)."""

_Rows = Request[tuple[Summary, ...]]


def plan_rows(
    store: MailStore,
    chosen: Chosen,
    uids: Sequence[int],
    folder: int,
    *,
    with_email_id: bool,
    wanted: Request[Any] | None = None,
) -> Iterator[Record]:
    """Each of the messages as it is to be asked for; `folder` is the id in the ledger.

    A message that the server answers badly for has a record that tells its UID only: it is
    fetched all the same. Raises FolderChanged, ConnectError and ConnectionLost, and CancelledError
    once nobody wants it (`wanted`).
    """
    items = (EMAIL_ID,) if with_email_id else ()
    chunks = deque(uids[start : start + _CHUNK] for start in range(0, len(uids), _CHUNK))
    ahead: deque[tuple[Sequence[int], _Rows]] = deque()
    try:
        while chunks or ahead:
            while chunks and len(ahead) <= len(store.connection_states):
                chunk = chunks.popleft()
                request = store.rows(
                    chosen, chunk, fields=_FIELDS, items=items, with_structure=False
                )
                ahead.append((chunk, request))
            chunk, request = ahead.popleft()
            try:
                known = {row.identity.uid: row for row in wait_for(request, wanted)}
            except (CommandRefused, ConnectionLost):
                if len(chunk) > 1:
                    # Some message in it costs the answer: halves find out which one.
                    middle = len(chunk) // 2
                    chunks.extendleft((chunk[middle:], chunk[:middle]))
                    continue
                known = {}
            for uid in chunk:
                yield _record(folder, chosen.uid_validity, uid, known.get(uid))
    finally:
        for _, request in ahead:
            request.cancel()


def _record(folder: int, uid_validity: int, uid: int, row: Summary | None) -> Record:
    if row is None:
        return Record(folder, uid_validity, uid, Status.ASKED)
    email_id = row.items.get(EMAIL_ID)
    return Record(
        folder,
        uid_validity,
        uid,
        Status.ASKED,
        size=row.size,
        internal_date=row.internal_date.isoformat() if row.internal_date else None,
        flags=row.flags,
        subject=str(row.subject),
        message_id=str(row.message_id) if row.message_id else None,
        email_id=email_id if isinstance(email_id, str) else None,
    )
