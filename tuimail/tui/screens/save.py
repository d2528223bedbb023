"""Where to save messages, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tuimail.errors import UsageError
from tuimail.export.names import SaveFormat
from tuimail.files import shown_path
from tuimail.tui.cells import fit_cells
from tuimail.tui.figures import format_messages
from tuimail.tui.keys import CHOICE_KEYS, SAVE_KEYS
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.sentences import as_sentence
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.line_list import LineList

_FORMAT_WORDS = {
    SaveFormat.EML: "EML: each message byte for byte as the server holds it",
    SaveFormat.MSG: "MSG: a file that Outlook opens",
}


@dataclass(frozen=True, slots=True)
class SaveChoice:
    """The answer of the dialog."""

    directory: Path
    """Absolute."""
    save_format: SaveFormat


class FormatList(LineList):
    """The formats; the one under the cursor is chosen."""

    BINDINGS = [*CHOICE_KEYS]

    @property
    def chosen(self) -> SaveFormat:
        return list(SaveFormat)[self.cursor]

    def __init__(self, save_format: SaveFormat = SaveFormat.EML) -> None:
        super().__init__()
        self._first = save_format

    def on_mount(self) -> None:
        self.set_rows(len(SaveFormat), list(SaveFormat).index(self._first))

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        save_format = list(SaveFormat)[index]
        sign = "(●)" if index == self.cursor else "( )"
        words = fit_cells(_FORMAT_WORDS[save_format], width - 4)
        return [Segment(f"{sign} ", style), Segment(words, style)]


class SaveScreen(Dialog[SaveChoice]):
    """Asks for the folder and the format; the folder of the last time stands there already."""

    BINDINGS = [*SAVE_KEYS]
    AUTO_FOCUS = "Input"

    def __init__(self, count: int, directory: Path | None) -> None:
        super().__init__()
        self._count = count
        self._directory = directory

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"Save {format_messages(self._count)}")
            yield Static("Into this folder, which is made if it is missing:", markup=False)
            yield Input(
                shown_path(self._directory) if self._directory else "",
                placeholder="~/saved-mail",
                compact=True,
                id="folder",
            )
            yield FormatList()
            yield Static("Enter saves. A file that is there already is kept.", classes="hint")
        yield KeyLine()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def action_save(self) -> None:
        try:
            directory = read_folder(self.query_one(Input).value, self._directory)
        except UsageError as error:
            self.query_one(".hint", Static).update(Content(as_sentence(error)))
        else:
            self.dismiss(SaveChoice(directory, self.query_one(FormatList).chosen))


def read_folder(text: str, shown: Path | None = None) -> Path:
    """An absolute path; `shown` where the text is what stood there. Raises UsageError."""
    text = text.strip()
    if not text or "\0" in text:
        raise UsageError("type the name of a folder first")
    if shown is not None and text == shown_path(shown):
        return shown
    return Path(text).expanduser().absolute()
