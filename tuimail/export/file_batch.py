"""Files that are brought to the disk together."""

from __future__ import annotations

from datetime import datetime

from tuimail.errors import FileError
from tuimail.files import Directory, PartFile

# fsync costs about 5 ms a file when done one by one, and macOS lets a process have 256 files open.
MOST_FILES = 64
MOST_OCTETS = 8 << 20


class FileBatch:
    """Whole files without their names yet: all are synced, then named, then the folder is synced.

    One thread at a time may use it.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._files: list[tuple[PartFile, datetime | None]] = []
        self._octets = 0
        self.saved = 0
        self.already_there = 0
        """Files that stood there before, with the same octets."""

    def add(self, part: PartFile, octets: int, moment: datetime | None) -> None:
        """A file of so many octets is whole; a full batch is finished. Raises FileError."""
        self._files.append((part, moment))
        self._octets += octets
        if len(self._files) >= MOST_FILES or self._octets >= MOST_OCTETS:
            self.finish()

    def finish(self) -> None:
        """Give every file its name. Raises FileError, once the others have theirs."""
        files, self._files, self._octets = self._files, [], 0
        synced: list[PartFile] = []
        errors: list[FileError] = []
        try:
            for part, moment in files:
                try:
                    part.sync(moment)
                    synced.append(part)
                except FileError as error:
                    errors.append(error)
            for part in synced:
                try:
                    self._place(part)
                except FileError as error:
                    errors.append(error)
            if synced:
                self._directory.sync()
        finally:
            # Not tried again: a second fdatasync may succeed although the octets are lost.
            for part, _ in files:
                part.discard()
        if errors:
            raise errors[0]

    def discard(self) -> None:
        """Remove what has no name yet."""
        for part, _ in self._files:
            part.discard()
        self._files.clear()

    def _place(self, part: PartFile) -> None:
        if self._directory.place(part).already_there:
            self.already_there += 1
        else:
            self.saved += 1
