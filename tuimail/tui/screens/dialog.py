"""What every dialog is: a box over the screen that Esc closes."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from tuimail.tui.keys import DIALOG_KEYS

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box with a question; None is the answer of whoever leaves by Esc."""

    BINDINGS = [*DIALOG_KEYS]

    def action_leave(self) -> None:
        self.dismiss(None)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer once; a key that was typed before the box had gone finds nothing to close."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
