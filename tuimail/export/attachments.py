"""Saving attachments as files: only those parts are fetched, and decoded on their way."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tuimail.errors import ConnectError, ConnectionLost, FileError, TuimailError
from tuimail.export.background import run_in_background, wait_for
from tuimail.export.file_batch import FileBatch
from tuimail.export.message_files import SaveProgress
from tuimail.export.save import SaveReport
from tuimail.files import Directory, PartFile, name_key, numbered_name, safe_name
from tuimail.imap.identity import Identity
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore
from tuimail.imap.structure import Attachment
from tuimail.imap.summary import Summary
from tuimail.mail.decoder import make_decoder

Item = tuple[Summary, Attachment]


def save_attachments(
    store: MailStore,
    items: Sequence[Item],
    directory: Path,
    *,
    on_progress: Callable[[SaveProgress], None] = lambda _: None,
) -> Request[SaveReport]:
    """Save attachments into a folder, which is made when it is missing; answers at once.

    Their names are made safe, and none replaces what is there. `on_progress` is called on another
    thread. An attachment whose message is gone or unreadable is in the report; a lost connection
    or a disk that refuses (FileError) ends the request with that error, and the attachments that
    had come whole are kept. Cancelling it leaves no half-written file.
    """
    return run_in_background(lambda request: _save(request, store, items, directory, on_progress))


def _save(
    request: Request[SaveReport],
    store: MailStore,
    items: Sequence[Item],
    path: Path,
    on_progress: Callable[[SaveProgress], None],
) -> SaveReport:
    failed: list[tuple[Identity, str]] = []
    octets = 0
    coming: deque[_Coming] = deque()
    with Directory.open(path) as directory:
        batch, names, waiting = FileBatch(directory), _Names(), iter(items)
        try:
            for number in count(1):
                while len(coming) < len(store.connection_states):
                    item = next(waiting, None)
                    if item is None:
                        break
                    coming.append(_Coming.begin(store, item, directory, names))
                if not coming:
                    break
                first = coming[0]
                try:
                    wait_for(first.request, request)
                    octets += first.sink.finish()
                    batch.add(first.sink.part, first.sink.octets, first.message.date)
                except (ConnectError, ConnectionLost, FileError):
                    raise
                except TuimailError as error:
                    first.sink.close()
                    failed.append((first.message.identity, str(error)))
                coming.popleft()
                on_progress(SaveProgress(number, len(items), octets))
        finally:
            for one in coming:
                one.request.cancel()
                one.sink.close()
            batch.finish()
    return SaveReport(batch.saved, batch.already_there, tuple(failed), path, "attachment")


@dataclass(frozen=True, slots=True)
class _Coming:
    """An attachment on its way."""

    message: Summary
    sink: _Sink
    request: Request[None]

    @classmethod
    def begin(cls, store: MailStore, item: Item, directory: Directory, names: _Names) -> _Coming:
        message, attachment = item
        part = directory.create_part(names.choose(safe_name(str(attachment.name))))
        sink = _Sink(part, attachment.encoding)
        return cls(message, sink, store.part_into(message.identity, attachment.part, sink))


class _Sink:
    """Decodes into a file on a thread of the store, while whoever waits may close it on another.

    What arrives after that raises CancelledError.
    """

    def __init__(self, part: PartFile, encoding: str) -> None:
        self.part = part
        self.octets = 0
        self._decoder = make_decoder(encoding)
        self._lock = threading.Lock()
        self._closed = False

    def write(self, octets: bytes, /) -> None:
        with self._lock:
            if self._closed:
                raise CancelledError
            self._keep(self._decoder.feed(octets))

    def finish(self) -> int:
        """The octets of the whole file; nothing is written after it."""
        with self._lock:
            self._keep(self._decoder.finish())
            self._closed = True
            return self.octets

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self.part.discard()

    def _keep(self, decoded: bytes) -> None:
        if decoded:
            self.octets += self.part.write(decoded)


class _Names:
    """Names that no two attachments of one run share, whatever the file system takes for equal."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def choose(self, name: str) -> str:
        wanted = name_key(name)
        # Thousands are called image001.png: the numbers that are taken are not tried again.
        for number in count(self._next.get(wanted, 1)):
            chosen = numbered_name(name, number)
            key = name_key(chosen)
            if key not in self._taken:
                self._taken.add(key)
                self._next[wanted] = number + 1
                return chosen
        raise AssertionError("count() has no end")
