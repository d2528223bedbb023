"""A page that is asked for before there is anybody to show it to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tuimail.imap.paging import Window
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.job import Request
    from tuimail.imap.page import Page
    from tuimail.imap.page_cache import PageKey
    from tuimail.imap.page_fetch import OnRow


class EarlyPage:
    """Keeps rows that come until somebody asks for the same page, and passes them on then."""

    def __init__(self, key: PageKey) -> None:
        self._key = key
        self.request: Request[Page] | None = None
        self._lock = threading.Lock()
        self._rows: list[tuple[Window, int, Summary]] = []
        self._on_row: OnRow | None = None

    def take_row(self, window: Window, place: int, row: Summary) -> None:
        """On the store's thread."""
        with self._lock:
            if self._on_row is None:
                self._rows.append((window, place, row))
            else:
                self._on_row(window, place, row)

    def hand_over(self, key: PageKey, on_row: OnRow | None) -> Request[Page] | None:
        """Pass on what has come, and what comes from now on; None when it is another page.

        Then it is given up.
        """
        if key != self._key or self.request is None:
            if self.request is not None:
                self.request.cancel()
            return None
        with self._lock:
            self._on_row = on_row or (lambda _window, _place, _row: None)
            # Of a page that is there already nobody needs the rows one by one.
            for one in () if self.request.done() else self._rows:
                self._on_row(*one)
            self._rows.clear()
        return self.request
