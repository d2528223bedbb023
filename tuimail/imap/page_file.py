"""The inbox as it was shown last, in a file, for the time until the server has answered.

The file holds what the server sent, and is read by the parser that reads the server: whatever
stands in it becomes harmless text or no row. It is a cache: what cannot be used of it (broken,
another program's, a newer version's) is thrown away without a word, and nobody waits for it.

No body is in it, and no secret. One page is kept of each account, under its UIDVALIDITY.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from tuimail.errors import FileError
from tuimail.files import Directory
from tuimail.imap.fetch import Row
from tuimail.imap.folder import Folder
from tuimail.imap.page import Page
from tuimail.imap.paging import Order, window
from tuimail.imap.summary import Summary, summarize

ACCOUNTS = 20
"""Accounts whose page is kept, the last ones that were looked at."""
FILE_LIMIT = 8 << 20
"""Octets of the file; a larger one is not ours. A page has some 50 KB."""
RESPONSE_LIMIT = 64 << 10
"""Octets of a row that are kept; a page with a longer one is not."""
ROWS = 200
"""Rows of a page; one with more is not ours."""
PATIENCE = 1.0
"""Seconds that another tuimail may take to write."""
APPLICATION = 0x7475696D
"""`tuim`, in the file's header (SQLite's application_id)."""
VERSION = 1
SCHEMA = """
CREATE TABLE page (
    account TEXT PRIMARY KEY,
    uid_validity INTEGER NOT NULL,
    sort TEXT NOT NULL,
    descending INTEGER NOT NULL,
    total INTEGER NOT NULL,
    count INTEGER NOT NULL,
    moment TEXT NOT NULL
);
CREATE TABLE message (
    account TEXT NOT NULL REFERENCES page ON DELETE CASCADE,
    place INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    flags TEXT NOT NULL,
    response TEXT NOT NULL,
    PRIMARY KEY (account, place)
) WITHOUT ROWID;
"""
# The disk or another process, and not what stands in the file.
_NOT_ITS_FAULT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    }
)


class _Unusable(Exception):
    """The file is not ours, or not any more."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page out of the file."""

    page: Page
    moment: datetime
    """When it was as the server had it."""


def read_page(path: Path, account: str, folder: Folder, order: Order) -> KeptPage | None:
    """The account's page, if it was kept in this order; None also for whatever goes wrong."""
    kept: KeptPage | None = None
    with _giving_up(path):
        if path.exists():
            with closing(_open(path)) as database:
                kept = _read(database, account, folder, order)
    return kept


def write_page(path: Path, account: str, page: Page, moment: datetime) -> None:
    """Keep a page in place of the account's last one; nothing is kept where that fails."""
    rows = [
        (place, row.sequence_number, " ".join(row.flags), _write_response(row.response))
        for place, row in enumerate(page.summaries)
    ]
    if not all(_is_plain(flags) and 0 < len(kept) <= RESPONSE_LIMIT for *_, flags, kept in rows):
        rows = []
    for _ in range(2):  # once more when what stood there was thrown away
        with _giving_up(path):
            with closing(_open(path)) as database, _changing(database):
                database.execute("DELETE FROM page WHERE account = ?", (account,))
                order = page.order
                values = (order.key.value, order.descending, page.window.total, len(rows))
                if rows:
                    database.execute(
                        "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (account, page.uid_validity, *values, moment.isoformat()),
                    )
                    database.executemany(
                        "INSERT INTO message VALUES (?, ?, ?, ?, ?)",
                        [(account, *row) for row in rows],
                    )
                _keep_newest(database)
            return


def forget_page(path: Path, account: str) -> None:
    """Keep nothing of an account any more."""
    with _giving_up(path):
        if path.exists():
            with closing(_open(path)) as database, _changing(database):
                database.execute("DELETE FROM page WHERE account = ?", (account,))


def _open(path: Path) -> sqlite3.Connection:
    """The database, made where there is none. Raises _Unusable and sqlite3.Error."""
    with Directory.open(path.parent) as folder:
        os.fchmod(folder.descriptor, 0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    # Not opened to look at it: closing it would let go of SQLite's locks in this process.
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > FILE_LIMIT:
        raise _Unusable
    path.chmod(0o600)
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
    database = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
    try:
        # A power cut may cost the file, which is then thrown away; the disk is left in peace.
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA foreign_keys = ON")
        _require_schema(database)
    except BaseException:
        database.close()
        raise
    return database


def _require_schema(database: sqlite3.Connection) -> None:
    if _mark(database) == (APPLICATION, VERSION):
        return
    with _changing(database):
        # Another process may have been faster.
        if _mark(database) == (APPLICATION, VERSION):
            return
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            raise _Unusable
        for statement in SCHEMA.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {VERSION}")


def _mark(database: sqlite3.Connection) -> tuple[int, int]:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return application, version


def _read(
    database: sqlite3.Connection, account: str, folder: Folder, order: Order
) -> KeptPage | None:
    found = database.execute(
        "SELECT uid_validity, total, count, moment FROM page"
        " WHERE account = ? AND sort = ? AND descending = ?",
        (account, order.key.value, order.descending),
    ).fetchone()
    if found is None:
        return None
    uid_validity, total, count = map(int, found[:3])
    moment = datetime.fromisoformat(found[3])
    rows = database.execute(
        "SELECT sequence_number, flags, response FROM message WHERE account = ?"
        " ORDER BY place LIMIT ?",
        (account, ROWS + 1),
    )
    summaries = tuple(_read_row(folder.raw_name, uid_validity, *row) for row in rows)
    place = window(total, 1, count, descending=order.descending)
    if not count == place.last == len(summaries) <= ROWS or moment.tzinfo is None:
        raise _Unusable
    return KeptPage(Page(folder, uid_validity, order, place, summaries), moment)


def _read_row(folder: bytes, uid_validity: int, number: int, flags: str, kept: str) -> Summary:
    response = [part.encode("latin-1") for part in json.loads(kept)]
    row = Row.of(response)
    if row is None:
        raise _Unusable
    summary = summarize(row, folder, uid_validity, response=response)
    if not summary.identity.uid or not _is_plain(flags):
        raise _Unusable
    return replace(summary, sequence_number=int(number), flags=tuple(flags.split()))


def _is_plain(flags: str) -> bool:
    return flags.isascii() and flags.isprintable()


def _write_response(response: tuple[bytes, ...]) -> str:
    return json.dumps([part.decode("latin-1") for part in response]) if response else ""


def _keep_newest(database: sqlite3.Connection) -> None:
    database.execute(
        "DELETE FROM page WHERE account NOT IN"
        " (SELECT account FROM page ORDER BY julianday(moment) DESC LIMIT ?)",
        (ACCOUNTS,),
    )


@contextmanager
def _changing(database: sqlite3.Connection) -> Iterator[None]:
    """All changes of the block or none."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextmanager
def _giving_up(path: Path) -> Iterator[None]:
    """Do without the file whatever happens; and throw it away unless it is not to blame."""
    try:
        yield
    except (FileError, OSError):
        return
    except Exception as error:  # noqa: BLE001 - anybody may have written the file
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF not in _NOT_ITS_FAULT or not code:
            _throw_away(path)


def _throw_away(path: Path) -> None:
    # Its journal first: SQLite would play it back into the next file of this name.
    for end in ("-journal", "-wal", "-shm", ""):
        with suppress(OSError):
            path.with_name(path.name + end).unlink()
