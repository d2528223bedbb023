"""The one question before leaving: a save or an export is running."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tuimail.tui.keys import QUIT_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.widgets.key_line import KeyLine


class QuitScreen(Dialog[bool]):
    """Answers True when the user wants to leave all the same."""

    BINDINGS = [*QUIT_KEYS]

    def __init__(self, *, export: bool = False) -> None:
        super().__init__()
        self._what, self._rest = (
            ("An export", "the same export goes on with the rest later")
            if export
            else ("A save", "the rest can be saved again")
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"{self._what} is running")
            yield Static(
                f"Leaving stops it. What has been saved is whole; {self._rest}.",
                markup=False,
            )
            yield Static("y leaves, Esc stays.", classes="hint")
        yield KeyLine()

    def action_leave_app(self) -> None:
        self.dismiss(True)
