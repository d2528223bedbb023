"""A page of a folder with its subfolders: their lists, one behind another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tuimail.errors import CommandRefused, FolderChanged
from tuimail.imap.fetch import LISTED_FIELDS
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.page import JoinedPage, Result
from tuimail.imap.page_fetch import OnRow, fetch_window, in_place
from tuimail.imap.paging import Order, SortKey, Window, page_count, window
from tuimail.imap.query import Query
from tuimail.imap.rows import fetch_rows
from tuimail.imap.session import Session
from tuimail.imap.sort import sorted_uids
from tuimail.imap.statuses import ask_statuses
from tuimail.imap.summary import Summary
from tuimail.imap.validity import open_folder


class JoinedPageFetch:
    """One page of several folders; only the folders that it touches are opened.

    In order of arrival the counts come from STATUS, in one burst; searched or sorted, every
    folder is asked once, and the answers are kept for the next page.
    """

    def __init__(
        self,
        folders: Sequence[Folder],
        number: int,
        order: Order,
        size: int,
        query: Query | None,
        results: Mapping[bytes, Result] | None,
        on_row: OnRow | None,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
    ) -> None:
        self._folders = [folder for folder in folders if folder.selectable]
        self._number = number
        self._order = order
        self._size = size
        self._query = query
        self._results = results
        self._on_row = on_row
        self._fields = fields
        self._items = items
        self._refused: dict[bytes, str] = {}

    def run(self, session: Session) -> JoinedPage:
        """The page; a folder that cannot be opened is left out and named in `refused`."""
        in_order_of_arrival = self._order.key is SortKey.ARRIVAL and self._query is None
        results = None if in_order_of_arrival else self._results or self._ask_each(session)
        totals = (
            self._count(session)
            if results is None
            else {name: len(result.uids) for name, result in results.items()}
        )
        total = sum(totals.values())
        number = min(self._number, page_count(total, self._size))
        place = window(total, number, self._size, descending=False)
        rows: list[Summary] = []
        for folder, first, last in self._slices(totals, place):
            start = len(rows)
            rows += self._fetch(session, folder, first, last, place, start, totals, results)
        return JoinedPage(self._order, place, tuple(rows), results, self._refused)

    def _count(self, session: Session) -> dict[bytes, int]:
        counted: dict[bytes, int] = {}

        def note(folder: Folder, status: FolderStatus) -> None:
            counted[folder.raw_name] = status.messages or 0

        ask_statuses(session, self._folders, note)
        for folder in self._folders:
            if folder.raw_name not in counted:
                self._refused[folder.raw_name] = "the server does not count its messages"
        # in the order of the folders, whatever order the answers came in
        return {
            folder.raw_name: counted[folder.raw_name]
            for folder in self._folders
            if folder.raw_name in counted
        }

    def _ask_each(self, session: Session) -> dict[bytes, Result]:
        results: dict[bytes, Result] = {}
        for folder in self._folders:
            try:
                selected = session.examine(folder.raw_name)
                uids = sorted_uids(session, self._order.key, self._query)
                results[folder.raw_name] = Result(selected.uid_validity, uids)
            except CommandRefused as error:
                self._refused[folder.raw_name] = str(error)
        return results

    def _slices(self, totals: dict[bytes, int], place: Window) -> Iterator[tuple[bytes, int, int]]:
        """Folders that the window touches, with the places in each, from 1."""
        before = 0
        for name, total in totals.items():
            first, last = max(place.first - before, 1), min(place.last - before, total)
            if first <= last:
                yield name, first, last
            before += total

    def _fetch(
        self,
        session: Session,
        folder: bytes,
        first: int,
        last: int,
        place: Window,
        start: int,
        totals: dict[bytes, int],
        results: Mapping[bytes, Result] | None,
    ) -> tuple[Summary, ...]:
        descending, total = self._order.descending, totals[folder]
        shown: Sequence[int]
        low, high = (total - last + 1, total - first + 1) if descending else (first, last)
        try:
            if results is not None:
                selected = open_folder(session, folder, results[folder].uid_validity)
                uids = results[folder].uids[low - 1 : high]
                shown = uids[::-1] if descending else uids
                rows = fetch_rows(
                    session,
                    selected,
                    uids,
                    fields=self._fields,
                    items=self._items,
                    on_row=in_place(self._on_row, place, shown, by_uid=True, start=start),
                )
            else:
                selected = session.examine(folder)
                # as many as there still are, should some have gone since STATUS
                numbers = range(low, min(high, selected.total) + 1)
                shown = numbers[::-1] if descending else numbers
                rows = fetch_window(
                    session,
                    selected,
                    numbers,
                    in_place(self._on_row, place, shown, by_uid=False, start=start),
                    fields=self._fields,
                    items=self._items,
                )
        except (CommandRefused, FolderChanged) as error:
            self._refused[folder] = str(error)
            return ()
        return rows[::-1] if descending else rows
