"""A page that is asked for before there is anybody to show it to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuimail.imap.paging import Window
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.job import Request
    from tuimail.imap.page import Page
    from tuimail.imap.page_cache import PageKey
    from tuimail.imap.page_fetch import OnRows


class EarlyPage:
    """Keeps rows that come until somebody asks for the same page, and passes them on then."""

    def __init__(self, key: PageKey) -> None:
        self._key = key
        self.request: Request[Page] | None = None
        self._lock = threading.Lock()
        self._rows: list[tuple[Window, Sequence[Summary]]] = []
        self._on_rows: OnRows | None = None

    def take_rows(self, window: Window, rows: Sequence[Summary]) -> None:
        """On the store's thread."""
        with self._lock:
            if self._on_rows is None:
                self._rows.append((window, rows))
            else:
                self._on_rows(window, rows)

    def hand_over(self, key: PageKey, on_rows: OnRows | None) -> Request[Page] | None:
        """Pass on what has come, and what comes from now on; None when it is another page.

        Then it is given up.
        """
        if key != self._key or self.request is None:
            if self.request is not None:
                self.request.cancel()
            return None
        with self._lock:
            self._on_rows = on_rows or (lambda _window, _rows: None)
            # Of a page that is there already nobody needs the rows one by one.
            for window, rows in () if self.request.done() else self._rows:
                self._on_rows(window, rows)
            self._rows.clear()
        return self.request
