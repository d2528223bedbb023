"""The middle panel: a page of messages, or the sentence that stands for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import ComposeResult

from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.page import JoinedPage, Page
from tuimail.imap.summary import Summary
from tuimail.tui.columns import ExtraColumn, folder_column
from tuimail.tui.widgets.message_list import ColumnTitles, MessageList
from tuimail.tui.widgets.panel import Panel, PanelHeading

LOADING = "loading…"
# Whoever looks into these wants to know to whom a message went.
_SENT_USES = ("\\Sent", "\\Drafts")


class ListPanel(Panel):
    """Heading, column titles and list; never blank."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(id="messages")
        self.heading = PanelHeading()
        self.titles = ColumnTitles()
        self.messages = MessageList(clock)
        self.extra: tuple[ExtraColumn, ...] = ()
        """Columns that somebody added, for pages that are shown from now on."""

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.titles
        yield self.messages

    def on_message_list_columns_changed(self, event: MessageList.ColumnsChanged) -> None:
        event.stop()
        self.titles.columns = event.columns

    def show_waiting(self, sentence: str, note: str) -> None:
        """Another page was asked for and does not come at once: dim what stands here.

        The sentence stands where no rows do, the note above them.
        """
        self.messages.stale = True
        self.messages.notice = sentence
        self.messages.alarm = False
        self.heading.note = note

    def show_arriving(
        self,
        folder: Folder,
        rows: Sequence[Summary | None],
        cursor: int,
        folders: Sequence[Folder] = (),
    ) -> None:
        """Show the rows that have come, and room for the others; for `folders` see `show_page`."""
        self._show(folder, rows, cursor, _names(folders))
        self.heading.note = LOADING

    def show_page(
        self,
        folder: Folder,
        page: Page | JoinedPage,
        cursor: int,
        empty: str,
        *,
        folders: Sequence[Folder] = (),
    ) -> None:
        """Show a whole page; `empty` is the sentence for one without messages.

        With `folders` the page is of them all, and each row tells of which.
        """
        self._show(folder, page.summaries, cursor, _names(folders))
        self.messages.notice = empty
        self.messages.alarm = False
        self.heading.note = f"page {page.window.number:,} of {page.window.pages:,}"

    def show_known(
        self, folder: Folder, page: Page, cursor: int, empty: str, note: str, *, dimmed: bool
    ) -> None:
        """Show a page as it was before; `note` says that it is not known to be so still."""
        self.show_page(folder, page, cursor, empty)
        self.messages.stale = dimmed
        self.add_note(note)

    def add_note(self, note: str) -> None:
        """Say something of the page that is shown."""
        self.heading.note = f"{self.heading.note.partition(', ')[0]}, {note}"

    def show_sentence(self, folder: Folder, sentence: str, *, alarm: bool = False) -> None:
        """Show a sentence instead of rows: an error, a folder that cannot be opened."""
        self.messages.notice = sentence
        self.messages.alarm = alarm
        self._show(folder, (), 0)
        self.heading.note = ""

    def end_waiting(self, note: str) -> None:
        """What stands here is what there is."""
        self.messages.stale = False
        self.heading.note = note

    def find(self, identity: Identity) -> int | None:
        """The row of a message."""
        rows = self.messages.rows
        return next((i for i, row in enumerate(rows) if row and row.identity == identity), None)

    def _show(
        self,
        folder: Folder,
        rows: Sequence[Summary | None],
        cursor: int,
        names: dict[bytes, str] | None = None,
    ) -> None:
        recipients = folder.special_use in _SENT_USES
        self.heading.heading = f"{folder.name} and below" if names else str(folder.name)
        self.titles.person = "To" if recipients else "From"
        self.messages.stale = False
        extra = (folder_column(names), *self.extra) if names else self.extra
        self.messages.show_rows(rows, cursor, recipients=recipients, extra=extra)


def _names(folders: Sequence[Folder]) -> dict[bytes, str]:
    return {each.raw_name: str(each.name) for each in folders}
