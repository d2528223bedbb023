"""Where the messages of each folder go: the server's hierarchy, in names that every disk takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from tuimail.export.proof import INDEX_FILE, SUMS_FILE
from tuimail.export.records import FolderRecord
from tuimail.files import name_key, numbered_name, safe_name
from tuimail.imap.folder import Folder

_RESERVED = (INDEX_FILE, SUMS_FILE)
"""What stands at the top of an export; `.tuimail` needs no word, since no safe name is hidden."""
# A file of a message may stand beside the folder, and no two may have one name.
_MESSAGE_SUFFIXES = (".eml", ".msg")

Levels = tuple[str, ...]


class Layout:
    """Paths of folders, no two the same for any file system, and the same on every run.

    `records` are the folders of earlier runs, which keep their paths; new ones find their parents
    there.
    """

    def __init__(self, records: Sequence[FolderRecord]) -> None:
        self._paths: dict[Levels, Levels] = {(): ()}
        self._keys: set[Levels] = {(name_key(name),) for name in _RESERVED}
        self._owners: dict[Levels, bytes] = {}
        """Of paths, the raw names of the folders whose messages go there."""
        for record in records:
            path = tuple(record.path.split("/"))
            self._owners[path] = record.raw_name
            self._keys.update(_key(path[:end]) for end in range(1, len(path) + 1))
            if len(record.levels) == len(path):
                for end in range(1, len(path) + 1):
                    self._paths.setdefault(record.levels[:end], path[:end])

    def place(self, folder: Folder) -> str:
        """The folder's path, relative to the export, its levels separated by `/`."""
        levels = folder_levels(folder)
        path = self._place(levels)
        # Two raw names may be decoded to one.
        if self._owners.setdefault(path, folder.raw_name) != folder.raw_name:
            path = (*path[:-1], self._choose(path[:-1], path[-1]))
            self._keys.add(_key(path))
            self._owners[path] = folder.raw_name
        return "/".join(path)

    def _place(self, levels: Levels) -> Levels:
        path = self._paths.get(levels)
        if path is None:
            parent = self._place(levels[:-1])
            path = (*parent, self._choose(parent, _component(levels[-1])))
            self._keys.add(_key(path))
            self._paths[levels] = path
        return path

    def _choose(self, parent: Levels, name: str) -> str:
        for number in count(1):
            chosen = numbered_name(name, number)
            if _key((*parent, chosen)) not in self._keys:
                return chosen
        raise AssertionError("count() has no end")


def is_renamed(folder: Folder, path: str) -> bool:
    """Whether the path is not just the folder's name with `/` between its levels."""
    return path != "/".join(folder_levels(folder))


def folder_levels(folder: Folder) -> Levels:
    """Of its name, decoded; INBOX is one folder in any case (RFC 9051, 5.1)."""
    levels = tuple(level.decoded for level in folder.path)
    return ("INBOX", *levels[1:]) if levels[0].upper() == "INBOX" else levels


def _component(name: str) -> str:
    safe = safe_name(name)
    if name_key(safe).endswith(_MESSAGE_SUFFIXES):
        return safe_name(safe, suffix="_")
    return safe


def _key(path: Levels) -> Levels:
    return tuple(map(name_key, path))
