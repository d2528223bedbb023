"""A page that was asked for, and where the cursor shall stand on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tuimail.imap.folder import Folder, folder_key
from tuimail.imap.identity import Identity
from tuimail.imap.page import JoinedPage, Page, Result
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.query import Query

LAST_PAGE = 1 << 31
"""A page number past every end: the store answers with the last page."""


@dataclass(slots=True)
class Visit:
    """One wish to see a page of a folder."""

    folder: Folder
    number: int
    order: Order
    at_bottom: bool = False
    """Come in over the lower edge."""
    keep: Identity | None = None
    """Stay on this message if it is still there, else on its row."""
    row: int = 0
    shown: bool = False
    """Whether any of its rows stand on the screen."""
    known: bool = False
    """Whether these are from before, and the server has not told yet what is so now."""
    as_of: datetime | None = None
    """When they were so, where that was in an earlier run."""
    query: Query | None = None
    """Only what matches."""
    joined: tuple[Folder, ...] = ()
    """The folder with those below it, one behind another; empty for the folder alone."""
    result: Result | None = None
    """What was found or sorted, kept while folder, query and key stay the same."""
    results: Mapping[bytes, Result] | None = None
    """The same for joined folders."""

    @property
    def may_take_long(self) -> bool:
        """Whether the server, or we, may have to look at every message first."""
        return self.order.key is not SortKey.ARRIVAL or self.query is not None

    def is_first_page_of(self, folder: Folder, order: Order) -> bool:
        """Whether it is of all messages of this folder alone, in this order, from the beginning."""
        is_whole = self.query is None and not self.joined
        same = folder_key(self.folder.raw_name) == folder_key(folder.raw_name)
        return is_whole and same and self.number == 1 and self.order == order

    def turned_to(self, number: int, *, at_bottom: bool = False) -> Visit:
        """Another page of the same list."""
        visit = replace(self, number=number, at_bottom=at_bottom, keep=None, row=0, shown=False)
        return replace(visit, known=False, as_of=None)

    def sorted_by(self, order: Order) -> Visit:
        """Page 1 in another order; read backwards, nothing is sorted again."""
        visit = replace(self.turned_to(1), order=order)
        return visit if order.key is self.order.key else visit.asked_anew()

    def narrowed_to(self, query: Query | None) -> Visit:
        """Page 1 of what matches; of everything for None."""
        return replace(self.turned_to(1), query=query).asked_anew()

    def joined_with(self, folders: tuple[Folder, ...]) -> Visit:
        """Page 1 of the folder with these, or alone for none."""
        return replace(self.turned_to(1), joined=folders).asked_anew()

    def asked_anew(self) -> Visit:
        """The same, searched and sorted again."""
        return replace(self, result=None, results=None)

    def note(self, page: Page | JoinedPage) -> None:
        """Keep what the page was sliced from."""
        if isinstance(page, Page):
            self.result = page.result
        else:
            self.results = page.results
        self.number = page.window.number
        self.known, self.as_of = False, None

    def cursor(self, rows: Sequence[Summary | None]) -> int:
        """The row to start on."""
        if self.keep is not None:
            found = (i for i, row in enumerate(rows) if row and row.identity == self.keep)
            return next(found, self.row)
        return len(rows) - 1 if self.at_bottom else 0
