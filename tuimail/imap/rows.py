"""Rows of chosen messages, by UID, in the order asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuimail.errors import CommandRefused
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, row_items
from tuimail.imap.session import Selected, Session
from tuimail.imap.summary import Summary, summarize
from tuimail.imap.wire import Response


def fetch_rows(
    session: Session,
    selected: Selected,
    uids: Sequence[int],
    *,
    fields: Sequence[str],
    items: Sequence[str] = (),
    on_row: Callable[[Summary], None] | None = None,
    with_structure: bool = True,
    with_response: bool = False,
) -> tuple[Summary, ...]:
    """Rows in the order of `uids`; messages that are gone are left out.

    `on_row` gets each as it comes, in the server's order. For `with_response` see Summary.
    """
    wanted = set(uids)
    by_uid: dict[int, Summary] = {}

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or row.uid not in wanted or not row.is_listed:
            return False
        response = parts if with_response else ()
        summary = summarize(row, selected.folder, selected.uid_validity, items, response=response)
        by_uid[summary.identity.uid] = summary
        if on_row is not None:
            on_row(summary)
        return True

    if wanted:
        wanted_items = row_items(fields, items, with_structure=with_structure)
        session.uid_fetch(sequence_set(uids), wanted_items, receive)
    return tuple(by_uid[uid] for uid in uids if uid in by_uid)


# Servers that do not announce it may answer anything.
_CAPABILITIES = {"EMAILID": "OBJECTID", "THREADID": "OBJECTID"}  # RFC 8474, 6


def unknown_items(session: Session, items: Sequence[str]) -> frozenset[str] | None:
    """Those of the FETCH items that the server does not know; the open folder is asked.

    One bad name would cost the whole FETCH. None where there is no message to ask of.
    """
    if session.selected is None or not session.selected.total:
        return None
    refused: set[str] = set()
    for name in items:
        needed = _CAPABILITIES.get(name.upper())
        if needed is not None and needed not in session.capabilities:
            refused.add(name)
            continue
        try:
            session.fetch(b"1", b"(%b)" % name.encode("ascii"), lambda _parts: True)
        except CommandRefused:
            refused.add(name)
    return frozenset(refused)
