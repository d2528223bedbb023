"""Finding one's way: folders, pages, the cursor, marks. The screen mediates, panels show."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widget import Widget

from tuimail.errors import FileError, TuimailError
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.identity import Identity
from tuimail.imap.page import JoinedPage, Page
from tuimail.imap.paging import Order, Window
from tuimail.imap.summary import Summary
from tuimail.text import MailText
from tuimail.tui import sentences
from tuimail.tui.arrival import PageArrival
from tuimail.tui.asking import answer, ask_for_page
from tuimail.tui.figures import format_order, format_range
from tuimail.tui.messages import RowsArrived, StatusesArrived, post_from_thread
from tuimail.tui.screens.panels import FOLDERS, MESSAGES, PanelScreen
from tuimail.tui.visit import LAST_PAGE, Visit
from tuimail.tui.widgets.details import Details
from tuimail.tui.widgets.folder_tree import FolderTree
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.list_panel import ListPanel
from tuimail.tui.widgets.message_list import MessageList
from tuimail.tui.widgets.panel import Panel, PanelHeading
from tuimail.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tuimail.imap.store import MailStore
    from tuimail.tui.state import State

PATIENCE = 0.15
"""Seconds until a page that does not come is said to be on its way."""
LOOK_INTERVAL = 30.0
"""Seconds between two looks for new mail in the folder that is open."""
# Opened at once, beside the request for the list of folders: every server has it.
INBOX = Folder(b"INBOX", MailText("INBOX"), None, ())


class BrowseScreen(PanelScreen):
    """Folders and pages of a mailbox."""

    AUTO_FOCUS = "MessageList"

    def __init__(
        self,
        store: MailStore,
        *,
        account: str,
        state: State,
        clock: Callable[[], datetime],
        demo: bool = False,
    ) -> None:
        super().__init__()
        # Kept rather than looked for: an answer may come when Textual has taken them down already.
        self.folder_tree = FolderTree()
        self.list_panel = ListPanel(clock)
        self.details = Details()
        self.status = StatusLine()
        self.store = store
        self.state = state
        self._account = account
        self._demo = demo
        self._visit = Visit(INBOX, 1, Order())
        """What was asked for last."""
        self._shown: Visit | None = None
        """What stands in the list."""
        self._window: Window | None = None
        self._arrival: PageArrival | None = None
        self._marks: dict[bytes, dict[Identity, Summary]] = {}
        self._validities: dict[bytes, int] = {}
        self._look: Future[None] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="panels"):
            with Panel(id=FOLDERS):
                yield PanelHeading("Folders")
                yield self.folder_tree
            with Container(id="mail"):
                yield self.list_panel
                yield self.details
        yield self.status
        yield KeyLine()

    def on_mount(self) -> None:
        self.status.account = sentences.DEMO if self._demo else self._account
        self.status.states = self.store.connection_states
        self.folder_tree.notice = self.list_panel.messages.notice = sentences.CONNECTING
        self.list_panel.heading.heading = str(INBOX.name)
        self.open_folder(INBOX)
        self.load_folders()
        self.set_interval(LOOK_INTERVAL, self._look_for_mail)

    # --- the panels

    @property
    def account(self) -> str:
        """`user@host`, for people."""
        return self._account

    @property
    def visit(self) -> Visit:
        """What was asked for last."""
        return self._visit

    def focus_target(self, panel: str) -> Widget:
        if panel == FOLDERS:
            return self.folder_tree
        return self.list_panel.messages if panel == MESSAGES else self.details.pane

    # --- folders

    @work(exclusive=True, group="folders")
    async def load_folders(self) -> None:
        """Ask for the folders, then for the counts of those in sight."""
        try:
            folders = await answer(self, self.store.folders())
        except TuimailError:
            self.folder_tree.notice = sentences.NO_FOLDER_LIST
            self.folder_tree.alarm = True
        else:
            self.folder_tree.notice = sentences.NO_FOLDERS
            self.folder_tree.alarm = False
            self.folder_tree.show_folders(folders)
            self._adopt_inbox(folders)
            self.folder_tree.show_opened(self._visit.folder)
            self.load_statuses()

    def _adopt_inbox(self, folders: tuple[Folder, ...]) -> None:
        """INBOX was opened before LIST told more about it."""
        inbox = next((folder for folder in folders if folder.is_inbox), None)
        for visit in (self._visit, self._shown):
            if inbox is not None and visit is not None and visit.folder is INBOX:
                visit.folder = inbox

    @work(group="statuses")
    async def load_statuses(self) -> None:
        """Ask for counts that nobody has asked for yet; they are shown as they come."""
        folders = self.folder_tree.take_unasked()
        arrived: dict[bytes, FolderStatus] = {}

        def take(folder: Folder, status: FolderStatus) -> None:
            arrived[folder.raw_name] = status
            post_from_thread(self, StatusesArrived(arrived))

        try:
            await answer(self, self.store.statuses(folders, take))
        except TuimailError as error:
            self.say(sentences.as_sentence(error))

    def on_statuses_arrived(self, event: StatusesArrived) -> None:
        self.folder_tree.show_statuses(dict(event.statuses))

    @on(FolderTree.Revealed)
    def _ask_for_counts(self) -> None:
        self.load_statuses()

    @on(FolderTree.Picked)
    def _open_picked(self, event: FolderTree.Picked) -> None:
        self.open_folder(event.folder)
        self.focus_panel(MESSAGES)

    def open_folder(self, folder: Folder) -> None:
        """Show the first page of a folder in the order it was last looked at."""
        self.status.sentence = ""  # it was about another folder
        self.folder_tree.show_opened(folder)
        self.open_page(Visit(folder, 1, self.state.order_of(self._account, folder.raw_name)))

    def action_step_folder(self, step: int) -> None:
        folder = self.folder_tree.neighbour(step)
        if folder is not None:
            self.open_folder(folder)

    # --- pages

    def open_page(self, visit: Visit) -> None:
        """Ask for a page; the one that is shown stays until it comes."""
        self._visit = visit
        self.refresh_status()
        if visit.joined or visit.folder.selectable:
            self._load_page(visit)
        else:
            self.workers.cancel_group(self, "page")
            self._show_sentence(visit, sentences.not_selectable(visit.folder))

    @work(exclusive=True, group="page")
    async def _load_page(self, visit: Visit) -> None:
        arrival = PageArrival(visit.order, lambda one: post_from_thread(self, RowsArrived(one)))
        self._arrival = arrival
        patience = self.set_timer(PATIENCE, lambda: self._show_waiting(visit))
        try:
            page = await answer(
                self, ask_for_page(self.store, visit, arrival, self.list_panel.extra)
            )
        except TuimailError as error:
            self._show_sentence(visit, sentences.failed(error), alarm=True)
        else:
            self._show_page(visit, page)
        finally:
            patience.stop()

    def _show_waiting(self, visit: Visit) -> None:
        if not visit.shown:
            self.list_panel.show_waiting(sentences.waiting(visit.folder, visit.order, visit.query))

    def on_rows_arrived(self, event: RowsArrived) -> None:
        visit, window = self._visit, event.arrival.window
        if event.arrival is not self._arrival or window is None:
            return
        rows = event.arrival.rows()
        cursor = self.list_panel.messages.cursor if visit.shown else visit.cursor(rows)
        self.list_panel.show_arriving(visit.folder, rows, cursor)
        self._settle(visit, window)

    def _show_page(self, visit: Visit, page: Page | JoinedPage) -> None:
        self._arrival = None
        messages = self.list_panel.messages
        if visit.shown and messages.current is not None:
            visit.keep, visit.row = messages.current.identity, messages.cursor
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
        self._settle(visit, page.window)

    def _settle(self, visit: Visit, window: Window) -> None:
        """The list shows rows of this visit from now on."""
        visit.shown = True
        self._shown, self._window = visit, window
        self.list_panel.messages.marks = frozenset(self.marks)
        self.refresh_status()
        self.show_current()

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

    def action_turn_page(self, step: int) -> None:
        self._go_to_page(self._visit.number + step)

    @on(MessageList.PastEdge)
    def _turn_past_edge(self, event: MessageList.PastEdge) -> None:
        self._go_to_page(self._visit.number + event.step, at_bottom=event.step < 0)

    def action_first_page(self) -> None:
        self._go_to_page(1)

    def action_last_page(self) -> None:
        self._go_to_page(self._window.pages if self._window else LAST_PAGE)

    def _go_to_page(self, number: int, *, at_bottom: bool = False) -> None:
        visit = self._visit
        known = self._window.pages if self._window and self._shown is visit else LAST_PAGE
        if 1 <= number <= known and number != visit.number:
            self.open_page(visit.turned_to(number, at_bottom=at_bottom))

    def action_turn_order(self) -> None:
        self.change_order(self._visit.order.turned())

    def change_order(self, order: Order) -> None:
        """Show page 1 in another order, and remember it for the folder."""
        self.state.set_order(self._account, self._visit.folder.raw_name, order)
        self.keep_state()
        self.open_page(self._visit.sorted_by(order))

    def action_reload(self) -> None:
        visit, messages = self._visit, self.list_panel.messages
        again = visit.turned_to(visit.number).asked_anew()
        again.row = messages.cursor
        if messages.current is not None:
            again.keep = messages.current.identity
        self.open_page(again)
        self.folder_tree.forget_statuses()
        self.load_folders()

    def _look_for_mail(self) -> None:
        """New mail changes the range and the counts, never the rows."""
        if self._shown is not None and (self._look is None or self._look.done()):
            self._look = self.store.look(self._shown.folder)

    def show_total(self, folder: bytes, total: int) -> None:
        """The server said how many messages a folder holds now."""
        self.folder_tree.show_total(folder, total)
        window = self._window
        shown = self._shown
        if shown and window and shown.folder.raw_name == folder and not shown.joined:
            if shown.query is None and total != window.total:
                self._window = replace(window, total=total)
                self.list_panel.heading.note = sentences.CHANGED
            self.refresh_status()

    def refresh_status(self) -> None:
        """Let the status line say what was asked for last."""
        visit, status = self._visit, self.status
        here = self._shown is visit
        status.folder = sentences.place(visit.folder, visit.query, joined=bool(visit.joined))
        if here:
            status.range = format_range(self._window) if self._window else ""
        else:
            status.range = "…"
        status.order = format_order(visit.order)
        status.marked = len(self.marks)

    # --- marks

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

    def keep_state(self) -> None:
        """Write down what the next run shall know."""
        try:
            self.state.save()
        except FileError as error:
            self.say(sentences.as_sentence(error))

    def say(self, sentence: str) -> None:
        """A notice for a few seconds; safe text."""
        self.status.say(sentence)
