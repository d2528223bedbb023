"""A large file as octets that are looked at without being held."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

_STEP = 1 << 20
_SMALL = 1 << 20
"""Octets up to which a file is simply read."""


class MappedFile(mmap.mmap):
    """A file in place of its `bytes`, for whoever slices it and searches in it.

    What has been looked at is let go of every few megabytes: a message of 30 MB is looked through
    with 4 MB in memory.
    """

    _seen = 0

    def find(self, sub: bytes, start: int = 0, stop: int | None = None) -> int:  # type: ignore[override]
        """As of bytes; no index may be negative, here and below."""
        end = len(self) if stop is None else min(stop, len(self))
        while start < end:
            found = super().find(sub, start, min(start + _STEP + len(sub) - 1, end))
            self._see(_STEP if found < 0 else found - start)
            if found >= 0:
                return found
            start += _STEP
        return -1

    def startswith(self, prefix: bytes, start: int = 0) -> bool:
        """As of bytes."""
        return self[start : start + len(prefix)] == prefix

    def endswith(self, suffix: bytes, start: int, stop: int) -> bool:
        """As of bytes."""
        return self[max(start, stop - len(suffix)) : stop] == suffix

    def __getitem__(self, index: slice) -> bytes:  # type: ignore[override]
        octets = super().__getitem__(index)
        self._see(len(octets))
        return octets

    def _see(self, count: int) -> None:
        self._seen += count
        if self._seen > 4 * _STEP:
            self._seen = 0
            self.madvise(mmap.MADV_DONTNEED)


Octets = bytes | MappedFile
"""What can be sliced and searched; a slice is bytes."""


@contextmanager
def open_octets(file: BinaryIO) -> Iterator[Octets]:
    """An open file's octets: read where they are few, mapped while the block lasts where not."""
    size = file.seek(0, 2)
    file.seek(0)
    if size <= _SMALL:
        yield file.read()
    else:
        with MappedFile(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
            yield octets
