"""Messages of one folder on their way from the server into files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import NamedTuple

from tuimail.errors import MessageUnreadable, TuimailError
from tuimail.export.file_worker import FileStream
from tuimail.export.records import Record, is_no_guess
from tuimail.imap.identity import Identity

MOST_OCTETS = 8 << 20
"""Of a batch: after a crash so much is fetched again for each connection."""


class RawFile(NamedTuple):
    """A message that has come whole, and was handed on to be written."""

    number: int
    """Which of the stream's messages, from 0."""
    record: Record
    size: int
    """Octets, counted."""
    remark: str | None = None
    """One sentence, where something about it is strange."""

    @property
    def is_guess(self) -> bool:
        """Whether the server told of a few octets more."""
        told = self.record.size or 0
        return self.size < told and not is_no_guess(self.size, told)


OnBatch = Callable[["RawFiles", Sequence[RawFile]], None]


class RawFiles:
    """The files of some messages of one folder: a RawReceiver.

    The octets come on a thread of the store and go on to `stream`, and `on_batch` is called there
    as soon as they are a batch: `batch` of them, or 8 MB. `take` is for another thread, and ends
    it all. Whoever gets files has them finished.

    A message shorter than its RFC822.SIZE was cut off, or the server guesses at sizes (Exchange):
    it is kept, with a remark, when it `is_second`, a message that did not come whole before and is
    alone now, or where `takes_short` says so. One that came empty never is.
    """

    def __init__(
        self,
        stream: FileStream,
        folder: bytes,
        records: Sequence[Record],
        *,
        batch: int,
        on_batch: OnBatch,
        is_second: bool,
        takes_short: Callable[[], bool],
    ) -> None:
        self.stream = stream
        self.records = tuple(records)
        self._folder = folder
        self._batch = batch
        self._on_batch = on_batch
        self.is_second = is_second
        self._takes_short = takes_short
        self._missing = {one.uid: at for at, one in enumerate(records)}
        self._lock = threading.Lock()
        self._closed = False
        self._is_begun = False
        self._announced = 0
        self._size = 0
        self._whole: list[RawFile] = []
        self._octets = 0
        self._faults: dict[int, TuimailError] = {}

    @property
    def identities(self) -> tuple[Identity, ...]:
        return tuple(Identity(self._folder, one.uid_validity, one.uid) for one in self.records)

    @property
    def folder(self) -> int:
        """The id of the FolderRecord."""
        return self.records[0].folder

    @property
    def failed(self) -> int:
        """Messages that did not come whole so far; any thread may ask."""
        return len(self._faults)

    def take(self) -> tuple[Sequence[RawFile], list[tuple[Record, TuimailError | None]]]:
        """What has come whole since the last batch, and what never came, with the reason.

        The reason is None for what was not sent for. Nothing is written after it.
        """
        with self._lock:
            self._closed = True
            self._discard_current()
            missing = [
                (self.records[at], self._faults.get(uid)) for uid, at in self._missing.items()
            ]
            return self._take_whole(), missing

    def begin(self, identity: Identity, size: int) -> RawFiles:
        with self._lock:
            if self._closed:
                raise CancelledError
            # A message that failed with its connection may come on the next one.
            self._faults.pop(identity.uid, None)
            self.stream.begin(self._missing[identity.uid])
            self._is_begun = True
            self._announced = size
            self._size = 0
        return self

    def write(self, octets: bytes | memoryview) -> None:
        with self._lock:
            if not self._is_begun:
                raise CancelledError
            self._size += len(octets)
            self.stream.write(octets)

    def end(self, identity: Identity) -> None:
        with self._lock:
            if not self._is_begun:
                raise CancelledError
            number = self._missing[identity.uid]
            record = self.records[number]
            remark = _find_shortage(self._size, record.size)
            fault = None
            if self._size != self._announced:
                fault = "it came in another length than announced"
            elif not (self._size and (self.is_second or self._is_guess(record))):
                fault = remark
            if fault is not None:
                self._discard_current()
                self._faults[identity.uid] = MessageUnreadable(fault)
                return
            self._is_begun = False
            self.stream.end()
            del self._missing[identity.uid]
            self._octets += self._size
            self._whole.append(RawFile(number, record, self._size, remark))
            if len(self._whole) >= self._batch or self._octets >= MOST_OCTETS:
                self._on_batch(self, self._take_whole())

    def _is_guess(self, record: Record) -> bool:
        """Whether it is as short as the server's guesses make messages look."""
        return self._takes_short() and not is_no_guess(self._size, record.size or 0)

    def fail(self, identity: Identity, error: TuimailError) -> None:
        with self._lock:
            self._discard_current()
            self._faults[identity.uid] = error

    def _take_whole(self) -> Sequence[RawFile]:
        whole, self._whole, self._octets = self._whole, [], 0
        return whole

    def _discard_current(self) -> None:
        if self._is_begun:
            self.stream.drop()
            self._is_begun = False


def _find_shortage(size: int, told: int | None) -> str | None:
    """A sentence, when fewer octets came than RFC822.SIZE told of, or none at all."""
    if told is None and not size:
        return "the server sent nothing of it"
    if size >= (told or 0):
        return None
    sent = f"{size:,}" if size else "none"
    return f"the server told of {told:,} octets and sent {sent}"
