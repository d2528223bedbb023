"""The folders of an export on the disk, each open for as long as files go there."""

from __future__ import annotations

import threading

from tuimail.files import Directory


class Targets:
    """Opens and closes them; any thread may use it."""

    def __init__(self, top: Directory) -> None:
        self._top = top
        self._lock = threading.Lock()
        self._open: dict[str, tuple[Directory, int]] = {}
        """With how many times each was opened and not released."""

    def open(self, path: str) -> Directory:
        """A folder's directory, made when it is missing; `release` it. Raises FileError."""
        with self._lock:
            if path in self._open:
                directory, users = self._open[path]
            else:
                directory, users = make_folder(self._top, path), 0
            self._open[path] = (directory, users + 1)
            return directory

    def release(self, path: str) -> None:
        """One fewer needs it."""
        with self._lock:
            directory, users = self._open[path]
            if users > 1:
                self._open[path] = (directory, users - 1)
            else:
                del self._open[path]
                directory.close()


def make_folder(top: Directory, path: str) -> Directory:
    """Open a folder of the export, made where it is missing. Raises FileError."""
    first, *rest = path.split("/")
    directory = top.child(first)
    for name in rest:
        with directory as parent:
            directory = parent.child(name)
    return directory
