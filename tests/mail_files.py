"""Which files of a folder are messages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_SUFFIXES = frozenset({".eml", ".txt", ".msg", ".crlf", ".mime", ""})
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


def mail_files(paths: Iterable[Path]) -> list[Path]:
    """What is named like a message in some folders, in order, Outlook's own .msg files too.

    A file that is named itself is taken whatever it is called.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(f for f in path.rglob("*") if f.is_file() and f.suffix in _SUFFIXES)
        else:
            found.append(path)
    return found


def internet_messages(paths: Iterable[Path]) -> list[Path]:
    """`mail_files` without Outlook's own .msg files."""
    return [file for file in mail_files(paths) if not _is_ole(file)]


def _is_ole(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(_OLE_MAGIC)) == _OLE_MAGIC
