"""What an export was asked for, and what became of it: SQLite, beside the files.

A message is `asked` for by the plan, and `saved` or `failed` by the run. What the ledger calls
saved is on the disk, whole, under its name: it is told last.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tuimail.errors import FileError, UsageError
from tuimail.export.ledger_file import (
    LEDGER_FILE,
    LEDGER_FOLDER,
    SCHEMA,
    VERSION,
    open_database,
    refused,
    require_file,
)
from tuimail.export.ledger_messages import LedgerMessages
from tuimail.export.names import SaveFormat
from tuimail.export.records import (
    FolderRecord,
    as_folder_record,
    encodable,
)
from tuimail.files import Directory, shown_path

_ENDING = 3.0
"""Seconds in which a process that notices the end of its parent is gone."""


class Ledger(LedgerMessages):
    """The ledger of one export; any thread may use it. Every method may raise FileError."""

    @classmethod
    def open(cls, directory: Directory, account: str, save_format: SaveFormat) -> Ledger:
        """Begin or go on with the export in this folder.

        Raises UsageError when it is another account's or in another format, and FileError when
        another export is at work in it.
        """
        path = directory.path / LEDGER_FOLDER / LEDGER_FILE
        with directory.child(LEDGER_FOLDER) as folder:
            require_file(folder, create=True)
            descriptor = os.dup(folder.descriptor)
        try:
            _lock(descriptor)
        except BlockingIOError as error:
            os.close(descriptor)
            raise FileError(f"another export is at work in {shown_path(directory.path)}") from error
        try:
            ledger = cls(open_database(path), path, descriptor)
        except sqlite3.Error as error:
            os.close(descriptor)
            raise refused(path, error) from error
        try:
            ledger._begin(account, save_format)
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def read(cls, directory: Directory) -> Ledger:
        """Read an export's ledger, on a read-only medium too. Raises UsageError: there is none."""
        path = directory.path / LEDGER_FOLDER / LEDGER_FILE
        try:
            with directory.child(LEDGER_FOLDER, create=False) as folder:
                require_file(folder)
        except FileError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            raise _NoExport(f"there is no export in {shown_path(directory.path)}") from error
        # A journal left by a crash can be rolled back only where one may write, and what it would
        # have undone must not be believed: SQLite refuses then.
        is_writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        mode = "rw" if is_writable else "ro"
        try:
            ledger = cls(open_database(path, mode), path, None)
        except sqlite3.Error as error:
            raise refused(path, error) from error
        try:
            ledger._check_version()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def rehearse(cls, directory: Directory | None, account: str, save_format: SaveFormat) -> Ledger:
        """A ledger of nobody else that begins as the folder's, if it has one: for a dry run."""
        connection = open_database(None)
        if directory is not None:
            with suppress(_NoExport), cls.read(directory) as there:
                there.copy_to(connection)
        path = directory.path / LEDGER_FOLDER / LEDGER_FILE if directory else Path(":memory:")
        ledger = cls(connection, path, None)
        try:
            ledger._begin(account, save_format)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def copy_to(self, connection: sqlite3.Connection) -> None:
        """Make another database equal to this one."""
        self._connection.backup(connection)

    def adopt(self, planned: Ledger) -> None:
        """Begin as a ledger of `rehearse` has been planned.

        Raises FileError when another export has begun here since.
        """
        if self.folders():
            folder = shown_path(self._path.parent.parent)
            raise FileError(f"another export has begun in {folder} meanwhile; plan it anew")
        with self._lock:
            try:
                planned.copy_to(self._connection)
            except sqlite3.Error as error:
                raise refused(self._path, error) from error

    @property
    def account(self) -> str:
        """Whose mail it is, as it was given to `open`."""
        return str(self.select_one("SELECT account FROM export")[0])

    @property
    def save_format(self) -> SaveFormat:
        word = self.select_one("SELECT format FROM export")[0]
        try:
            return SaveFormat(word)
        except ValueError as error:
            raise refused(self._path, "it is damaged") from error

    def note_scope(self, raw_name: bytes, *, below: bool) -> None:
        """Note that a folder was asked for whole, `below` with its subfolders; b"" is every folder.

        What the server holds there and the export does not is missing from it; elsewhere it was
        not wanted.
        """
        with self.changing() as connection:
            connection.execute(
                "INSERT INTO scope VALUES (?, ?)"
                " ON CONFLICT (raw_name) DO UPDATE SET below = max(below, excluded.below)",
                (raw_name, below),
            )

    def scopes(self) -> tuple[tuple[bytes, bool], ...]:
        """What was asked for whole: raw names, and whether their subfolders were too."""
        rows = self.select("SELECT raw_name, below FROM scope ORDER BY raw_name")
        return tuple((raw_name, bool(below)) for raw_name, below in rows)

    # --- folders

    def folders(self) -> tuple[FolderRecord, ...]:
        """In the order in which they came."""
        rows = self.select(
            "SELECT id, raw_name, name, path, uid_validity, total, levels, error"
            " FROM folder ORDER BY id"
        )
        try:
            return tuple(as_folder_record(row) for row in rows)
        except (TypeError, ValueError) as error:  # a row that we never wrote
            raise refused(self._path, "it is damaged") from error

    def add_folder(
        self, raw_name: bytes, name: str, path: str, levels: Sequence[str] = ()
    ) -> FolderRecord:
        """Note a folder that has none yet; `path` is no other folder's."""
        with self.changing() as connection:
            added = connection.execute(
                "INSERT INTO folder (raw_name, name, path, levels) VALUES (?, ?, ?, ?)",
                (raw_name, name, path, json.dumps(levels)),
            )
            assert added.lastrowid is not None
            return FolderRecord(added.lastrowid, raw_name, name, path, None, 0, tuple(levels))

    def note_folder(self, folder: int, uid_validity: int, total: int) -> None:
        """Note what the server says of a folder now; it could be opened."""
        with self.changing() as connection:
            connection.execute(
                "UPDATE folder SET uid_validity = ?, total = ?, error = NULL WHERE id = ?",
                (uid_validity, total, folder),
            )

    def note_unopened(self, folder: int, sentence: str) -> None:
        """Note why a folder could not be planned."""
        with self.changing() as connection:
            connection.execute(
                "UPDATE folder SET error = ? WHERE id = ?", (encodable(sentence), folder)
            )

    def forget_folder(self, folder: int) -> None:
        """Drop what was never saved of a folder that is gone, and the folder if that was all."""
        with self.changing() as connection:
            for statement in (
                "DELETE FROM message WHERE folder = ? AND status != 'saved'",
                "UPDATE folder SET error = NULL WHERE id = ?",
                "DELETE FROM folder WHERE id = ?"
                " AND NOT EXISTS (SELECT 1 FROM message WHERE folder = folder.id)",
            ):
                connection.execute(statement, (folder,))

    def _begin(self, account: str, save_format: SaveFormat) -> None:
        try:
            if not self.select_one("SELECT count(*) FROM sqlite_master")[0]:
                with self.changing() as connection:
                    for statement in SCHEMA.split(";"):
                        connection.execute(statement)
                    connection.execute(
                        "INSERT INTO export VALUES (?, ?)", (account, save_format.value)
                    )
                    connection.execute(f"PRAGMA user_version = {VERSION}")
            self._check_version()
        except sqlite3.Error as error:
            raise refused(self._path, error) from error
        folder = shown_path(self._path.parent.parent)
        if self.account != account:
            raise UsageError(f"{folder} holds the mail of {self.account}; choose another folder")
        if self.save_format is not save_format:
            kind = self.save_format.value.upper()
            raise UsageError(f"{folder} holds {kind} files; choose another folder")

    def _check_version(self) -> None:
        version = self.select_one("PRAGMA user_version")[0]
        if not version and not self.select("SELECT 1 FROM sqlite_master"):
            folder = shown_path(self._path.parent.parent)
            raise _NoExport(f"there is only the beginning of an export in {folder}; export again")
        if version != VERSION:
            raise UsageError(f"{shown_path(self._path)} was written by another version of tuimail")


def _lock(descriptor: int) -> None:
    """Raises BlockingIOError when another export holds it, and is not just coming to its end.

    The files' process of one that was killed lets go when it has noticed.
    """
    until = time.monotonic() + _ENDING
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)
        except OSError:
            return  # some network file systems have no locks
        else:
            return


class _NoExport(UsageError):
    """There is no ledger."""
