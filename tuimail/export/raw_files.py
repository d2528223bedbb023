"""A batch of an export on its way from the server into files."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import datetime

from tuimail.errors import MessageUnreadable, TuimailError
from tuimail.export.names import SaveFormat, message_name
from tuimail.export.records import Record
from tuimail.files import Directory, PartFile
from tuimail.imap.identity import Identity
from tuimail.text import MailText


@dataclass(frozen=True, slots=True)
class RawFile:
    """A message that has come whole."""

    record: Record
    part: PartFile
    size: int
    """Octets, counted."""
    sha256: str
    remark: str | None = None
    """One sentence, where something about it is strange."""


class RawFiles:
    """The files of a batch of one folder's messages: a RawReceiver.

    The octets come on a thread of the store; `take` is for another one, once no more may come.
    A message shorter than its RFC822.SIZE was cut off, or the server guesses at sizes (Exchange):
    it is kept, with a remark, where `takes_short` says so. One that came empty never is.
    """

    def __init__(
        self,
        directory: Directory,
        folder: bytes,
        records: Sequence[Record],
        *,
        takes_short: bool = False,
    ) -> None:
        self.directory = directory
        self.records = tuple(records)
        self._folder = folder
        self._takes_short = takes_short
        self._missing = {one.uid: one for one in records}
        self._lock = threading.Lock()
        self._closed = False
        self._current: _Coming | None = None
        self._whole: list[RawFile] = []
        self._faults: dict[int, TuimailError] = {}

    @property
    def identities(self) -> tuple[Identity, ...]:
        return tuple(Identity(self._folder, one.uid_validity, one.uid) for one in self.records)

    @property
    def folder(self) -> int:
        """The id of the FolderRecord."""
        return self.records[0].folder

    def take(self) -> tuple[list[RawFile], list[tuple[Record, TuimailError | None]]]:
        """What has come whole, and what has not, with the reason where there is one.

        Nothing is written after it. The caller finishes or discards the files.
        """
        with self._lock:
            self._closed = True
            self._discard_current()
            whole, self._whole = self._whole, []
            missing = [(one, self._faults.get(uid)) for uid, one in self._missing.items()]
            return whole, missing

    def begin(self, identity: Identity, size: int) -> RawFiles:
        with self._lock:
            if self._closed:
                raise CancelledError
            # A message that failed with its connection may come on the next one.
            self._faults.pop(identity.uid, None)
            name = record_name(self._missing[identity.uid], SaveFormat.EML)
            part = self.directory.create_part(name)
            self._current = _Coming(part, size)
        return self

    def write(self, octets: bytes | memoryview) -> None:
        with self._lock:
            if self._current is None:
                raise CancelledError
            self._current.write(octets)

    def end(self, identity: Identity) -> None:
        with self._lock:
            coming = self._current
            if coming is None:
                raise CancelledError
            record = self._missing[identity.uid]
            remark = _find_shortage(coming.size, record.size)
            fault = None
            if coming.size != coming.announced:
                fault = "it came in another length than announced"
            elif not (coming.size and self._takes_short):
                fault = remark
            if fault is not None:
                self._discard_current()
                self._faults[identity.uid] = MessageUnreadable(fault)
                return
            self._current = None
            del self._missing[identity.uid]
            digest = coming.hash.hexdigest()
            self._whole.append(RawFile(record, coming.part, coming.size, digest, remark))

    def fail(self, identity: Identity, error: TuimailError) -> None:
        with self._lock:
            self._discard_current()
            self._faults[identity.uid] = error

    def _discard_current(self) -> None:
        if self._current is not None:
            self._current.part.discard()
            self._current = None


class _Coming:
    """A message whose octets are coming."""

    __slots__ = ("announced", "hash", "part", "size")

    def __init__(self, part: PartFile, announced: int) -> None:
        self.part = part
        self.announced = announced
        self.size = 0
        self.hash = hashlib.sha256()

    def write(self, octets: bytes | memoryview) -> None:
        self.size += self.part.write(octets)
        self.hash.update(octets)


def _find_shortage(size: int, told: int | None) -> str | None:
    """A sentence, when fewer octets came than RFC822.SIZE told of, or none at all."""
    if told is None and not size:
        return "the server sent nothing of it"
    if size >= (told or 0):
        return None
    sent = f"{size:,}" if size else "none"
    return f"the server told of {told:,} octets and sent {sent}"


def record_name(record: Record, save_format: SaveFormat) -> str:
    """What the message's file is called."""
    return message_name(received_at(record), MailText(record.subject), record.uid, save_format)


def received_at(record: Record) -> datetime | None:
    """INTERNALDATE, with its zone."""
    return None if record.internal_date is None else datetime.fromisoformat(record.internal_date)
