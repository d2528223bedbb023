"""The program's own small files, read and written whole."""

from __future__ import annotations

from pathlib import Path

from tuimail.errors import FileError
from tuimail.files.directory import Directory
from tuimail.files.reading import open_ordinary
from tuimail.files.refusal import file_error, shown_path


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Afterwards the file holds all of `data`, or what it held before; its folder is made."""
    with Directory.open(path.parent) as folder, folder.create_part(path.name, mode) as part:
        part.write(data)
        part.sync()
        part.replace()
        folder.sync()


def read_small(path: Path, limit: int) -> bytes | None:
    """The whole ordinary file of at most `limit` octets, or None when there is none."""
    try:
        with open_ordinary(path) as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise file_error("read", path, error) from error
    if len(data) > limit:
        raise FileError(f"cannot read {shown_path(path)}: it has more than {limit:,} bytes")
    return data
