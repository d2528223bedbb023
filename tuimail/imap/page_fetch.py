"""How a page is fetched: window, one FETCH, rows in their places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from tuimail.errors import CommandRefused
from tuimail.imap.fetch import LISTED_FIELDS, Row, row_items
from tuimail.imap.folder import Folder
from tuimail.imap.page import Page
from tuimail.imap.page_cache import PageCache, PageKey
from tuimail.imap.paging import Window, page_count, window
from tuimail.imap.renewal import renew_window
from tuimail.imap.session import Selected, Session
from tuimail.imap.summary import Summary, summarize, unreadable_summary
from tuimail.imap.wire import Response

OnRow = Callable[[Window, int, Summary], None]
"""Gets a row, and its place on the page in the order shown, from 0."""


class PageFetch:
    """One page, in order of arrival, at the cost of its rows whatever the folder holds."""

    def __init__(
        self,
        folder: Folder,
        key: PageKey,
        on_row: OnRow | None,
        items: Sequence[str],
        cache: PageCache,
    ) -> None:
        self._folder = folder
        self._key = key
        self._on_row = on_row
        self._items = items
        self._cache = cache

    def run(self, session: Session) -> Page:
        """The page as it stands when the answer ends.

        The window is worked out from what the connection last heard. When the server says on the
        way that messages have come or gone, or refuses numbers that are there no more, it is
        worked out and asked once more.
        """
        selected = session.examine(self._folder.raw_name, look=True)
        changes = selected.changes
        try:
            page = self._fetch(session, selected)
        except CommandRefused:
            session.look()
            return self._fetch(session, selected)
        if selected.changes != changes:
            page = self._fetch(session, selected)
        return page

    def _fetch(self, session: Session, selected: Selected) -> Page:
        key, total = self._key, selected.total
        number = min(key.number, page_count(total, key.size))
        place = window(total, number, key.size, descending=key.order.descending)
        numbers = range(0) if place.is_empty else range(place.low, place.high + 1)
        key = replace(key, number=number)
        rows = None
        if self._cache.knows(key, selected.uid_validity):
            rows = renew_window(session, selected, numbers, key, self._cache)
        if rows is None:
            rows = self._fetch_window(session, selected, numbers, place)
        page = Page(
            folder=self._folder,
            uid_validity=selected.uid_validity,
            order=key.order,
            window=place,
            summaries=rows[::-1] if key.order.descending else rows,
        )
        self._cache.keep(key, page)
        return page

    def _fetch_window(
        self, session: Session, selected: Selected, numbers: Sequence[int], place: Window
    ) -> tuple[Summary, ...]:
        key = self._key
        shown = numbers[::-1] if key.order.descending else numbers
        on_row = in_place(self._on_row, place, shown, by_uid=False)
        return fetch_window(
            session, selected, numbers, on_row, fields=key.fields, items=self._items
        )


def in_place(
    on_row: OnRow | None,
    window: Window,
    shown: Sequence[int],
    *,
    by_uid: bool,
    start: int = 0,
) -> Callable[[Summary], None]:
    """What takes rows in whatever order they come, and hands each on with its place.

    `shown` are UIDs or sequence numbers in the order shown, the first of them at `start`.
    """
    if on_row is None:
        return lambda _summary: None
    places = {number: place for place, number in enumerate(shown, start)}

    def take(summary: Summary) -> None:
        place = places.get(summary.identity.uid if by_uid else summary.sequence_number)
        if place is not None:
            on_row(window, place, summary)

    return take


def fetch_window(
    session: Session,
    selected: Selected,
    numbers: Sequence[int],
    on_row: Callable[[Summary], None],
    *,
    fields: Sequence[str] = LISTED_FIELDS,
    items: Sequence[str] = (),
) -> tuple[Summary, ...]:
    """A row for each sequence number of a run, ascending, whether the server tells it truly or not.

    `on_row` gets each as it comes.
    """
    by_number: dict[int, Summary] = {}

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or not row.is_listed or row.sequence_number not in numbers:
            return False
        summary = summarize(row, selected.folder, selected.uid_validity, items, response=parts)
        by_number[summary.sequence_number] = summary
        on_row(summary)
        return True

    if numbers:
        run = b"%d:%d" % (numbers[0], numbers[-1])
        session.fetch(run, row_items(fields, items), receive)
    told = [by_number[number] for number in numbers if number in by_number]
    true = _longest_rise([summary for summary in told if summary.identity.uid])
    rows: list[Summary] = []
    for number in numbers:
        summary = by_number.get(number)
        if summary is None:
            reason = "the server did not tell of this message"
        elif summary.identity.uid and number not in true:
            reason = "the server gave it another message's UID"
        else:
            rows.append(summary)
            continue
        rows.append(unreadable_summary(selected.folder, selected.uid_validity, number, reason))
    return tuple(rows)


def _longest_rise(told: list[Summary]) -> frozenset[int]:
    """The sequence numbers of rows whose UIDs can be true together.

    UIDs ascend with sequence numbers (RFC 9051, 2.3.1.1). Where some do not, the longest ascending
    run is believed, so that one lie costs one row and not all behind it.
    """
    ends: list[int] = []
    runs: dict[int, tuple[int, ...]] = {}
    for summary in told:
        uid = summary.identity.uid
        place = bisect_left(ends, uid)
        before = runs[ends[place - 1]] if place else ()
        ends[place : place + 1] = [uid]
        runs[uid] = (*before, summary.sequence_number)
    return frozenset(runs[ends[-1]]) if ends else frozenset()
