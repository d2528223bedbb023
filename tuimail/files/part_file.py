"""A file that is being written, under the name `NAME.part`."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from tuimail.errors import FileError
from tuimail.files.names import PART
from tuimail.files.reading import open_ordinary
from tuimail.files.refusal import file_error, shown_path
from tuimail.files.rename import rename_new

if TYPE_CHECKING:
    from tuimail.files.directory import Directory, Placed

_CREATE_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
_ATTEMPTS = 100
"""Of several that begin one file at once, one that loses a race tries again."""
_Node = tuple[int, int]
"""Device and inode: what a file is, whatever its name."""
# macOS has no fdatasync.
_sync_data: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


class PartFile:
    """A file that is being written. Finish it or discard it; a `with` discards what is not done.

    Every method may raise FileError, but `discard`.
    """

    __slots__ = ("_descriptor", "_folder", "_node", "name")

    def __init__(self, folder: Directory, name: str, descriptor: int, node: _Node) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self._node = node
        self.name = name
        """The name that the file is to have."""

    @classmethod
    def create(cls, folder: Directory, name: str, mode: int) -> PartFile:
        """Begin it: `Directory.create_part`."""
        part = name + PART
        try:
            for _ in range(_ATTEMPTS):
                created = _create_locked(part, mode, folder.descriptor)
                if created is not None:
                    return cls(folder, name, *created)
                _remove_stale(part, folder.descriptor)
        except BlockingIOError:
            pass
        except OSError as error:
            raise file_error("write", folder.path / part, error) from error
        path = shown_path(folder.path / part)
        raise FileError(f"another tuimail is writing {path} at this moment")

    @property
    def path(self) -> Path:
        """Where it is being written: for a program that is told to write it."""
        return self._folder.path / (self.name + PART)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Add octets; returns how many, which is all of them."""
        try:
            written = os.write(self._descriptor, data)
            while written < len(data):
                written += os.write(self._descriptor, memoryview(data)[written:])
        except OSError as error:
            raise self._error(error) from error
        return len(data)

    def sync(self, mtime: datetime | None = None) -> None:
        """Bring the octets to the disk; `mtime` carries a zone. Nothing is written after it."""
        try:
            if mtime is not None:
                seconds = mtime.timestamp()
                os.utime(self._descriptor, (seconds, seconds))
            _sync_data(self._descriptor)
            # NFS and FUSE may tell of a full disk as late as close(). Closing a duplicate brings
            # that out while the file is still locked and still a .part.
            os.close(os.dup(self._descriptor))
        except OSError as error:
            raise self._error(error) from error

    def finish(self, mtime: datetime | None = None) -> Placed:
        """`sync` and `Directory.place`; `Directory.sync` is left to the end of the batch."""
        self.sync(mtime)
        return self._folder.place(self)

    def take_name(self, name: str) -> bool:
        """Rename the synced file; False when something has that name."""
        try:
            self._require_part()
            rename_new(self.name + PART, name, self._folder.descriptor)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._error(error) from error
        self._close()
        return True

    def replace(self) -> None:
        """Put the synced file in the place of what has its name: for the program's own files."""
        folder = self._folder.descriptor
        try:
            self._require_part()
            os.replace(self.name + PART, self.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as error:
            raise self._error(error) from error
        self._close()

    def equals(self, file: BinaryIO) -> bool:
        """Whether `file`, from its start, holds the same octets."""
        try:
            if os.fstat(file.fileno()).st_size != os.fstat(self._descriptor).st_size:
                return False
            offset = 0
            while own := os.pread(self._descriptor, _CHUNK, offset):
                if own != file.read(len(own)):
                    return False
                offset += len(own)
        except OSError as error:
            raise self._error(error) from error
        return True

    def discard(self) -> None:
        """Remove it; nothing happens when it is finished or discarded already."""
        if self._descriptor >= 0:
            # What cannot be removed now is stale, and replaced the next time.
            with suppress(OSError):
                self._require_part()
                os.unlink(self.name + PART, dir_fd=self._folder.descriptor)
            self._close()

    def __enter__(self) -> PartFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.discard()

    def _require_part(self) -> None:
        """What is renamed and removed by its name has to be this file."""
        part = self.name + PART
        if _find_node(part, self._folder.descriptor) != self._node:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), part)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):  # whatever it has to say, sync has heard
            os.close(descriptor)

    def _error(self, error: OSError) -> FileError:
        return file_error("write", self._folder.path / self.name, error)


def remove_stale_part(part: str, folder: Directory) -> None:
    """Remove what a crash left of a file; not what somebody is writing. Raises FileError."""
    try:
        _remove_stale(part, folder.descriptor)
    except BlockingIOError:
        pass
    except OSError as error:
        raise file_error("remove", folder.path / part, error) from error


def _create_locked(part: str, mode: int, folder: int) -> tuple[int, _Node] | None:
    """Its descriptor, or None when the name is taken; BlockingIOError as in `_remove_stale`."""
    try:
        descriptor = os.open(part, _CREATE_FILE, mode, dir_fd=folder)
    except FileExistsError:
        return None
    try:
        _lock(descriptor)
        node = _node_of(os.fstat(descriptor))
        # Another tuimail may have taken it for stale before it was locked.
        if _find_node(part, folder) == node:
            return descriptor, node
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _remove_stale(part: str, folder: int) -> None:
    """Remove what a crash left under this name; BlockingIOError when somebody is writing it.

    Unlinked, never truncated: after a crash it may be a second name of a finished file. Unlinked
    under its lock, so that whoever has created it and not locked it yet sees that it is gone.
    """
    with suppress(FileNotFoundError):
        try:
            stale = open_ordinary(part, folder=folder)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            os.unlink(part, dir_fd=folder)  # a link itself can go, wherever it leads
            return
        with stale:
            _lock(stale.fileno())
            # Since it was opened it may have been finished, and another one begun.
            if _find_node(part, folder) == _node_of(os.fstat(stale.fileno())):
                os.unlink(part, dir_fd=folder)


def _find_node(name: str, folder: int) -> _Node | None:
    """Which file stands under this name, if any does."""
    try:
        return _node_of(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return None


def _node_of(found: os.stat_result) -> _Node:
    return found.st_dev, found.st_ino


def _lock(descriptor: int) -> None:
    """Hold the file until its descriptor is closed; BlockingIOError when somebody else does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass  # some network file systems have no locks
