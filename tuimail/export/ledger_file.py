"""The file that holds an export's ledger."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from tuimail.errors import FileError
from tuimail.files import Directory, shown_path
from tuimail.files.refusal import file_error

LEDGER_FOLDER = ".tuimail"
LEDGER_FILE = "ledger.sqlite3"
VERSION = 1
SCHEMA = """
CREATE TABLE export (account TEXT NOT NULL, format TEXT NOT NULL);
CREATE TABLE scope (raw_name BLOB PRIMARY KEY, below INTEGER NOT NULL);
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    raw_name BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    uid_validity INTEGER,
    total INTEGER NOT NULL DEFAULT 0,
    levels TEXT NOT NULL DEFAULT '[]',
    error TEXT
);
CREATE TABLE message (
    folder INTEGER NOT NULL REFERENCES folder,
    uid_validity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    status TEXT NOT NULL,
    size INTEGER,
    internal_date TEXT,
    flags TEXT NOT NULL DEFAULT '',
    subject TEXT NOT NULL DEFAULT '',
    message_id TEXT,
    email_id TEXT,
    sha256 TEXT,
    path TEXT,
    file_size INTEGER,
    file_sha256 TEXT,
    error TEXT,
    server_size INTEGER,
    PRIMARY KEY (folder, uid_validity, uid)
) WITHOUT ROWID;
CREATE INDEX message_status ON message (folder, status, uid_validity, uid);
CREATE INDEX message_path ON message (path);
"""
_REASONS: dict[int, sqlite3.Error | str] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY_ROLLBACK: (
        "it was left in the middle of a change; use a copy that can be written to"
    ),
}
"""By SQLite's result codes, where its words help nobody."""


def require_file(folder: Directory, *, create: bool = False) -> None:
    """See that the ledger is an ordinary file, which SQLite would not; raises FileError.

    Never opened here: to close it would let go of the locks that SQLite holds in this process.
    """
    path = folder.path / LEDGER_FILE
    try:
        if create:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with suppress(FileExistsError):
                os.close(os.open(LEDGER_FILE, flags, 0o600, dir_fd=folder.descriptor))
        found = os.stat(LEDGER_FILE, dir_fd=folder.descriptor, follow_symlinks=False)
    except OSError as error:
        raise file_error("open", path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise FileError(f"cannot open {shown_path(path)}: it is no ordinary file")


def open_database(path: Path | None, mode: str = "rw") -> sqlite3.Connection:
    """A database that any thread may use. Raises sqlite3.Error.

    Without a path, one that SQLite puts into a nameless file once it grows, and that ends with
    its connection: in memory, the plan of a million messages would take 300 MB.

    `mode` is `rw`, or `ro` on a read-only medium.
    """
    uri = "file:"
    if path is not None:
        uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def refused(path: Path, reason: sqlite3.Error | str) -> FileError:
    """Why a ledger cannot be used, as a sentence."""
    if isinstance(reason, sqlite3.Error):
        reason = _REASONS.get(getattr(reason, "sqlite_errorcode", 0), reason)
    return FileError(f"the ledger {shown_path(path)} cannot be used: {reason}")
