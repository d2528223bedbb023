"""Finding one's way: folders, pages, orders. The screen mediates, panels show."""

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
from tuimail.imap.folder import INBOX, Folder, FolderStatus
from tuimail.imap.paging import Order
from tuimail.tui import sentences
from tuimail.tui.asking import answer
from tuimail.tui.messages import StatusesArrived, post_from_thread
from tuimail.tui.screens.pages import PageScreen
from tuimail.tui.screens.panels import FOLDERS, MESSAGES
from tuimail.tui.visit import LAST_PAGE, Visit
from tuimail.tui.widgets.folder_tree import FolderTree
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.message_list import MessageList
from tuimail.tui.widgets.panel import Panel, PanelHeading

if TYPE_CHECKING:
    from tuimail.imap.store import MailStore
    from tuimail.tui.last_page import LastPage
    from tuimail.tui.state import State

LOOK_INTERVAL = 30.0
"""Seconds between two looks for new mail in the folder that is open."""


# Other widgets cover these and the screen: nothing of them is seen, so they draw blanks, and a
# start takes a tenth less processor time.
class _Panels(Horizontal):
    BLANK = True


class _Mail(Container):
    BLANK = True


class BrowseScreen(PageScreen):
    """Folders and pages of a mailbox."""

    BLANK = True
    AUTO_FOCUS = "MessageList"

    def __init__(
        self,
        store: MailStore,
        *,
        account: str,
        state: State,
        clock: Callable[[], datetime],
        demo: bool = False,
        last_page: LastPage | None = None,
    ) -> None:
        super().__init__(store, clock=clock, last_page=last_page)
        self.state = state
        self._account = account
        self._demo = demo
        self._look: Future[None] | None = None

    def compose(self) -> ComposeResult:
        with _Panels(id="panels"):
            with Panel(id=FOLDERS):
                yield PanelHeading("Folders")
                yield self.folder_tree
            with _Mail(id="mail"):
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
        if not self.visit.shown:  # the server was faster than Textual
            self.read_last_page()
        self.load_folders()
        self.set_interval(LOOK_INTERVAL, self._look_for_mail)

    # --- the panels

    @property
    def account(self) -> str:
        """`user@host`, for people."""
        return self._account

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

    def keep_state(self) -> None:
        """Write down what the next run shall know."""
        try:
            self.state.save()
        except FileError as error:
            self.say(sentences.as_sentence(error))
