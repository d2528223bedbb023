"""What every dialog is: a box over the screen that Esc closes."""

from __future__ import annotations

from typing import TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box with a question; None is the answer of whoever leaves by Esc."""

    BINDINGS = [
        Binding(
            "escape",
            "leave",
            "Back",
            tooltip="Close this without doing anything.",
            id="dialog.leave",
        )
    ]

    def action_leave(self) -> None:
        self.dismiss(None)
