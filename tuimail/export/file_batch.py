"""Files that are brought to the disk together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from tuimail.errors import FileError
from tuimail.files import Directory, PartFile, Placed

# fsync costs about 5 ms a file when done one by one, and macOS lets a process have 256 files open.
MOST_FILES = 64
MOST_OCTETS = 8 << 20
_AT_ONCE_FROM = 0.0002
"""Seconds for the first file of a batch, from which the others are synced by several threads: in
memory they wait longer for each other than for the files."""


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
        placed, error = bring_to_disk(self._directory, files)
        for one in placed:
            if one is not None:
                self.already_there += one.already_there
                self.saved += not one.already_there
        if error is not None:
            raise error

    def discard(self) -> None:
        """Remove what has no name yet."""
        for part, _ in self._files:
            part.discard()
        self._files.clear()


def bring_to_disk(
    directory: Directory,
    files: Sequence[tuple[PartFile, datetime | None]],
    *,
    at_once: int = 1,
) -> tuple[list[Placed | None], FileError | None]:
    """Sync whole files, then name them, then sync their folder.

    `at_once` files are synced at the same time. Gives what became of each file, and the first
    error; what could not be synced or named is None, and removed. Not tried again: a second
    fdatasync may succeed although the octets are lost.
    """
    errors: list[FileError] = []
    placed: list[Placed | None] = [None] * len(files)
    try:
        synced = _sync_files(files, errors, at_once)
        for at, (part, _) in enumerate(files):
            if synced[at]:
                try:
                    placed[at] = directory.place(part)
                except FileError as error:
                    errors.append(error)
        if any(synced):
            directory.sync()
    finally:
        for part, _ in files:
            part.discard()
    return placed, errors[0] if errors else None


def _sync_files(
    files: Sequence[tuple[PartFile, datetime | None]], errors: list[FileError], at_once: int
) -> list[bool]:
    """Which of the files are on the disk."""
    synced = [False] * len(files)
    waiting = iter(range(len(files)))

    def sync(numbers: Iterable[int]) -> None:
        for at in numbers:
            part, moment = files[at]
            try:
                part.sync(moment)
                synced[at] = True
            except FileError as error:
                errors.append(error)

    started = time.perf_counter()
    sync(islice(waiting, 1))
    if time.perf_counter() - started < _AT_ONCE_FROM:
        at_once = 1
    # next() is one step for all threads
    threads = [
        threading.Thread(target=sync, args=(waiting,), name="tuimail-sync", daemon=True)
        for _ in range(at_once - 1)
    ]
    for thread in threads:
        thread.start()
    sync(waiting)
    for thread in threads:
        thread.join()
    return synced
