"""Sizes of chosen messages, and nothing else of them."""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.session import Session
from tuimail.imap.wire import Response


def fetch_sizes(session: Session, uids: Sequence[int]) -> dict[int, int | None]:
    """RFC822.SIZE by UID; None where the answer cannot be read. The folder is open.

    Messages that are gone are left out.
    """
    wanted = set(uids)
    found: dict[int, int | None] = {}

    def receive(response: Response) -> bool:
        row = Row.of(response)
        uid = row.uid if row is not None else None
        if row is None or uid is None or uid not in wanted:
            return False
        try:
            # Without one, it tells in passing of flags that changed.
            if row.size is not None or uid not in found:
                found[uid] = row.size
        except MessageUnreadable:
            found.setdefault(uid, None)
        return True

    if wanted:
        session.uid_fetch(sequence_set(uids), b"(UID RFC822.SIZE)", receive)
    return found
