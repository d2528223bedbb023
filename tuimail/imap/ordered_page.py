"""A page of what was searched or sorted."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from tuimail.errors import CommandRefused
from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.page import Page, Result
from tuimail.imap.page_cache import PageCache, PageKey
from tuimail.imap.page_fetch import OnRow, in_place
from tuimail.imap.paging import Window, page_count, window
from tuimail.imap.progress import OnProgress
from tuimail.imap.query import Query
from tuimail.imap.renewal import renew_rows
from tuimail.imap.search import UidArray, uid_array
from tuimail.imap.session import Selected, Session
from tuimail.imap.sort import has_partial, sort_part, sorted_uids
from tuimail.imap.summary import Summary
from tuimail.imap.validity import GONE
from tuimail.text import MailText


class OrderedPageFetch:
    """One page of a list of UIDs that is made once and sliced in both directions."""

    def __init__(
        self,
        folder: Folder,
        key: PageKey,
        query: Query | None,
        result: Result | None,
        on_row: OnRow | None,
        on_progress: OnProgress | None,
        items: Sequence[str],
        cache: PageCache,
    ) -> None:
        self._folder = folder
        self._key = key
        self._query = query
        self._result = result
        self._on_row = on_row
        self._on_progress = on_progress
        self._items = items
        self._cache = cache

    def run(self, session: Session) -> Page:
        """The page as the result was; a message that went since then says so in its row."""
        with session.telling(self._on_progress):
            return self._run(session)

    def _run(self, session: Session) -> Page:
        is_open = session.has_open(self._folder.raw_name)
        selected = session.examine(self._folder.raw_name)
        if self._result is None and is_open:
            session.look()
        if self._result is None and self._query is None and has_partial(session):
            # Cyrus names PARTIAL among its capabilities and answers BAD.
            with contextlib.suppress(CommandRefused):
                return self._fetch_part(session, selected)
        result = self._result
        if result is None or result.uid_validity != selected.uid_validity:
            uids = sorted_uids(session, self._key.order.key, self._query)
            result = Result(selected.uid_validity, uids)
        place = self._place(len(result.uids))
        uids = uid_array() if place.is_empty else result.uids[place.low - 1 : place.high]
        return self._fetch(session, selected, uids, place, result)

    def _fetch_part(self, session: Session, selected: Selected) -> Page:
        place = self._place(selected.total)
        uids = uid_array()
        if not place.is_empty:
            uids = sort_part(session, self._key.order.key, place.low, place.high)
        return self._fetch(session, selected, uids, place, None)

    def _place(self, total: int) -> Window:
        key = self._key
        number = min(key.number, page_count(total, key.size))
        return window(total, number, key.size, descending=key.order.descending)

    def _fetch(
        self,
        session: Session,
        selected: Selected,
        ascending: UidArray,
        place: Window,
        result: Result | None,
    ) -> Page:
        key = replace(self._key, number=place.number)
        uids = ascending[::-1] if key.order.descending else ascending
        on_row = in_place(self._on_row, place, uids, by_uid=True)
        by_uid = renew_rows(session, selected, uids, key, self._cache, self._items, on_row)
        folder, validity = selected.folder, selected.uid_validity
        page = Page(
            folder=self._folder,
            uid_validity=validity,
            order=key.order,
            window=place,
            summaries=tuple(
                by_uid.get(uid) or Summary(Identity(folder, validity, uid), 0, error=_GONE)
                for uid in uids
            ),
            result=result,
        )
        self._cache.keep(key, page)
        return page


_GONE = MailText(GONE)
