"""The hierarchy of folders, and which of its lines stand open: no drawing here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tuimail.imap.folder import SPECIAL_USES, Folder
from tuimail.mail.mailbox_names import is_inbox
from tuimail.text import MailText

_OPEN_ALL = 40
"""A mailbox of so few folders shows all of them at once."""

Path = tuple[str, ...]
"""The levels of a folder's name, as decoded: what a level is known by."""


@dataclass(slots=True)
class Level:
    """One level of the hierarchy: a folder, or a name that LIST did not give but others need."""

    path: Path
    folder: Folder | None = None
    children: dict[str, Level] = field(default_factory=dict)

    @property
    def name(self) -> MailText:
        return MailText(self.path[-1])

    @property
    def depth(self) -> int:
        """0 for the outermost."""
        return len(self.path) - 1

    @property
    def selectable(self) -> bool:
        return self.folder is not None and self.folder.selectable

    @property
    def rank(self) -> tuple[bool, int, str, str]:
        """INBOX, then special uses in the order people expect, then the names."""
        folder = self.folder
        use = folder.special_use if folder else None
        place = SPECIAL_USES.index(use) if use else len(SPECIAL_USES)
        name = self.path[-1]
        return (not (folder and folder.is_inbox), place, name.casefold(), name)


class FolderOutline:
    """The folders of an account as lines, of which those under a closed level are hidden.

    A level's children are put in order when it is opened: an account may have thousands.
    """

    def __init__(self, folders: Iterable[Folder] = ()) -> None:
        self._top = Level(())
        self._open: set[Path] = set()
        self._sorted: dict[Path, list[Level]] = {}
        count = 0
        for folder in folders:
            self._place(folder)
            count += 1
        if count <= _OPEN_ALL:
            self._open = {level.path for level in _walk(self._top) if level.children}
        self.lines: list[Level] = []
        self._lay_out()

    def is_open(self, level: Level) -> bool:
        return level.path in self._open

    def set_open(self, level: Level, opened: bool) -> bool:
        """Open or close a level; whether that changed a line."""
        if not level.children or opened == self.is_open(level):
            return False
        if opened:
            self._open.add(level.path)
        else:
            self._open.discard(level.path)
        self._lay_out()
        return True

    def reveal(self, folder: Folder) -> int | None:
        """Open what hides `folder`; its line's index, or None for a folder that is not here."""
        path = _path_of(folder)
        self._open.update(path[:depth] for depth in range(1, len(path)))
        self._lay_out()
        return self.find(folder)

    def find(self, folder: Folder) -> int | None:
        """The index of a folder's line; None while it is hidden."""
        path = _path_of(folder)
        return next((i for i, level in enumerate(self.lines) if level.path == path), None)

    def parent_of(self, level: Level) -> int | None:
        """The index of the line above in the hierarchy."""
        path = level.path[:-1]
        return next((i for i, other in enumerate(self.lines) if other.path == path), None)

    def every_folder(self) -> Iterator[Folder]:
        """Every folder that LIST told of, hidden or not, in no order."""
        for level in _walk(self._top):
            if level.folder is not None:
                yield level.folder

    def selectable_folders(self) -> Iterator[Folder]:
        """Those of them that can be opened."""
        return (folder for folder in self.every_folder() if folder.selectable)

    def next_selectable(self, index: int, step: int) -> int | None:
        """The nearest line that can be opened as a folder, `step` 1 down or -1 up from `index`."""
        index += step
        while 0 <= index < len(self.lines):
            if self.lines[index].selectable:
                return index
            index += step
        return None

    def copy_open(self, other: FolderOutline) -> None:
        """Stand open where `other` did, after the folders have been asked for again."""
        known = {level.path for level in _walk(other._top)}
        fresh = {level.path for level in _walk(self._top)} - known
        self._open = (self._open & fresh) | other._open
        self._lay_out()

    def _place(self, folder: Folder) -> None:
        level = self._top
        path = _path_of(folder)
        for depth, name in enumerate(path, start=1):
            level = level.children.setdefault(name, Level(path[:depth]))
        level.folder = folder

    def _children(self, level: Level) -> list[Level]:
        if level.path not in self._sorted:
            self._sorted[level.path] = sorted(level.children.values(), key=lambda one: one.rank)
        return self._sorted[level.path]

    def _lay_out(self) -> None:
        self.lines = []
        # By hand: a name may have more levels than Python has stack.
        waiting = list(reversed(self._children(self._top)))
        while waiting:
            level = waiting.pop()
            self.lines.append(level)
            if level.path in self._open:
                waiting.extend(reversed(self._children(level)))


def _path_of(folder: Folder) -> Path:
    path = tuple(level.decoded for level in folder.path)
    # INBOX is one name in any case, also as the first level of another one.
    if path and is_inbox(path[0]):
        return ("INBOX", *path[1:])
    return path


def _walk(top: Level) -> Iterator[Level]:
    waiting = list(top.children.values())
    while waiting:
        level = waiting.pop()
        yield level
        waiting.extend(level.children.values())
