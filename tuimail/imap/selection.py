"""Which messages of a folder, in which order: what a command or the screen asks for."""

from __future__ import annotations

from dataclasses import dataclass

from tuimail.imap.every_uid import find_every_uid
from tuimail.imap.folder import Folder
from tuimail.imap.number_set import NumberSet
from tuimail.imap.paging import NEWEST_FIRST, Order, SortKey, Window, window
from tuimail.imap.query import Query
from tuimail.imap.search import UidArray, highest_uid, search_uids, uid_array
from tuimail.imap.session import Session
from tuimail.imap.sort import has_partial, sort_part, sorted_uids


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything narrows; nothing set is the whole folder, newest first."""

    numbers: NumberSet | None = None
    by_uid: bool = False
    """Whether `numbers` are UIDs."""
    query: Query | None = None
    order: Order = NEWEST_FIRST
    page: int | None = None
    """From 1; None is everything."""
    page_size: int = 50

    @property
    def is_whole(self) -> bool:
        """Whether nothing narrows it but the page."""
        return self.numbers is None and self.query is None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The messages that a selection means, as it was when the server was asked."""

    folder: Folder
    uid_validity: int
    uids: UidArray
    """Those of the page, in the order asked for."""
    window: Window
    """The page among all that match; a page past the end is empty. With `page` None one page
    holds everything."""
    missing: int = 0
    """Numbers named in the set of which there is no message."""
    untold: int = 0
    """Messages of a whole folder that exist, and that the server names nowhere."""

    @property
    def total(self) -> int:
        """How many messages match, on all pages."""
        return self.window.total


def choose_messages(session: Session, folder: Folder, selection: Selection) -> Chosen:
    """Ask the server what a selection means. Raises CommandRefused, UsageError."""
    is_open = session.has_open(folder.raw_name)
    selected = session.examine(folder.raw_name)
    if is_open:
        session.look()
    if _is_plain_sorted_page(session, selection):
        place = _place(selected.total, selection)
        # Sorted ascending on the server: the descending window is counted from the end.
        uids = uid_array()
        if not place.is_empty:
            uids = sort_part(session, selection.order.key, place.low, place.high)
        return Chosen(folder, selected.uid_validity, _in_order(uids, selection), place)
    numbers, untold = selection.numbers, 0
    if selection.is_whole and selection.order.key is SortKey.ARRIVAL:
        found, untold = find_every_uid(session)
    else:
        found = sorted_uids(
            session, selection.order.key, selection.query, numbers, by_uid=selection.by_uid
        )
    place = _place(len(found), selection)
    uids = uid_array() if place.is_empty else found[place.low - 1 : place.high]
    missing = _count_missing(session, selection) if numbers is not None else 0
    in_order = _in_order(uids, selection)
    return Chosen(folder, selected.uid_validity, in_order, place, missing, untold)


def _count_missing(session: Session, selection: Selection) -> int:
    numbers = selection.numbers
    if numbers is None or session.selected is None:
        return 0
    if not selection.by_uid:
        existing = sum(len(run) for run in numbers.clipped(session.selected.total))
        return numbers.count_named(session.selected.total) - existing
    found = search_uids(session, None, numbers, by_uid=True)
    return numbers.count_named(highest_uid(session)) - len(found)


def _is_plain_sorted_page(session: Session, selection: Selection) -> bool:
    return (
        selection.order.key is not SortKey.ARRIVAL
        and selection.page is not None
        and selection.is_whole
        and has_partial(session)
    )


def _place(total: int, selection: Selection) -> Window:
    number, size = selection.page or 1, selection.page_size
    if selection.page is None:
        size = max(1, total)
    return window(total, number, size, descending=selection.order.descending)


def _in_order(uids: UidArray, selection: Selection) -> UidArray:
    return uids[::-1] if selection.order.descending else uids
