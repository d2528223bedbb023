"""What has come whole is brought to the disk, in the process that writes an export's files."""

from __future__ import annotations

import os
import queue
import resource
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tuimail.errors import FileError, MessageUnreadable
from tuimail.export.file_batch import bring_to_disk
from tuimail.export.frames import Answer, Message, Written
from tuimail.export.msg_worker import MsgWorker
from tuimail.export.names import SaveFormat, message_name
from tuimail.files import Directory, PartFile

_MOST_WORKERS = 8
_ORDERED_AHEAD = 4
"""Messages that a conversion knows of, so that it never waits for the next one."""
_MOST_OPEN = 2_000
"""Files: four connections have room for whole batches, more of them for smaller ones. macOS gives a
program 256 until it asks for more."""
_SYNCED_AT_ONCE = 8
"""The disk writes many files in the time of one when it is asked for them together."""


class WholeFile(NamedTuple):
    """A message that has come whole, and stands in its part."""

    number: int
    """Which of the stream's messages, from 0."""
    message: Message
    part: PartFile
    size: int
    sha256: str


class _Ready(NamedTuple):
    """A file that lacks nothing but its name."""

    whole: WholeFile
    part: PartFile
    size: int
    sha256: str
    remark: str | None

    def written(self, name: str) -> Written:
        whole = self.whole
        return Written(whole.number, name, self.size, whole.sha256, self.sha256, self.remark)


class Finisher:
    """Finishes one batch after the other; a thread of its own calls it.

    Per batch: every file is synced, then named, then the folder is synced, in that order. The
    ledger is told by whoever gets the answer.
    """

    def __init__(self, save_format: SaveFormat, stopping: threading.Event) -> None:
        self._stopping = stopping
        """Once it is set, nothing more is converted: that takes longer than a person waits."""
        self._to_msg = save_format is SaveFormat.MSG
        self._worker = MsgWorker()

    def finish(
        self, directory: Directory, whole: Sequence[WholeFile]
    ) -> tuple[list[Written], FileError | None]:
        """What is saved now, and the first error; what could not be finished is removed."""
        ready: list[_Ready] = []
        try:
            error = self._prepare(directory, whole, ready)
            files = [(one.part, one.whole.message.received_at) for one in ready]
            placed, refusal = bring_to_disk(directory, files, at_once=_SYNCED_AT_ONCE)
        except FileError as fault:
            return [], fault
        finally:
            for one in whole:
                one.part.discard()
        written = [
            one.written(at.name) for one, at in zip(ready, placed, strict=True) if at is not None
        ]
        return written, error or refusal

    def close(self) -> None:
        """End the conversion to MSG."""
        self._worker.close()

    def _prepare(
        self, directory: Directory, whole: Sequence[WholeFile], ready: list[_Ready]
    ) -> FileError | None:
        if not self._to_msg:
            ready.extend(_Ready(one, one.part, one.size, one.sha256, None) for one in whole)
            return None
        ordered: deque[tuple[WholeFile, PartFile]] = deque()
        waiting = deque(whole)
        try:
            while (waiting or ordered) and not self._stopping.is_set():
                if waiting and len(ordered) < _ORDERED_AHEAD:
                    one = waiting.popleft()
                    message = one.message
                    msg = directory.create_part(file_name(message, SaveFormat.MSG))
                    ordered.append((one, msg))
                    self._worker.send(one.part.path, msg.path, message.received_at, message.flags)
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

    def _take_converted(self, whole: WholeFile, msg: PartFile) -> _Ready:
        try:
            converted = self._worker.receive()
        except MessageUnreadable as error:
            msg.discard()
            return _Ready(whole, whole.part, whole.size, whole.sha256, f"saved as EML: {error}")
        except BaseException:
            msg.discard()
            raise
        whole.part.discard()
        lost = "; ".join(converted.lost)
        remark = f"MSG could not keep all: {lost}" if lost else None
        return _Ready(whole, msg, converted.size, converted.sha256, remark)


def file_name(message: Message, save_format: SaveFormat) -> str:
    """What the message's file is called."""
    return message_name(message.received_at, message.subject, message.uid, save_format)


def count_finishers(save_format: SaveFormat) -> int:
    """How many finishers there should be: for MSG, which is all computing, one for each core."""
    if save_format is SaveFormat.EML:
        return 2
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(max(cores, 2), _MOST_WORKERS)


def open_files() -> int:
    """How many files the process that writes may have open; it raises its own limit so far."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, _MOST_OPEN)


class Batch(NamedTuple):
    """What is to be finished, and with which number it is answered."""

    number: int
    path: str
    """Of the folder, relative to the export."""
    directory: Directory
    whole: Sequence[WholeFile]
    error: FileError | None
    """What kept a file from being written that would belong to it."""


class Finishers:
    """Threads that finish batches while the next ones come."""

    def __init__(
        self, save_format: SaveFormat, on_finished: Callable[[Batch, Answer], None]
    ) -> None:
        self._on_finished = on_finished
        self._stopping = threading.Event()
        self._work: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._finishers = [
            Finisher(save_format, self._stopping) for _ in range(count_finishers(save_format))
        ]
        self._threads = [
            threading.Thread(target=self._run, args=(one,), name="tuimail-finish", daemon=True)
            for one in self._finishers
        ]
        for thread in self._threads:
            thread.start()

    def put(self, batch: Batch) -> None:
        """Finish it; `on_finished` is called on another thread."""
        self._work.put(batch)

    def stop_converting(self) -> None:
        """Nobody waits any longer: what is not converted is not to be."""
        self._stopping.set()
        for finisher in self._finishers:
            finisher.close()

    def wait(self) -> None:
        """Until nothing is left to do; there must come nothing more."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self, finisher: Finisher) -> None:
        try:
            while (batch := self._work.get()) is not None:
                written, error = finisher.finish(batch.directory, batch.whole)
                fault = batch.error or error
                answer = Answer(batch.number, written, None if fault is None else str(fault))
                self._on_finished(batch, answer)
        finally:
            finisher.close()
