"""One line of text, asked for and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tuimail.errors import UsageError
from tuimail.imap.query import QueryError
from tuimail.text import safe_line
from tuimail.tui.keys import PROMPT_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.sentences import as_sentence
from tuimail.tui.widgets.key_line import KeyLine

Answer = TypeVar("Answer")


class PromptScreen(Dialog[Answer], Generic[Answer]):
    """Asks until `read` takes the line; a mistake is told with a caret under its place."""

    BINDINGS = [*PROMPT_KEYS]
    AUTO_FOCUS = "Input"

    def __init__(
        self, title: str, hint: str, read: Callable[[str], Answer], *, value: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._read = read
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe_line(self._title))
            yield Input(self._value, compact=True)
            # Right under the line that was typed, so that the caret points into it.
            yield Static(id="mistake", markup=False)
            yield Static(Content(self._hint), classes="hint")
        yield KeyLine()

    def on_input_changed(self) -> None:
        self.query_one("#mistake", Static).update("")

    @on(Input.Submitted)
    def action_answer(self) -> None:
        field = self.query_one(Input)
        try:
            answer = self._read(field.value)
        except UsageError as error:
            caret = ""
            if isinstance(error, QueryError):
                caret = " " * cell_len(error.query[: error.position]) + "^\n"
                field.cursor_position = error.position
            self.query_one("#mistake", Static).update(Content(caret + as_sentence(error)))
        else:
            self.dismiss(answer)
