"""The one screen: it knows the mailbox, asks the store, and tells the panels what to show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.widget import Widget
from textual.widgets import Footer

from tuimail.errors import TuimailError
from tuimail.imap.events import (
    Alert,
    ConnectionsChanged,
    ConnectionState,
    Lost,
    MessagesChanged,
    Reconnected,
    Throttled,
)
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.identity import Identity
from tuimail.imap.page import Page
from tuimail.imap.paging import Order
from tuimail.imap.structure import text_part
from tuimail.imap.summary import Summary
from tuimail.text import MailText
from tuimail.tui import sentences
from tuimail.tui.arrival import PageArrival
from tuimail.tui.figures import format_order, format_range
from tuimail.tui.keys import BROWSE_KEYS
from tuimail.tui.messages import RowsArrived, StatusesArrived, StoreReported, post_from_thread
from tuimail.tui.reading import read_headers, read_text
from tuimail.tui.screens.panels import DETAILS, FOLDERS, MESSAGES, PanelScreen
from tuimail.tui.visit import LAST_PAGE, Visit
from tuimail.tui.widgets.details import Details, Tab
from tuimail.tui.widgets.folder_tree import FolderTree
from tuimail.tui.widgets.line_list import LineList
from tuimail.tui.widgets.list_panel import ListPanel
from tuimail.tui.widgets.message_list import MessageList
from tuimail.tui.widgets.panel import Panel, PanelHeading
from tuimail.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tuimail.imap.store import MailStore
    from tuimail.tui.state import State

PATIENCE = 0.15
"""Seconds until a page that does not come is said to be on its way."""
# Opened at once, beside the request for the list of folders: every server has it.
INBOX = Folder(b"INBOX", MailText("INBOX"), None, ())


class MainScreen(PanelScreen):
    """Folders, messages, details."""

    BINDINGS = [*BROWSE_KEYS]
    AUTO_FOCUS = "MessageList"

    def __init__(
        self, store: MailStore, *, account: str, state: State, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._store = store
        self._account = account
        self._state = state
        self._clock = clock
        self._page: Page | None = None
        self._visit = Visit(INBOX, 1, Order())
        self._total = 0
        self._marks: dict[bytes, frozenset[Identity]] = {}

    def compose(self) -> ComposeResult:
        with Horizontal(id="panels"):
            with Panel(id=FOLDERS):
                yield PanelHeading()
                yield FolderTree()
            with Container(id="mail"):
                yield ListPanel(self._clock, id=MESSAGES)
                yield Details(id=DETAILS)
        yield StatusLine()
        yield Footer(compact=True, show_command_palette=False)
