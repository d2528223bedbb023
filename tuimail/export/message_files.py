"""Raw messages on their way into files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tuimail.errors import TuimailError
from tuimail.export.file_batch import FileBatch
from tuimail.export.names import message_name
from tuimail.files import Directory, PartFile
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary


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
        self._batch = FileBatch(directory)
        self._octets = 0
        self._ended: set[Identity] = set()
        self._failed: dict[Identity, str] = {}

    @property
    def saved(self) -> int:
        return self._batch.saved

    @property
    def already_there(self) -> int:
        return self._batch.already_there

    @property
    def failed(self) -> tuple[tuple[Identity, str], ...]:
        """The messages that did not come, each with one sentence."""
        missing = dict.fromkeys(self._summaries, "the server did not send it")
        missing |= self._failed
        return tuple((i, sentence) for i, sentence in missing.items() if i not in self._ended)

    @property
    def remarks(self) -> tuple[tuple[Identity, str], ...]:
        """What is to be said of messages that are saved, each a clause."""
        return ()

    def begin(self, identity: Identity, size: int) -> MessageFiles:
        summary = self._summaries[identity]
        name = message_name(summary.internal_date, str(summary.subject), identity.uid)
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
            self._octets += self._current_size
            self._keep(self._summaries[identity], part, self._current_size)
            self._ended.add(identity)
        self._tell()

    def fail(self, identity: Identity, error: TuimailError) -> None:
        with self._lock:
            self._discard_current()
            self._failed[identity] = str(error)
        self._tell()

    def finish(self) -> None:
        """Name what is whole. Raises FileError."""
        with self._lock:
            self._batch.finish()

    def stop(self) -> None:
        """Nobody waits any longer: `finish` is to name what is whole, and not to wait either."""

    def close(self) -> None:
        """Discard what is not named; nothing is written after it."""
        with self._lock:
            self._closed = True
            self._discard_current()
            self._batch.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _keep(self, summary: Summary, part: PartFile, size: int) -> None:
        """A message of so many octets has come whole."""
        self._batch.add(part, size, summary.internal_date)

    def _require_part(self) -> PartFile:
        if self._current is None:
            raise CancelledError
        return self._current

    def _discard_current(self) -> None:
        if self._current is not None:
            self._current.discard()
            self._current = None

    def _tell(self) -> None:
        count = len(self._ended) + len(self._failed)
        self._on_progress(SaveProgress(count, len(self._summaries), self._octets))
