"""The one question before leaving: a save is running."""

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

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content("A save is running")
            yield Static(
                "Leaving stops it. What has been saved is whole; the rest can be saved again.",
                markup=False,
            )
            yield Static("y leaves, Esc stays.", classes="hint")
        yield KeyLine()

    def action_leave_app(self) -> None:
        self.dismiss(True)
