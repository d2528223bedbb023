"""What a ledger knows of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tuimail.export.ledger_database import LedgerDatabase
from tuimail.export.ledger_file import refused
from tuimail.export.records import COLUMNS, Record, Status, as_record, insert_records


class LedgerMessages(LedgerDatabase):
    """Asks for messages, and notes what became of them. Every method may raise FileError."""

    def ask(self, records: Iterable[Record]) -> None:
        """Note what is to be saved. What is saved already stays so, the rest is asked anew."""
        with self.changing() as connection:
            insert_records(connection, records, over=(Status.FAILED, Status.LEFT))

    def note(self, records: Sequence[Record]) -> None:
        """Note what became of messages, in one transaction that is on the disk afterwards."""
        with self.changing() as connection:
            insert_records(connection, records, over=Status)
            # The folder was made anew, and a message that nothing is known by was fetched again:
            # what has its octets and its file is the same one.
            connection.executemany(
                "DELETE FROM message WHERE path = ? AND folder = ? AND uid_validity != ?"
                " AND sha256 = ? AND status = 'saved'"
                " AND uid_validity != (SELECT uid_validity FROM folder WHERE id = message.folder)",
                ((one.path, one.folder, one.uid_validity, one.sha256) for one in records),
            )

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

    def iter_sums(self) -> Iterator[tuple[str, str]]:
        """Path and SHA-256 of each file, in the order of `iter_files`; of two with one path the
        first. In a third of the time that whole records take.
        """
        after = ""
        while rows := self.select(
            "SELECT path, file_sha256 FROM message"
            " WHERE status = 'saved' AND path > ? AND typeof(path) = 'text'"
            " ORDER BY path, folder, uid_validity, uid LIMIT 1000",
            (after,),
        ):
            for path, sha256 in rows:
                if path != after:
                    yield path, sha256
                after = path

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

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> tuple[Record, ...]:
        try:
            return tuple(map(as_record, rows))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # A row that we never wrote.
            raise refused(self._path, "it is damaged") from error


def _key(record: Record) -> tuple[int, int, int]:
    return record.folder, record.uid_validity, record.uid
