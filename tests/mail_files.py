"""Which files of a folder are messages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_SUFFIXES = frozenset({".eml", ".txt", ".msg", ".crlf", ".mime", ""})
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def mail_files(paths: Iterable[Path]) -> list[Path]:
    """The messages in some folders, in order; a file that is named is taken whatever it is called.

    Outlook's own .msg files are left out.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(f for f in path.rglob("*") if f.is_file() and f.suffix in _SUFFIXES)
            found += [file for file in inside if not _is_ole(file)]
        else:
            found.append(path)
    return found


def _is_ole(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(_OLE_MAGIC)) == _OLE_MAGIC
