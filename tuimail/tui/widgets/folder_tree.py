"""The account's folders: hierarchy, counts, and which one is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from tuimail.imap.folder import Folder, FolderStatus
from tuimail.tui.cells import fit_cells
from tuimail.tui.figures import format_count
from tuimail.tui.folder_outline import FolderOutline, Level
from tuimail.tui.keys import FOLDER_KEYS
from tuimail.tui.widgets.line_list import LineList

_OPENED, _CLOSED, _LEAF = "▾", "▸", " "
_NOT_SELECTABLE = "—"
_INDENT = 2


class FolderTree(LineList):
    """One line a folder; a name that cannot be opened is faint and carries a dash for its counts.

    Moving the cursor opens nothing; Enter opens the folder under it.
    """

    BINDINGS = [*FOLDER_KEYS]

    @dataclass
    class Picked(Message):
        """A folder was chosen to be opened."""

        folder: Folder
        """The folder; a name that cannot be opened only where nothing stands below it."""

    @dataclass
    class Revealed(Message):
        """Lines came into sight; nobody may have asked for their counts yet."""

    def __init__(self) -> None:
        super().__init__()
        self._outline = FolderOutline()
        self._statuses: dict[bytes, FolderStatus] = {}
        self._asked: set[bytes] = set()
        self._opened: Folder | None = None

    @property
    def outline(self) -> FolderOutline:
        return self._outline

    @property
    def pointed_at(self) -> Folder | None:
        """The folder under the cursor, whether it can be opened or not."""
        lines = self._outline.lines
        return lines[self.cursor].folder if self.cursor < len(lines) else None

    def take_unasked(self) -> list[Folder]:
        """The folders in sight whose counts nobody has asked for; from now on they are asked."""
        folders = [level.folder for level in self._outline.lines if level.folder is not None]
        unasked = [one for one in folders if one.selectable and one.raw_name not in self._asked]
        self._asked.update(folder.raw_name for folder in unasked)
        return unasked

    def show_folders(self, folders: Sequence[Folder]) -> None:
        """Show these folders, in the order people expect; what stood open stays open."""
        outline = FolderOutline(folders)
        outline.copy_open(self._outline)
        at = self._outline.lines[self.cursor] if self._outline.lines else None
        self._outline = outline
        index = outline.find(at.folder) if at and at.folder else None
        self.set_rows(len(outline.lines), index or 0)

    def show_opened(self, folder: Folder) -> None:
        """Mark `folder` as the open one and put the cursor on it."""
        self._opened = folder
        index = self._outline.reveal(folder)
        self.set_rows(len(self._outline.lines), self.cursor if index is None else index)

    def show_statuses(self, statuses: Mapping[bytes, FolderStatus]) -> None:
        """Take over counts, by raw name, as they arrive."""
        self._statuses.update(statuses)
        self.refresh()

    def show_total(self, raw_name: bytes, messages: int) -> None:
        """Take over how many messages a folder holds; the other counts stay."""
        known = self._statuses.get(raw_name, FolderStatus())
        if known.messages != messages:
            self._statuses[raw_name] = replace(known, messages=messages)
            self.refresh()

    def forget_statuses(self) -> None:
        """Let all counts be asked for again; the old ones stay on the screen until then."""
        self._asked.clear()

    def neighbour(self, step: int) -> Folder | None:
        """The next (1) or previous (-1) folder that can be opened, seen from the open one."""
        index = self._outline.find(self._opened) if self._opened else None
        found = self._outline.next_selectable(self.cursor if index is None else index, step)
        return None if found is None else self._outline.lines[found].folder

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        level = self._outline.lines[index]
        folder = level.folder
        status = self._statuses.get(folder.raw_name, FolderStatus()) if folder else FolderStatus()
        faint = self.style_of("line--faint", style)
        strong = self.style_of("line--strong", style)
        if not level.selectable:
            counts = [Segment(_NOT_SELECTABLE, faint)]
        elif status.unseen:
            counts = [
                Segment(format_count(status.unseen), strong),
                Segment(f"/{format_count(status.messages)}", faint),
            ]
        else:
            counts = [Segment(format_count(status.messages), faint)]
        sign = _LEAF
        if level.children:
            sign = _OPENED if self._outline.is_open(level) else _CLOSED
        indent = " " * min(level.depth * _INDENT, width // 3)
        room = width - len(indent) - 2 - sum(cell_len(count.text) for count in counts) - 1
        name_style = style
        if not level.selectable:
            name_style = faint
        elif folder and self._opened and folder.raw_name == self._opened.raw_name:
            name_style = strong
        return [
            Segment(f"{indent}{sign} ", faint),
            Segment(fit_cells(str(level.name), room) + " ", name_style),
            *counts,
        ]

    def action_choose(self) -> None:
        level = self._current()
        if level is None:
            return
        if level.folder is not None and (level.selectable or not level.children):
            self.post_message(self.Picked(level.folder))
        else:
            self._set_open(level, not self._outline.is_open(level))

    def action_open_level(self) -> None:
        level = self._current()
        if level is not None and not self._set_open(level, True):
            self.cursor += 1

    def action_close_level(self) -> None:
        level = self._current()
        if level is None or self._set_open(level, False):
            return
        parent = self._outline.parent_of(level)
        if parent is not None:
            self.cursor = parent

    def _current(self) -> Level | None:
        lines = self._outline.lines
        return lines[self.cursor] if self.cursor < len(lines) else None

    def _set_open(self, level: Level, opened: bool) -> bool:
        if not self._outline.set_open(level, opened):
            return False
        self.set_rows(len(self._outline.lines), self.cursor)
        if opened:
            self.post_message(self.Revealed())
        return True
