"""What an export was asked for, and what became of it: SQLite, beside the files.

A message is `asked` for by the plan, and `saved` or `failed` by the run. What the ledger calls
saved is on the disk, whole, under its name: it is told last.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuimail.errors import FileError, UsageError
from tuimail.export.ledger_database import LedgerDatabase
from tuimail.export.ledger_file import (
    LEDGER_FILE,
    LEDGER_FOLDER,
    SCHEMA,
    VERSION,
    open_database,
    refused,
    require_file,
)
from tuimail.export.names import SaveFormat
from tuimail.export.records import (
    COLUMNS,
    FolderRecord,
    Record,
    Status,
    as_folder_record,
    as_record,
    encodable,
    insert_records,
)
from tuimail.files import Directory, shown_path


class Ledger(LedgerDatabase):
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
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise FileError(f"another export is at work in {shown_path(directory.path)}") from error
        except OSError:
            pass  # some network file systems have no locks
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
                " ON CONFLICT DO UPDATE SET below = max(below, excluded.below)",
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

    # --- messages

    def ask(self, records: Iterable[Record]) -> None:
        """Note what is to be saved. What is saved already stays so, the rest is asked anew."""
        with self.changing() as connection:
            insert_records(connection, records, over=(Status.FAILED, Status.LEFT))

    def note(self, records: Sequence[Record]) -> None:
        """Note what became of messages, in one transaction that is on the disk afterwards."""
        with self.changing() as connection:
            insert_records(connection, records, over=Status)

    def ask_again(self, records: Iterable[Record]) -> None:
        """Note that saved messages are to be saved anew: their files are not what they were."""
        with self.changing() as connection:
            connection.executemany(
                "UPDATE message SET status = 'asked', size = server_size, sha256 = NULL,"
                " path = NULL, file_size = NULL, file_sha256 = NULL, error = NULL"
                " WHERE folder = ? AND uid_validity = ? AND uid = ?",
                map(_key, records),
            )

    def move(self, folder: int, old: tuple[int, int], new: tuple[int, int]) -> bool:
        """The same message, under another UIDVALIDITY and UID; False when that one is saved."""
        with self.changing() as connection:
            connection.execute(
                "DELETE FROM message WHERE folder = ? AND uid_validity = ? AND uid = ?"
                " AND status != 'saved'",
                (folder, *new),
            )
            moved = connection.execute(
                "UPDATE OR IGNORE message SET uid_validity = ?, uid = ?"
                " WHERE folder = ? AND uid_validity = ? AND uid = ?",
                (*new, folder, *old),
            )
            return moved.rowcount == 1

    def leave_asked(self, folder: int) -> None:
        """What was asked for in a folder and never came is not wanted now, nor forgotten."""
        with self.changing() as connection:
            connection.execute(
                "UPDATE message SET status = 'left' WHERE folder = ? AND status = 'asked'",
                (folder,),
            )

    def forget_asked(self, folder: int) -> None:
        """Drop what was asked for in a folder and never came, before all of it is asked for."""
        with self.changing() as connection:
            connection.execute(
                "DELETE FROM message WHERE folder = ? AND status IN ('asked', 'left')", (folder,)
            )

    def forget(self, records: Iterable[Record]) -> None:
        """Drop messages that the server has no longer."""
        with self.changing() as connection:
            connection.executemany(
                "DELETE FROM message WHERE folder = ? AND uid_validity = ? AND uid = ?",
                map(_key, records),
            )

    def uids(self, folder: int, uid_validity: int, status: Status) -> set[int]:
        """UIDs of messages in this state."""
        rows = self.select(
            "SELECT uid FROM message WHERE folder = ? AND status = ? AND uid_validity = ?",
            (folder, status.value, uid_validity),
        )
        return {row[0] for row in rows}

    def records(
        self,
        status: Status | None,
        folder: int | None = None,
        *,
        after: tuple[int, int, int] = (0, 0, 0),
        most: int = 1_000,
    ) -> tuple[Record, ...]:
        """Messages in this state, or in any, in the order of folder, UIDVALIDITY and UID.

        The first `most` behind `after`.
        """
        narrowed = "(folder, uid_validity, uid) > (:a, :b, :c)"
        if folder is not None:  # the index leads straight to the next row
            narrowed = "folder = :folder AND (uid_validity, uid) > (:b, :c)"
        in_state = "true" if status is None else "status = :status"
        rows = self.select(
            f"SELECT {COLUMNS} FROM message WHERE {in_state} AND {narrowed}"
            " ORDER BY folder, uid_validity, uid LIMIT :most",
            {
                "folder": folder,
                "status": status and status.value,
                "a": after[0],
                "b": after[1],
                "c": after[2],
                "most": most,
            },
        )
        return self._records(rows)

    def iter_records(self, status: Status | None, folder: int | None = None) -> Iterator[Record]:
        """All of them; the ledger may change meanwhile, and memory stays flat."""
        after = (0, 0, 0)
        while records := self.records(status, folder, after=after):
            yield from records
            last = records[-1]
            after = (last.folder, last.uid_validity, last.uid)

    def iter_files(self) -> Iterator[Record]:
        """What was saved, in the order of the octets of its path; memory stays flat."""
        after: tuple[object, ...] = ("", 0, 0, 0)
        while rows := self.select(
            f"SELECT {COLUMNS} FROM message WHERE status = 'saved'"
            " AND (path, folder, uid_validity, uid) > (?, ?, ?, ?)"
            " ORDER BY path, folder, uid_validity, uid LIMIT 1000",
            after,
        ):
            for record in self._records(rows):
                yield record
                after = (record.path, record.folder, record.uid_validity, record.uid)

    def has_file(self, path: str) -> bool:
        """Whether a message was saved under this path."""
        return bool(
            self.select("SELECT 1 FROM message WHERE path = ? AND status = 'saved'", (path,))
        )

    def count(self, status: Status, folder: int | None = None) -> tuple[int, int]:
        """How many messages are in this state, and how many octets they have on the server."""
        narrowed = "" if folder is None else " AND folder = ?"
        values = (status.value,) if folder is None else (status.value, folder)
        row = self.select_one(
            f"SELECT count(*), coalesce(sum(size), 0) FROM message WHERE status = ?{narrowed}",
            values,
        )
        return row[0], row[1]

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
        if version != VERSION:
            raise UsageError(f"{shown_path(self._path)} was written by another version of tuimail")

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> tuple[Record, ...]:
        try:
            return tuple(map(as_record, rows))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # A row that we never wrote.
            raise refused(self._path, "it is damaged") from error


class _NoExport(UsageError):
    """There is no ledger."""


def _key(record: Record) -> tuple[int, int, int]:
    return record.folder, record.uid_validity, record.uid
