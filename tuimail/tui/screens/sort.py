"""Choosing what the list is sorted by."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tuimail.imap.paging import SortKey
from tuimail.tui.cells import fit_cells
from tuimail.tui.keys import CHOICE_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.line_list import LineList

SORT_WORDS = {
    SortKey.ARRIVAL: "arrival: as the folder holds them",
    SortKey.RECEIVED: "received: when the server got them",
    SortKey.DATE: "date: when they were written",
    SortKey.FROM: "from",
    SortKey.TO: "to",
    SortKey.CC: "cc",
    SortKey.SUBJECT: "subject, without Re: and Fwd:",
    SortKey.SIZE: "size",
}


class SortKeyList(LineList):
    """One line a key; the one in force has a dot."""

    BINDINGS = [*CHOICE_KEYS]

    def __init__(self, in_force: SortKey) -> None:
        super().__init__()
        self._in_force = in_force

    @property
    def chosen(self) -> SortKey:
        return list(SortKey)[self.cursor]

    def on_mount(self) -> None:
        self.styles.height = len(SortKey)
        self.set_rows(len(SortKey), list(SortKey).index(self._in_force))

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        key = list(SortKey)[index]
        sign = "(●)" if key is self._in_force else "( )"
        return [Segment(f"{sign} ", style), Segment(fit_cells(SORT_WORDS[key], width - 4), style)]


class SortScreen(Dialog[SortKey]):
    """Answers with a sort key."""

    def __init__(self, in_force: SortKey) -> None:
        super().__init__()
        self._in_force = in_force

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Sort by")
            yield SortKeyList(self._in_force)
            yield Static("Enter sorts; o turns the order over.", classes="hint")
        yield KeyLine()

    @on(LineList.Chosen)
    def _choose(self) -> None:
        self.dismiss(self.query_one(SortKeyList).chosen)
