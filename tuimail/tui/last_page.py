"""The inbox as it was shown last, read and written in the background."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tuimail.imap.folder import Folder
from tuimail.imap.page import Page
from tuimail.imap.paging import Order

if TYPE_CHECKING:
    from tuimail.imap.page_file import KeptPage


class LastPage:
    """What the next run shows until the server has answered.

    One daemon thread does all of it, so neither a key nor quitting waits for the disk. SQLite is
    imported there.
    """

    def __init__(self, path: Path, account: str) -> None:
        self._path = path
        self._account = account
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def read(self, folder: Folder, order: Order) -> Future[KeptPage | None]:
        """The page, if it was kept in this order; never an error."""
        found: Future[KeptPage | None] = Future()

        def read() -> None:
            page = None
            with suppress(ImportError):  # a Python without SQLite
                from tuimail.imap.page_file import read_page

                page = read_page(self._path, self._account, folder, order)
            if found.set_running_or_notify_cancel():
                found.set_result(page)

        self._begin(read)
        return found

    def keep(self, page: Page, moment: datetime) -> None:
        """Keep a page in place of the last one."""

        def write() -> None:
            with suppress(ImportError):
                from tuimail.imap.page_file import write_page

                write_page(self._path, self._account, page, moment)

        self._begin(write)

    def _begin(self, work: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="tuimail-last-page", daemon=True)
            self._thread.start()
        self._work.put(work)

    def _run(self) -> None:
        while True:
            self._work.get()()
