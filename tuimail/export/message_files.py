"""Raw messages on their way into files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from tuimail.errors import TuimailError
from tuimail.export.names import message_name
from tuimail.files import Directory, PartFile
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary

# What waits to be brought to the disk together: fsync costs about 5 ms a file when done one by
# one, and macOS lets a process have 256 files open.
BATCH_FILES = 64
BATCH_OCTETS = 8 << 20


@dataclass(frozen=True, slots=True)
class SaveProgress:
    """How far a save is; a newer one replaces all before it."""

    count: int
    """Messages that are done, well or badly."""
    total: int
    octets: int
    """Of the messages that have come whole."""


class MessageFiles:
    """The files of these messages in one folder: a RawReceiver.

    Per batch every file is brought to the disk, then named, then the folder is synced. The octets
    come on a thread of the store, while whoever waits may close the files on another one: what
    arrives after that raises CancelledError. `with` closes them; what is not named by then is
    discarded.
    """

    def __init__(
        self,
        directory: Directory,
        summaries: Sequence[Summary],
        on_progress: Callable[[SaveProgress], None],
    ) -> None:
        self._directory = directory
        self._summaries = {summary.identity: summary for summary in summaries}
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._closed = False
        self._current: PartFile | None = None
        self._current_size = 0
        self._batch: list[tuple[PartFile, datetime | None]] = []
        self._batch_octets = 0
        self._octets = 0
        self._ended: set[Identity] = set()
        self._failed: dict[Identity, str] = {}
        self.saved = 0
        self.already_there = 0

    @property
    def failed(self) -> tuple[tuple[Identity, str], ...]:
        """The messages that did not come, each with one sentence."""
        missing = dict.fromkeys(self._summaries, "the server did not send it")
        missing |= self._failed
        return tuple((i, sentence) for i, sentence in missing.items() if i not in self._ended)

    def begin(self, identity: Identity, size: int) -> MessageFiles:
        summary = self._summaries[identity]
        name = message_name(summary.internal_date, summary.subject, identity.uid)
        with self._lock:
            if self._closed:
                raise CancelledError
            # A message that failed with its connection may come on the next one.
            self._failed.pop(identity, None)
            self._current = self._directory.create_part(name)
            self._current_size = size
        return self

    def write(self, octets: bytes | memoryview) -> int:
        with self._lock:
            return self._require_part().write(octets)

    def end(self, identity: Identity) -> None:
        with self._lock:
            part, self._current = self._require_part(), None
            self._batch.append((part, self._summaries[identity].internal_date))
            self._batch_octets += self._current_size
            self._octets += self._current_size
            self._ended.add(identity)
            if len(self._batch) >= BATCH_FILES or self._batch_octets >= BATCH_OCTETS:
                self._finish_batch()
        self._tell()

    def fail(self, identity: Identity, error: TuimailError) -> None:
        with self._lock:
            self._discard_current()
            self._failed[identity] = str(error)
        self._tell()

    def finish(self) -> None:
        """Name what is whole. Raises FileError."""
        with self._lock:
            self._finish_batch()

    def close(self) -> None:
        """Discard what is not named; nothing is written after it."""
        with self._lock:
            self._closed = True
            self._discard_current()
            for part, _ in self._batch:
                part.discard()
            self._batch.clear()

    def __enter__(self) -> MessageFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _require_part(self) -> PartFile:
        if self._current is None:
            raise CancelledError
        return self._current

    def _discard_current(self) -> None:
        if self._current is not None:
            self._current.discard()
            self._current = None

    def _finish_batch(self) -> None:
        batch, self._batch, self._batch_octets = self._batch, [], 0
        try:
            for part, internal_date in batch:
                part.sync(internal_date)
            for part, _ in batch:
                if self._directory.place(part).already_there:
                    self.already_there += 1
                else:
                    self.saved += 1
            if batch:
                self._directory.sync()
        finally:
            # Not tried again: a second fdatasync may succeed although the octets are lost.
            for part, _ in batch:
                part.discard()

    def _tell(self) -> None:
        count = len(self._ended) + len(self._failed)
        self._on_progress(SaveProgress(count, len(self._summaries), self._octets))
