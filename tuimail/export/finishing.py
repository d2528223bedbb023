"""What has come whole is brought to the disk, and then to the ledger."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tuimail.errors import FileError, MessageUnreadable
from tuimail.export.file_batch import bring_to_disk
from tuimail.export.ledger import Ledger
from tuimail.export.msg_worker import MsgWorker
from tuimail.export.names import SaveFormat
from tuimail.export.raw_files import RawFile, RawFiles, received_at, record_name
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.files import Directory, PartFile

_MOST_WORKERS = 8
_ORDERED_AHEAD = 4
"""Messages that a conversion knows of, so that it never waits for the next one."""
_SYNCED_AT_ONCE = 8
"""The disk writes many files in the time of one when it is asked for them together."""


class _Ready(NamedTuple):
    """A file that lacks nothing but its name."""

    raw: RawFile
    part: PartFile
    size: int
    sha256: str
    remark: str | None

    def record(self, path: str) -> Record:
        """As the ledger will have it."""
        return self.raw.record._replace(
            status=Status.SAVED,
            size=self.raw.size,
            sha256=self.raw.sha256,
            path=path,
            file_size=self.size,
            file_sha256=self.sha256,
            error=self.remark,
        )


class Finisher:
    """Finishes one batch after the other; a thread of its own calls it.

    Per batch: every file is synced, then named, then the folder is synced, then the ledger is
    told, in that order.
    """

    def __init__(self, ledger: Ledger, stopping: threading.Event) -> None:
        self._ledger = ledger
        self._stopping = stopping
        """Once it is set, nothing more is converted: that takes longer than a person waits."""
        self._to_msg = ledger.save_format is SaveFormat.MSG
        self._worker = MsgWorker()

    def finish(
        self, directory: Directory, folder: FolderRecord, whole: Sequence[RawFile]
    ) -> tuple[list[Record], FileError | None]:
        """What is saved now, and the first error; what could not be finished is removed."""
        ready: list[_Ready] = []
        try:
            error = self._prepare(directory, whole, ready)
            files = [(one.part, received_at(one.raw.record)) for one in ready]
            placed, refusal = bring_to_disk(directory, files, at_once=_SYNCED_AT_ONCE)
            saved = [
                one.record(f"{folder.path}/{at.name}")
                for one, at in zip(ready, placed, strict=True)
                if at is not None
            ]
            if saved:
                self._ledger.note(saved)
        except FileError as fault:
            return [], fault
        finally:
            for raw in whole:
                raw.part.discard()
        return saved, error or refusal

    def close(self) -> None:
        """End the conversion to MSG."""
        self._worker.close()

    def _prepare(
        self, directory: Directory, whole: Sequence[RawFile], ready: list[_Ready]
    ) -> FileError | None:
        if not self._to_msg:
            ready.extend(_Ready(one, one.part, one.size, one.sha256, one.remark) for one in whole)
            return None
        ordered: deque[tuple[RawFile, PartFile]] = deque()
        waiting = deque(whole)
        try:
            while (waiting or ordered) and not self._stopping.is_set():
                if waiting and len(ordered) < _ORDERED_AHEAD:
                    raw = waiting.popleft()
                    record = raw.record
                    msg = directory.create_part(record_name(record, SaveFormat.MSG))
                    ordered.append((raw, msg))
                    self._worker.send(raw.part.path, msg.path, received_at(record), record.flags)
                else:
                    ready.append(self._take_converted(*ordered.popleft()))
        except FileError as error:
            return error
        finally:
            if ordered:
                self._worker.drop_orders()
            for _, msg in ordered:
                msg.discard()
        return None

    def _take_converted(self, raw: RawFile, msg: PartFile) -> _Ready:
        try:
            converted = self._worker.receive()
        except MessageUnreadable as error:
            msg.discard()
            remark = _join(raw.remark, f"saved as EML: {error}")
            return _Ready(raw, raw.part, raw.size, raw.sha256, remark)
        except BaseException:
            msg.discard()
            raise
        raw.part.discard()
        lost = "; ".join(converted.lost)
        remark = _join(raw.remark, f"MSG could not keep all: {lost}" if lost else None)
        return _Ready(raw, msg, converted.size, converted.sha256, remark)


def _join(*remarks: str | None) -> str | None:
    return "; ".join(filter(None, remarks)) or None


def count_finishers(save_format: SaveFormat) -> int:
    """How many finishers there should be: for MSG, which is all computing, one for each core."""
    if save_format is SaveFormat.EML:
        return 2
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(max(cores, 2), _MOST_WORKERS)


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a batch."""

    files: RawFiles
    saved: Sequence[Record]
    error: BaseException | None
    """The first thing that went wrong; what is saved is saved all the same."""


class Finishers:
    """Threads that finish batches while the next ones come."""

    def __init__(self, ledger: Ledger, count: int, on_finished: Callable[[Finished], None]) -> None:
        self._on_finished = on_finished
        self._stopping = threading.Event()
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        # Made here: a run with nothing to do is over before a thread of it has begun.
        self._finishers = [Finisher(ledger, self._stopping) for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._run, args=(one,), name="tuimail-finish", daemon=True)
            for one in self._finishers
        ]
        for thread in self._threads:
            thread.start()

    def put(self, files: RawFiles, folder: FolderRecord, whole: Sequence[RawFile]) -> None:
        """Finish what has come whole of a batch; `on_finished` is called on another thread."""
        self._work.put(_Work(files, folder, whole))

    def stop(self, *, converting: bool) -> None:
        """End the threads once nothing is left to do; with `converting` False, MSG ends at once."""
        if not converting:
            self._stopping.set()
            for finisher in self._finishers:
                finisher.close()
        for _ in self._threads:
            self._work.put(None)

    def _run(self, finisher: Finisher) -> None:
        try:
            while (work := self._work.get()) is not None:
                saved: Sequence[Record] = ()
                error: BaseException | None
                try:
                    saved, error = finisher.finish(work.files.directory, work.folder, work.whole)
                except BaseException as fault:  # noqa: BLE001 - the run ends with it
                    error = fault
                self._on_finished(Finished(work.files, saved, error))
        finally:
            finisher.close()


@dataclass(frozen=True, slots=True)
class _Work:
    files: RawFiles
    folder: FolderRecord
    whole: Sequence[RawFile]
