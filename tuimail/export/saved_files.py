"""Whether the files of saved messages are still there."""

from __future__ import annotations

from tuimail.errors import FileError
from tuimail.export.records import Record
from tuimail.files import Directory


class SavedFiles:
    """Looks for files by name and size only, folder by folder. Close it, or use it in a `with`."""

    def __init__(self, top: Directory) -> None:
        self._top = top
        self._path: str | None = None
        self._folder: Directory | None = None

    def hold(self, record: Record) -> bool:
        """Whether the file of a saved message is there in its size. Raises FileError.

        Under a name that no file has, as a damaged ledger tells it, there is none.
        """
        path, _, name = (record.path or "").rpartition("/")
        if not name:
            return False
        try:
            if path != self._path:
                self.close()
                self._folder, self._path = self._open(path), path
            return self._folder is not None and self._folder.size_of(name) == record.file_size
        except ValueError:
            return False

    def close(self) -> None:
        folder, self._folder, self._path = self._folder, None, None
        if folder is not None:
            folder.close()

    def __enter__(self) -> SavedFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, path: str) -> Directory | None:
        try:
            return self._top.below(path)
        except FileError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
