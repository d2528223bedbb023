"""A folder held by its descriptor, and the files that are written in it."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tuimail.errors import FileError
from tuimail.files.names import PART, name_key, numbered_name
from tuimail.files.reading import open_ordinary
from tuimail.files.refusal import file_error, shown_path
from tuimail.files.rename import rename_new

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CREATE_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
# macOS has no fdatasync.
_sync_data: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finished file stands."""

    name: str
    already_there: bool
    """A file with the same octets stood under this name before."""


class Directory:
    """An open folder. Close it, or use it in a `with`; every method may raise FileError."""

    __slots__ = ("_claimed", "_found", "descriptor", "path")

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path
        """For sentences; the disk is reached through the descriptor only."""
        self._found: dict[str, str] | None = None
        self._claimed: set[str] = set()

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Directory:
        """Open the folder that the user chose; links in this path are the user's own.

        With `create`, what is missing of it is made, closed to everybody else (0700).
        """
        try:
            if not create or path.exists():
                return cls(os.open(path, _OPEN_FOLDER), path)
            real = Path(os.path.realpath(path))
            with cls.open(real.parent) as parent:
                return parent.child(real.name)
        except (OSError, ValueError) as error:
            raise file_error("open the folder", path, error) from error

    def child(self, name: str, *, create: bool = True) -> Directory:
        """Open the folder `name` in this one, never through a link; 0700 when it is made."""
        _require_component(name)
        path = self.path / name
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=self.descriptor)
                    os.fsync(self.descriptor)
            flags = _OPEN_FOLDER | os.O_NOFOLLOW
            return Directory(os.open(name, flags, dir_fd=self.descriptor), path)
        except OSError as error:
            raise file_error("open the folder", path, error) from error

    def names(self) -> tuple[str, ...]:
        """Every name in the folder, in no order; octets that are no UTF-8 as surrogates."""
        try:
            return tuple(os.listdir(self.descriptor))
        except OSError as error:
            raise file_error("list", self.path, error) from error

    def open_file(self, name: str) -> BinaryIO:
        """Open an ordinary file for reading; a link, a device and a folder are refused."""
        _require_component(name)
        try:
            return open_ordinary(name, folder=self.descriptor)
        except OSError as error:
            raise file_error("read", self.path / name, error) from error

    def create_part(self, name: str, mode: int = 0o600) -> PartFile:
        """Begin the file `name` as `NAME.part`; what a crash left under that name is replaced.

        Refused when another tuimail is writing it at this moment. The folder stays open until
        the part is finished or discarded.
        """
        _require_component(name)
        part = name + PART
        if name.endswith(PART):
            raise ValueError(f"{name!r} would look unfinished")
        try:
            try:
                descriptor = os.open(part, _CREATE_FILE, mode, dir_fd=self.descriptor)
            except FileExistsError:
                self._remove_stale(part)
                descriptor = os.open(part, _CREATE_FILE, mode, dir_fd=self.descriptor)
            _lock(descriptor)
        except OSError as error:
            raise file_error("write", self.path / part, error) from error
        return PartFile(self, name, descriptor)

    def place(self, part: PartFile) -> Placed:
        """Give the synced part its name, or a numbered one where another file has that.

        A file that stood there before with the same octets is kept instead, but for one part
        only while the folder is open: parts with equal names and octets become several files.
        """
        if self._found is None:
            finished = (name for name in self.names() if not name.endswith(PART))
            self._found = {name_key(name): name for name in finished}
        for number in count(1):
            name = numbered_name(part.name, number)
            key = name_key(name)
            if key in self._claimed:
                continue
            if key not in self._found and part.take_name(name):
                self._claimed.add(key)
                return Placed(name, already_there=False)
            there = self._found.setdefault(key, name)
            if self._has_octets_of(part, there):
                self._claimed.add(key)
                part.discard()
                return Placed(there, already_there=True)
        raise AssertionError("count() has no end")

    def sync(self) -> None:
        """Bring the folder's names to the disk, once for a batch of files."""
        try:
            os.fsync(self.descriptor)
        except OSError as error:
            raise file_error("write to", self.path, error) from error

    def close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Directory:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _remove_stale(self, part: str) -> None:
        # Unlinked, never truncated: after a crash it may be a second name of a finished file.
        try:
            with open_ordinary(part, folder=self.descriptor) as stale:
                _lock(stale.fileno())
        except BlockingIOError:
            path = shown_path(self.path / part)
            raise FileError(f"another tuimail is writing {path} at this moment") from None
        except OSError as error:
            if error.errno != errno.ELOOP:  # a link itself can go, wherever it leads
                raise
        os.unlink(part, dir_fd=self.descriptor)

    def _has_octets_of(self, part: PartFile, name: str) -> bool:
        try:
            file = self.open_file(name)
        except FileError:
            return False
        with file:
            return part.equals(file)


class PartFile:
    """A file that is being written. Finish it or discard it; a `with` discards what is not done.

    Every method may raise FileError, but `discard`.
    """

    __slots__ = ("_descriptor", "_folder", "name")

    def __init__(self, folder: Directory, name: str, descriptor: int) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self.name = name
        """The name that the file is to have."""

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Add octets; returns how many, which is all of them."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            raise self._error(error) from error
        return len(data)

    def sync(self, mtime: datetime | None = None) -> None:
        """Bring the octets to the disk; `mtime` carries a zone. Nothing is written after it."""
        try:
            if mtime is not None:
                os.utime(self._descriptor, (mtime.timestamp(), mtime.timestamp()))
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

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):  # whatever it has to say, sync has heard
            os.close(descriptor)

    def _error(self, error: OSError) -> FileError:
        return file_error("write", self._folder.path / self.name, error)


def _require_component(name: str) -> None:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"not the name of one file: {name!r}")


def _lock(descriptor: int) -> None:
    """Hold the file until its descriptor is closed; BlockingIOError when somebody else does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        pass  # some network file systems have no locks
