"""The rows of an export's ledger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import chain, islice
from typing import Any, NamedTuple

from tuimail.mail.mailbox_names import shown_name

MOST_SHORT = 20
"""Messages that came a little shorter than their sizes: then the server guesses at sizes."""


class Status(Enum):
    """What became of a message."""

    ASKED = "asked"
    LEFT = "left"
    """Asked for by an earlier run that was broken off, and not by the last one."""
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder of the server, and where its messages go."""

    id: int
    raw_name: bytes
    name: str
    """Decoded, as the server shows it; safe text of one line."""
    path: str
    """Relative to the export, levels separated by `/`; each is a safe name."""
    uid_validity: int | None
    """As of the last plan."""
    total: int
    """Messages that the server held and that were chosen, as of the last plan."""
    levels: tuple[str, ...] = ()
    """Of its name in the server's hierarchy, INBOX in upper case."""
    error: str | None = None
    """One sentence, when the last plan could not open it."""

    @property
    def decoded(self) -> str:
        """Its name exactly as decoded: for JSON only, and not safe to show."""
        return shown_name(self.raw_name)


class Record(NamedTuple):
    """A message of the export; None where it is not known, or not yet.

    A tuple: each message is made five of them, and a frozen dataclass of 16 fields takes 4 us.
    """

    folder: int
    """The id of its FolderRecord."""
    uid_validity: int
    uid: int
    status: Status
    size: int | None = None
    """Octets: RFC822.SIZE while it is asked for, counted once it is saved."""
    internal_date: str | None = None
    """RFC 3339 with the server's zone."""
    flags: tuple[str, ...] = ()
    """None of them holds a space (RFC 9051, 9)."""
    subject: str = ""
    """Safe text of one line."""
    message_id: str | None = None
    email_id: str | None = None
    """EMAILID (RFC 8474) where the server has it."""
    sha256: str | None = None
    """Of the raw message, in hexadecimal digits."""
    path: str | None = None
    """Of the file, relative to the export."""
    file_size: int | None = None
    file_sha256: str | None = None
    error: str | None = None
    """One sentence, when it failed."""
    server_size: int | None = None
    """RFC822.SIZE, at which some servers (Exchange) only guess."""

    @property
    def is_short(self) -> bool:
        """Whether a saved message has fewer octets than the server told of: it was cut off there,
        unless the server guesses.
        """
        return (self.size or 0) < (self.server_size or 0)

    @property
    def is_cut_off(self) -> bool:
        """Whether it is so much shorter that it is no guess."""
        return is_no_guess(self.size or 0, self.server_size or 0)


def is_no_guess(size: int, told: int) -> bool:
    """Whether less came than a server that guesses at sizes would be wrong by: half of it."""
    return 2 * size < told


COLUMNS = ", ".join(Record._fields)
"""Of the table of messages: the fields of a Record."""
KEY = ", ".join(Record._fields[:3])
"""Of the table of messages. Named in each upsert: SQLite before 3.35 knows none without."""
_TOLD = frozenset(
    {"size", "internal_date", "flags", "subject", "message_id", "email_id", "server_size"}
)
"""What the server tells of a message before it sends it."""
_PLACES = f"({', '.join('?' * len(Record._fields))})"
_AT_ONCE = 60
"""Rows of one statement, of 16 values each: older SQLites take 999. A statement lets go of the
interpreter, and waits for it again behind the threads of the connections."""
_STATUSES = {status.value: status for status in Status}


# Octets; a server may say what it likes, and SQLite's sums have 63 bits.
_LARGEST_SIZE = 1 << 40


def as_row(record: Record) -> tuple[object, ...]:
    """What SQLite keeps of it: lone surrogates, which no UTF-8 holds, become `?`, and a
    size that no message has None.
    """
    return (
        record.folder,
        record.uid_validity,
        record.uid,
        record.status.value,
        _countable(record.size),
        record.internal_date,
        encodable(" ".join(record.flags)),
        encodable(record.subject),
        encodable(record.message_id),
        encodable(record.email_id),
        record.sha256,
        encodable(record.path),
        record.file_size,
        record.file_sha256,
        encodable(record.error),
        _countable(record.server_size),
    )


def insert_records(
    connection: sqlite3.Connection, records: Iterable[Record], *, over: Iterable[Status]
) -> None:
    """Write rows of messages; one that is there stays, unless it is in one of the states `over`.

    What a row told of a message stays too, where the new one tells nothing.
    """
    states = ", ".join(f"'{status.value}'" for status in over)
    changes = ", ".join(
        f"{name} = coalesce(excluded.{name}, {name})"
        if name == "size"  # counted when it is saved, told or not
        else f"{name} = CASE WHEN excluded.server_size IS NULL AND excluded.internal_date IS NULL"
        f" THEN {name} ELSE excluded.{name} END"
        if name in _TOLD
        else f"{name} = excluded.{name}"
        for name in Record._fields[3:]
    )
    rows = map(as_row, records)
    while values := list(chain.from_iterable(islice(rows, _AT_ONCE))):
        places = ", ".join([_PLACES] * (len(values) // len(Record._fields)))
        connection.execute(
            f"INSERT INTO message ({COLUMNS}) VALUES {places}"
            f" ON CONFLICT ({KEY}) DO UPDATE SET {changes} WHERE status IN ({states})",
            values,
        )


def _countable(size: int | None) -> int | None:
    return size if (size or 0) <= _LARGEST_SIZE else None


def encodable(text: str | None) -> str | None:
    """Text that SQLite keeps: lone surrogates become `?`."""
    if text is None or text.isascii():
        return text
    return text.encode(errors="replace").decode()


def as_record(row: tuple[Any, ...]) -> Record:
    """The record that a row keeps."""
    folder, uid_validity, uid, status, size, internal_date, flags, *rest = row
    return Record(
        folder,
        uid_validity,
        uid,
        _STATUSES[status],
        size,
        internal_date,
        tuple(flags.split(" ")) if flags else (),
        *rest,
    )


def as_folder_record(row: tuple[Any, ...]) -> FolderRecord:
    """The record of a folder that a row keeps."""
    number, raw_name, name, path, uid_validity, total, levels, error = row
    names = tuple(map(str, json.loads(levels)))
    if not {"", ".", ".."}.isdisjoint(path.split("/")) or "\0" in path:
        raise ValueError(f"no path of a folder: {path!r}")
    return FolderRecord(number, raw_name, name, path, uid_validity, total, names, error)
