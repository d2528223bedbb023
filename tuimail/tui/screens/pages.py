"""The list: a page that was asked for, what was known of it before, and the pages beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.timer import Timer

from tuimail.errors import CertificateError, ConnectError, ConnectionLost, SignInError, TuimailError
from tuimail.imap.folder import INBOX
from tuimail.imap.identity import Identity
from tuimail.imap.page import JoinedPage, Page
from tuimail.imap.paging import Order, Window
from tuimail.imap.summary import Summary
from tuimail.tui import sentences
from tuimail.tui.arrival import PageArrival
from tuimail.tui.asking import answer, ask_ahead, ask_for_page, known_page
from tuimail.tui.figures import format_order, format_range
from tuimail.tui.messages import RowsArrived, post_from_thread
from tuimail.tui.screens.panels import PanelScreen
from tuimail.tui.visit import Visit
from tuimail.tui.widgets.details import Details
from tuimail.tui.widgets.folder_tree import FolderTree
from tuimail.tui.widgets.list_panel import ListPanel
from tuimail.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tuimail.imap.page_file import KeptPage
    from tuimail.imap.store import MailStore
    from tuimail.tui.last_page import LastPage

PATIENCE = 0.15
"""Seconds until a page that does not come is said to be on its way, and then how far it is."""
COLLECTING = 0.05
"""Seconds in which rows that come are collected before they are drawn: a page whose rows come
together is drawn once, which saved 6 of 39 ms of processor time."""
REST = 0.2
"""Seconds that a page has been whole before those beside it are fetched: whoever leafs on is not
waited for."""


class PageScreen(PanelScreen):
    """One page at a time; what is known of it stands there at once, and is then made true."""

    looks_ahead = True
    """Whether the pages beside the one that is shown are fetched while nothing else is."""

    def __init__(
        self,
        store: MailStore,
        *,
        clock: Callable[[], datetime],
        last_page: LastPage | None = None,
    ) -> None:
        super().__init__()
        # Kept rather than looked for: an answer may come when Textual has taken them down already.
        self.folder_tree = FolderTree()
        self.list_panel = ListPanel(clock)
        self.details = Details()
        self.status = StatusLine()
        self.store = store
        self._clock = clock
        self._visit = Visit(INBOX, 1, Order())
        """What was asked for last."""
        self._shown: Visit | None = None
        """What stands in the list."""
        self._window: Window | None = None
        self._arrival: PageArrival | None = None
        self._collecting: Timer | None = None
        self._marks: dict[bytes, dict[Identity, Summary]] = {}
        self._validities: dict[bytes, int] = {}
        self._last_page = last_page
        self._reading: Future[KeptPage | None] | None = None
        """The page of an earlier run, until it is read or the server has answered."""
        self._kept: KeptPage | None = None
        """The same, until the server has answered."""
        self._rest: Timer | None = None
        self._ahead: list[Future[Page | JoinedPage]] = []

    @property
    def visit(self) -> Visit:
        """What was asked for last."""
        return self._visit

    # --- asking

    def open_page(self, visit: Visit) -> None:
        """Ask for a page; what is known of it is shown at once, else the one before stays."""
        self._stop_looking_ahead()
        self._visit = visit
        self.refresh_status()
        if not (visit.joined or visit.folder.selectable):
            self.workers.cancel_group(self, "page")
            self._show_sentence(visit, sentences.not_selectable(visit.folder))
            return
        self._show_what_is_known(visit)
        self._load_page(visit)

    @work(exclusive=True, group="page")
    async def _load_page(self, visit: Visit) -> None:
        arrival = PageArrival(lambda one: post_from_thread(self, RowsArrived(one)))
        self._arrival = arrival
        began = time.monotonic()
        patience = self.set_interval(PATIENCE, lambda: self._show_waiting(visit, arrival, began))
        try:
            page = await answer(
                self, ask_for_page(self.store, visit, self.list_panel.extra, arrival)
            )
        except TuimailError as error:
            await self._show_failure(visit, error)
        else:
            self._show_page(visit, page)
        finally:
            patience.stop()

    def _show_waiting(self, visit: Visit, arrival: PageArrival, began: float) -> None:
        if not visit.shown:
            so_far = ""
            if visit.may_take_long:
                so_far = sentences.wait_so_far(time.monotonic() - began, arrival.share)
            self.list_panel.show_waiting(
                sentences.waiting(visit.folder, visit.order, visit.query, so_far),
                sentences.wait_note(visit.order, visit.query, so_far),
            )

    def on_rows_arrived(self, _event: RowsArrived) -> None:
        if self._collecting is None:
            self._collecting = self.set_timer(COLLECTING, self._show_arrived)

    def _show_arrived(self) -> None:
        self._collecting = None
        visit, arrival = self._visit, self._arrival
        if arrival is None or arrival.window is None or visit.known:
            return
        if visit.keep is not None and not visit.shown:
            # Looked at again: the message under the cursor may be the last to come.
            return
        window = arrival.window
        rows = arrival.rows()
        cursor = self.list_panel.messages.cursor if visit.shown else visit.cursor(rows)
        self.list_panel.show_arriving(visit.folder, rows, cursor, visit.joined)
        self._settle(visit, window)

    # --- showing

    def _show_page(self, visit: Visit, page: Page | JoinedPage) -> None:
        self._arrival = self._reading = self._kept = None
        self._stay(visit)
        visit.note(page)
        empty = sentences.empty(visit.folder, visit.query)
        self.list_panel.show_page(
            visit.folder, page, visit.cursor(page.summaries), empty, folders=visit.joined
        )
        if isinstance(page, JoinedPage):
            if page.refused:
                self.say(sentences.refused(page.refused))
        else:
            self._check_validity(page)
            if visit.query is None:
                self.folder_tree.show_total(visit.folder.raw_name, page.window.total)
                self._keep_last_page(page)
        self._settle(visit, page.window)
        if self.looks_ahead:
            self._rest = self.set_timer(REST, partial(self._look_ahead, visit))

    def _stay(self, visit: Visit) -> None:
        """Let the cursor stay on its message, if it stands on one of this visit."""
        messages = self.list_panel.messages
        if visit.shown and messages.current is not None:
            visit.keep, visit.row = messages.current.identity, messages.cursor

    def _show_what_is_known(self, visit: Visit) -> None:
        page, kept = known_page(self.store, visit, self.list_panel.extra), self._kept
        if page is not None:
            self._show_known(visit, page, sentences.CHECKING)
        elif kept is not None and visit.is_first_page_of(kept.page.folder, kept.page.order):
            self._show_known(visit, kept.page, sentences.ASKING, kept.moment)

    def _show_known(
        self, visit: Visit, page: Page, note: str, as_of: datetime | None = None
    ) -> None:
        """Show a page from before, until the server has told what is so now."""
        visit.known, visit.as_of = True, as_of
        visit.number = page.window.number
        self.list_panel.show_known(
            visit.folder,
            page,
            visit.cursor(page.summaries),
            sentences.empty(visit.folder, visit.query),
            note,
            dimmed=as_of is not None,
        )
        self._check_validity(page)
        self._settle(visit, page.window)

    def _settle(self, visit: Visit, window: Window) -> None:
        """The list shows rows of this visit from now on."""
        visit.shown = True
        self._shown, self._window = visit, window
        self.list_panel.messages.marks = frozenset(self.marks)
        self.refresh_status()
        self.show_current()

    async def _show_failure(self, visit: Visit, error: TuimailError) -> None:
        """What was known stays where the server is out of reach; else a sentence stands there."""
        refused = isinstance(error, SignInError | CertificateError)
        if isinstance(error, ConnectError | ConnectionLost) and not refused:
            await self._wait_for_last_page(visit)
            if visit.known:
                self._arrival = None
                self.list_panel.add_note(sentences.UNCHECKED)
                self.say(sentences.as_sentence(error))
                return
        # Nothing of it may come up behind the sentence.
        self._reading = self._kept = None
        self._show_sentence(visit, sentences.failed(error), alarm=True)

    def _show_sentence(self, visit: Visit, sentence: str, *, alarm: bool = False) -> None:
        """Nothing of this visit can be shown but a sentence."""
        self._arrival = None
        self._shown, self._window = visit, None
        self.list_panel.show_sentence(visit.folder, sentence, alarm=alarm)
        self.refresh_status()
        self.show_current()

    def _check_validity(self, page: Page) -> None:
        """Say so when the folder was made anew: what was known of its messages is void."""
        name = page.folder.raw_name
        before = self._validities.get(name)
        self._validities[name] = page.uid_validity
        if before is not None and before != page.uid_validity:
            self._marks.pop(name, None)
            self.say(sentences.made_anew(page.folder))

    def stop_waiting(self) -> bool:
        """Leave the wait for a page; whether there was one."""
        if not any(w.group == "page" and not w.is_finished for w in self.workers):
            return False
        self.workers.cancel_group(self, "page")
        self._arrival = None
        if self._shown is None:
            self.list_panel.show_sentence(self._visit.folder, sentences.STOPPED)
        else:
            self._visit = self._shown
            self.folder_tree.show_opened(self._visit.folder)
            self.list_panel.end_waiting(sentences.STOPPED)
        self.refresh_status()
        return True

    def show_current(self) -> None:
        """Let the details show the message under the cursor, once it has arrived."""
        messages = self.list_panel.messages
        arriving = messages.row_count and messages.current is None
        if not arriving and (messages.current is None or self.details.summary != messages.current):
            self.details.show_message(messages.current)

    # --- the pages beside it

    def _look_ahead(self, visit: Visit) -> None:
        """Fetch the next page and the one before, unless they are known."""
        if self._shown is not visit or self._visit is not visit or self._window is None:
            return
        for number in (visit.number + 1, visit.number - 1):
            if 1 <= number <= self._window.pages:
                asked = ask_ahead(self.store, visit.turned_to(number), self.list_panel.extra)
                self._ahead += [asked] if asked is not None else []

    def _stop_looking_ahead(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        for asked in self._ahead:
            asked.cancel()
        self._ahead.clear()

    # --- the page of an earlier run

    def read_last_page(self) -> None:
        """Show the inbox as it was in an earlier run, should the server not answer before."""
        if self._last_page is not None:
            self._reading = self._last_page.read(self._visit.folder, self._visit.order)
            self._show_last_page(self._visit)

    @work(group="last-page")
    async def _show_last_page(self, visit: Visit) -> None:
        await self._wait_for_last_page(visit)

    async def _wait_for_last_page(self, visit: Visit) -> None:
        reading = self._reading
        kept = await answer(self, reading) if reading is not None else None
        # What came from the server meanwhile counts for more.
        if kept is not None and self._reading is reading:
            self._reading, self._kept = None, kept
            if self._visit is visit and not visit.shown:
                self._show_what_is_known(visit)

    def _keep_last_page(self, page: Page) -> None:
        if self._last_page is not None and page.folder.is_inbox and page.window.number == 1:
            self._last_page.keep(page, self._clock())

    # --- where we are

    def refresh_status(self) -> None:
        """Let the status line say what was asked for last."""
        visit, status = self._visit, self.status
        here = self._shown is visit
        status.folder = sentences.place(visit.folder, visit.query, joined=bool(visit.joined))
        if here:
            status.range = format_range(self._window) if self._window else ""
        else:
            status.range = "…"
        status.as_of = sentences.as_of(visit.as_of, self._clock()) if visit.as_of else ""
        status.order = format_order(visit.order)
        status.marked = len(self.marks)

    @property
    def marks(self) -> dict[Identity, Summary]:
        """The marked messages of the folder in the list, on whatever page they are."""
        shown = self._shown or self._visit
        if not shown.joined:
            return self.marks_in(shown.folder.raw_name)
        return {
            identity: row
            for folder in shown.joined
            for identity, row in self.marks_in(folder.raw_name).items()
        }

    def marks_in(self, folder: bytes) -> dict[Identity, Summary]:
        """The marked messages of a folder, by its raw name."""
        return self._marks.setdefault(folder, {})

    def clear_marks(self) -> None:
        """Take the marks of what is in the list off."""
        shown = self._shown or self._visit
        for folder in shown.joined or (shown.folder,):
            self.marks_in(folder.raw_name).clear()

    def say(self, sentence: str) -> None:
        """A notice for a few seconds; safe text."""
        self.status.say(sentence)
