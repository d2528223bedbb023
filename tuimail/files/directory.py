"""A folder held by its descriptor, and the names in it."""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tuimail.errors import FileError
from tuimail.files.names import PART, name_key, numbered_name
from tuimail.files.part_file import PartFile, remove_stale_part
from tuimail.files.reading import open_ordinary
from tuimail.files.refusal import file_error

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finished file stands."""

    name: str
    already_there: bool
    """A file with the same octets stood under this name before."""


class Directory:
    """An open folder. Close it, or use it in a `with`; every method may raise FileError."""

    __slots__ = ("_claimed", "_found", "_naming", "descriptor", "path")

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path
        """For sentences; the disk is reached through the descriptor only."""
        self._found: dict[str, str] | None = None
        self._claimed: set[str] = set()
        self._naming = threading.Lock()

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

    def below(self, path: str) -> Directory:
        """Open the folder at a relative path, levels separated by `/`, through no link.

        For "" it is this folder once more.
        """
        folder = Directory(os.dup(self.descriptor), self.path)
        for name in filter(None, path.split("/")):
            with folder:
                folder = folder.child(name, create=False)
        return folder

    def entries(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of the folders in it, and of everything else, each sorted; a link is no folder."""
        folders: list[str] = []
        others: list[str] = []
        try:
            with os.scandir(self.descriptor) as found:
                for entry in found:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    (folders if is_folder else others).append(entry.name)
        except OSError as error:
            raise file_error("list", self.path, error) from error
        return tuple(sorted(folders)), tuple(sorted(others))

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

    def size_of(self, name: str) -> int | None:
        """Octets of an ordinary file; None where there is none of this name."""
        _require_component(name)
        try:
            found = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise file_error("read", self.path / name, error) from error
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def create_part(self, name: str, mode: int = 0o600) -> PartFile:
        """Begin the file `name` as `NAME.part`; what a crash left under that name is replaced.

        Refused when another tuimail is writing it at this moment. The folder stays open until
        the part is finished or discarded.
        """
        _require_component(name)
        if name.endswith(PART):
            raise ValueError(f"{name!r} would look unfinished")
        return PartFile.create(self, name, mode)

    def remove_stale_part(self, name: str) -> None:
        """Remove `NAME.part`, when a crash left it: nobody is writing it."""
        _require_component(name)
        remove_stale_part(name + PART, self)

    def place(self, part: PartFile) -> Placed:
        """Give the synced part its name, or a numbered one where another file has that.

        A file that stood there before with the same octets is kept instead, but for one part
        only while the folder is open: parts with equal names and octets become several files.
        Any thread may call it.
        """
        with self._naming:
            return self._place(part)

    def _place(self, part: PartFile) -> Placed:
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

    def _has_octets_of(self, part: PartFile, name: str) -> bool:
        try:
            file = self.open_file(name)
        except FileError:
            return False
        with file:
            return part.equals(file)


def _require_component(name: str) -> None:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"not the name of one file: {name!r}")
