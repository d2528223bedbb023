"""Choosing among the links that end a subscription."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tuimail.mail.unsubscribe import Link, ListUnsubscribe
from tuimail.tui.cells import fit_cells
from tuimail.tui.keys import CHOICE_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.line_list import LineList

_HEIGHT = 8
"""Rows; more of them scroll."""


class LinkList(LineList):
    """One line a link."""

    BINDINGS = [*CHOICE_KEYS]

    def __init__(self, links: Sequence[Link], start: int) -> None:
        super().__init__()
        self._links = links
        self._start = start

    @property
    def current(self) -> Link:
        return self._links[self.cursor]

    def on_mount(self) -> None:
        self.styles.height = min(len(self._links), _HEIGHT)
        self.set_rows(len(self._links), self._start)

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        link = self._links[index]
        sign = "!" if link.warning else " "
        faint = self.style_of("line--faint", style)
        return [
            Segment(f"{sign} {fit_cells(link.scheme, 7)}", faint),
            Segment(fit_cells(str(link.shown), width - 9), style),
        ]


class LinksScreen(Dialog[Link]):
    """Answers with the chosen link; the whole of the one under the cursor stands below."""

    def __init__(self, field: ListUnsubscribe) -> None:
        super().__init__()
        self._field = field

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Copy an unsubscribe link")
            links = self._field.links
            yield LinkList(links, links.index(self._field.best) if self._field.best else 0)
            yield Static(id="link", markup=False)
            yield Static("Enter copies it. Nothing is opened, nothing is sent.", classes="hint")
        yield KeyLine()

    @on(LinkList.CursorMoved)
    def _show_whole_link(self) -> None:
        self._show()

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        link = self.query_one(LinkList).current
        lines = [str(link.shown), link.warning or ""]
        if self._field.one_click and link.scheme == "https":
            lines.append("One click is enough there.")
        self.query_one("#link", Static).update(Content("\n".join(line for line in lines if line)))

    @on(LinkList.Chosen)
    def _choose(self) -> None:
        self.dismiss(self.query_one(LinkList).current)
