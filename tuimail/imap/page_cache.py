"""What was fetched of pages, kept in memory for whoever comes back to them.

A row is known by its identity, so it is never shown for another message. Where it stands is known
only as of when it was fetched: a page out of here may be shown, and is brought up to date then.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.page import Page, Result
from tuimail.imap.paging import Order, Window, page_count, window
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.query import Query

PAGES = 100
"""Pages whose UIDs are kept, the last ones that were looked at."""
ROWS = 1_000
"""Rows that are kept: 20 pages, some 5 MB of memory."""
ROW_LIMIT = 16_384
"""Octets of the answer of a row that is kept; 2,000 recipients are 40 KB."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class PageKey:
    """A page that can be asked for."""

    folder: bytes
    number: int
    order: Order
    size: int
    fields: tuple[str, ...]
    """The header fields that its rows hold."""
    query: str = ""
    """The words of a search."""

    @classmethod
    def of(
        cls,
        folder: Folder,
        number: int,
        order: Order,
        size: int,
        query: Query | None,
        fields: Sequence[str],
    ) -> PageKey:
        words = query.text if query is not None else ""
        return cls(folder.raw_name, number, order, size, tuple(fields), words)


@dataclass(frozen=True, slots=True)
class _Entry:
    uid_validity: int
    window: Window
    uids: tuple[int, ...]
    """In the order shown."""


class PageCache:
    """The pages and rows that were fetched last; any thread may use it."""

    def __init__(self, pages: int = PAGES, rows: int = ROWS) -> None:
        self._lock = threading.Lock()
        self._page_limit, self._row_limit = pages, rows
        self._pages: OrderedDict[PageKey, _Entry] = OrderedDict()
        self._rows: OrderedDict[tuple[Identity, tuple[str, ...]], Summary] = OrderedDict()

    def keep(self, key: PageKey, page: Page) -> None:
        """Keep a page that was just fetched, but for one with rows not worth it.

        Under another UIDVALIDITY than before, what was kept of the folder is dropped.
        """
        with self._lock:
            self._drop_void(key.folder, page.uid_validity)
            rows = page.summaries
            if not all(map(_is_worth_keeping, rows)):
                self._pages.pop(key, None)
                return
            uids = tuple(row.identity.uid for row in rows)
            _put(self._pages, key, _Entry(page.uid_validity, page.window, uids), self._page_limit)
            for row in rows:
                _put(self._rows, (row.identity, key.fields), row, self._row_limit)

    def page(self, key: PageKey, folder: Folder, result: Result | None = None) -> Page | None:
        """The page as it was last, or as `result` has it; None where a row of it is not known."""
        with self._lock:
            entry = self._pages.get(key) if result is None else _slice(key, result)
            if entry is None:
                return None
            rows = self._find(key, entry.uid_validity, entry.uids)
            if len(rows) < len(entry.uids):
                return None
            if result is None:
                self._pages.move_to_end(key)
            shown = tuple(rows[uid] for uid in entry.uids)
        return Page(folder, entry.uid_validity, key.order, entry.window, shown, result)

    def knows(self, key: PageKey, uid_validity: int) -> bool:
        """Whether the page was fetched before."""
        with self._lock:
            entry = self._pages.get(key)
            return entry is not None and entry.uid_validity == uid_validity

    def rows(self, key: PageKey, uid_validity: int, uids: Sequence[int]) -> dict[int, Summary]:
        """What is known of these messages of the key's folder, by UID."""
        with self._lock:
            return self._find(key, uid_validity, uids)

    def _find(self, key: PageKey, uid_validity: int, uids: Sequence[int]) -> dict[int, Summary]:
        found: dict[int, Summary] = {}
        for uid in uids:
            name = (Identity(key.folder, uid_validity, uid), key.fields)
            row = self._rows.get(name)
            if row is not None:
                self._rows.move_to_end(name)
                found[uid] = row
        return found

    def _drop_void(self, folder: bytes, uid_validity: int) -> None:
        void = [
            key
            for key, entry in self._pages.items()
            if key.folder == folder and entry.uid_validity != uid_validity
        ]
        if void:
            for key in void:
                del self._pages[key]
            for name in [name for name in self._rows if name[0].folder == folder]:
                del self._rows[name]


def _is_worth_keeping(row: Summary) -> bool:
    """Whether a row tells all that it may, so that renewing its flags is enough, in few octets."""
    if row.error is not None or not (row.identity.uid and row.sequence_number):
        return False
    return sum(map(len, row.response)) <= ROW_LIMIT


def _slice(key: PageKey, result: Result) -> _Entry:
    total = len(result.uids)
    number = min(key.number, page_count(total, key.size))
    place = window(total, number, key.size, descending=key.order.descending)
    uids = () if place.is_empty else tuple(result.uids[place.low - 1 : place.high])
    return _Entry(result.uid_validity, place, uids[::-1] if key.order.descending else uids)


def _put(kept: OrderedDict[K, V], key: K, value: V, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > limit:
        kept.popitem(last=False)
