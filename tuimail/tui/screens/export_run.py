"""How far the export is that runs."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tuimail.files import shown_path
from tuimail.tui.keys import EXPORT_RUN_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.widgets.key_line import KeyLine


class ExportRunScreen(Dialog[bool]):
    """Shows what it is told, and answers True when the export shall stop."""

    BINDINGS = [*EXPORT_RUN_KEYS]

    def __init__(self, sentence: str, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        # Kept rather than looked for: there may be news before it is mounted.
        self._progress = Static(Content(sentence))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content("An export is running")
            yield self._progress
            yield Static(Content(f"into {shown_path(self._directory)}"))
            yield Static(
                "s stops it; the same export goes on later. Esc lets it run.",
                markup=False,
                classes="hint",
            )
        yield KeyLine()

    def show(self, sentence: str) -> None:
        """It has come further; safe text."""
        self._progress.update(Content(sentence))

    def action_stop(self) -> None:
        self.dismiss(True)
