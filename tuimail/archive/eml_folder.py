"""A folder of .eml files as a mailbox."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.errors import FileError
from tuimail.mail.mailbox_names import is_inbox
from tuimail.text import safe_line


def read_eml_folder(path: Path) -> Mailbox:
    """The mailbox that a tree of .eml files makes; nothing is read but names and dates.

    Folders are folders; files at the top, and those of a folder called INBOX, are the INBOX. UIDs
    count by sorted name, UIDVALIDITY changes with the names, INTERNALDATE is a file's time of
    change. Every message is `\\Seen`: a file does not say. Hidden names and links are passed over.
    Raises FileError.
    """
    inbox: list[Path] = []
    folders: list[StoredFolder] = []
    for folder, files in _walk(path):
        name = _folder_name(path, folder)
        if not name or is_inbox(name):
            inbox += files
        else:
            folders.append(_read_folder(name, path, files))
    return Mailbox((_read_folder("INBOX", path, inbox), *folders))


def load_with_crlf(path: Path) -> bytes:
    """A file's octets with the line ends that IMAP wants; raises OSError."""
    return path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Every folder, in the order of names, with its messages' files."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        files: list[Path] = []
        inner: list[Path] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        inner.append(Path(entry))
                    elif entry.is_file(follow_symlinks=False) and _is_message(entry.name):
                        files.append(Path(entry))
        except OSError as error:
            reason = safe_line(f"{folder}: {error.strerror}")
            raise FileError(f"Cannot read the folder {reason}.") from error
        waiting += sorted(inner, reverse=True)
        yield folder, sorted(files)


def _is_message(name: str) -> bool:
    return name.lower().endswith(".eml")


def _folder_name(root: Path, folder: Path) -> str:
    relative = folder.relative_to(root).as_posix()
    # A name that is no UTF-8 cannot be told to a client.
    name = os.fsencode(relative).decode("utf-8", "replace")
    return "" if name == "." else name


def _read_folder(name: str, root: Path, files: list[Path]) -> StoredFolder:
    names = "\0".join(file.relative_to(root).as_posix() for file in files)
    validity = zlib.crc32(names.encode("utf-8", "surrogateescape")) or 1
    messages = tuple(_read_message(uid, file) for uid, file in enumerate(files, 1))
    return StoredFolder(name, messages, uid_validity=validity)


def _read_message(uid: int, file: Path) -> StoredMessage:
    try:
        changed = file.stat().st_mtime
    except OSError as error:
        reason = safe_line(f"{file}: {error.strerror}")
        raise FileError(f"Cannot read the file {reason}.") from error
    date = datetime.fromtimestamp(changed, UTC).replace(microsecond=0)
    return StoredMessage(uid, partial(load_with_crlf, file), date, ("\\Seen",))
