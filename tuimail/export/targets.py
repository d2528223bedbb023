"""The folders of an export on the disk, each open for as long as files go there."""

from __future__ import annotations

from collections.abc import Iterable

from tuimail.export.records import FolderRecord
from tuimail.files import Directory


class Targets:
    """Opens and closes them; one thread at a time may use it."""

    def __init__(self, top: Directory, folders: Iterable[FolderRecord]) -> None:
        self._top = top
        self._records = {folder.id: folder for folder in folders}
        self._open: dict[int, tuple[Directory, int]] = {}
        """With how many times each was opened and not released."""

    def record(self, folder: int) -> FolderRecord:
        return self._records[folder]

    def open(self, folder: int) -> Directory:
        """The folder's directory, made when it is missing; `release` it. Raises FileError."""
        if folder in self._open:
            directory, users = self._open[folder]
        else:
            directory, users = make_folder(self._top, self._records[folder].path), 0
        self._open[folder] = (directory, users + 1)
        return directory

    def release(self, folder: int) -> None:
        """Files of one batch fewer go there."""
        directory, users = self._open[folder]
        if users > 1:
            self._open[folder] = (directory, users - 1)
        else:
            del self._open[folder]
            directory.close()


def make_folder(top: Directory, path: str) -> Directory:
    """Open a folder of the export, made where it is missing. Raises FileError."""
    first, *rest = path.split("/")
    directory = top.child(first)
    for name in rest:
        with directory as parent:
            directory = parent.child(name)
    return directory
