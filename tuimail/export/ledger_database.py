"""The open database of a ledger."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tuimail.export.ledger_file import refused

Values = Sequence[object] | Mapping[str, object]


class LedgerDatabase:
    """Reads and changes; any thread may use it. Every method may raise FileError."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: int | None) -> None:
        self._connection = connection
        self._path = path
        self._descriptor = lock
        self._lock = threading.RLock()

    @property
    def lock(self) -> int | None:
        """A descriptor that others are kept away by; None where nothing is to be changed."""
        return self._descriptor

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """All changes of the block or none; blocks may stand in each other."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:  # SQLite may have ended it on a full disk
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise refused(self._path, error) from error

    def select(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise refused(self._path, error) from error

    def select_one(self, statement: str, values: Values = ()) -> tuple[Any, ...]:
        """The only row, which must be there."""
        rows = self.select(statement, values)
        if not rows:
            raise refused(self._path, "it is damaged")
        return rows[0]

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._connection.close()
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()
