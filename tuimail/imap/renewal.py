"""Known rows brought up to date: flags and places are asked for, headers and structure are not.

What a UID stands for never changes but for its flags (RFC 9051, 2.3.1.1), so 50 rows are renewed
for 2 KB where they were fetched for 50. CHANGEDSINCE (RFC 7162) would save most of these 2 KB
and would not tell where the messages stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.page_cache import PageCache, PageKey
from tuimail.imap.rows import fetch_rows
from tuimail.imap.session import Selected, Session
from tuimail.imap.summary import Summary
from tuimail.imap.wire import Receive, Response

_ITEMS = b"(UID FLAGS)"


def renew_window(
    session: Session, selected: Selected, numbers: Sequence[int], key: PageKey, cache: PageCache
) -> tuple[Summary, ...] | None:
    """A row for each sequence number of a run, ascending; only those not known are fetched.

    None when the server's answer is not plain enough to tell which message stands where.
    """
    told: dict[int, Row] = {}
    if numbers:
        receive = _take(told, lambda row: row.sequence_number in numbers)
        session.fetch(b"%d:%d" % (numbers[0], numbers[-1]), _ITEMS, receive)
    by_number = {row.sequence_number: row for row in told.values()}
    uids = [by_number[number].uid or 0 for number in numbers if number in by_number]
    if len(uids) < len(numbers) or any(after <= before for before, after in pairwise(uids)):
        return None
    known = cache.rows(key, selected.uid_validity, uids)
    unknown = [uid for uid in uids if uid not in known]
    fetched = fetch_rows(session, selected, unknown, fields=key.fields, with_response=True)
    known |= {row.identity.uid: row for row in fetched}
    if len(known) < len(uids):
        return None
    return tuple(_renewed(known[uid], told[uid]) for uid in uids)


def renew_rows(
    session: Session,
    selected: Selected,
    uids: Sequence[int],
    key: PageKey,
    cache: PageCache,
    items: Sequence[str],
    on_row: Callable[[Summary], None],
) -> dict[int, Summary]:
    """Rows by UID, without those of messages that are gone; in one round trip.

    `on_row` gets each as it comes.
    """
    known = cache.rows(key, selected.uid_validity, uids)
    told: dict[int, Row] = {}
    asked = None
    if known:

        def note(row: Row) -> None:
            on_row(_renewed(known[row.uid or 0], row))

        receive = _take(told, lambda row: row.uid in known, note)
        asked = session.send_uid_fetch(sequence_set(known), _ITEMS, receive)
    unknown = [uid for uid in uids if uid not in known]
    fetched = fetch_rows(
        session,
        selected,
        unknown,
        fields=key.fields,
        items=items,
        on_row=on_row,
        with_response=True,
    )
    if asked is not None:
        session.finish(asked)
    rows = {uid: _renewed(known[uid], row) for uid, row in told.items()}
    return rows | {row.identity.uid: row for row in fetched}


def _take(
    told: dict[int, Row],
    is_wanted: Callable[[Row], bool],
    note: Callable[[Row], None] = lambda _row: None,
) -> Receive:
    """Collects by UID what tells of flags and nothing else; `note` gets each as it comes."""

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or not row.uid or not is_wanted(row) or row.is_listed:
            return False
        if not row.has_item(b"FLAGS"):
            return False
        told[row.uid] = row
        note(row)
        return True

    return receive


def _renewed(known: Summary, row: Row) -> Summary:
    return replace(known, sequence_number=row.sequence_number, flags=row.flags)
