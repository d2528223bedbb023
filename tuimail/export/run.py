"""The run of an export: what the plan asked for is fetched, finished and noted, batch by batch."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial

from tuimail.errors import (
    CommandRefused,
    ConnectionLost,
    FileError,
    FolderChanged,
    MessageUnreadable,
    TuimailError,
)
from tuimail.export.background import run_in_background
from tuimail.export.file_worker import FileWorker
from tuimail.export.finishing import count_finishers, open_files
from tuimail.export.frames import Answer, Message, Written
from tuimail.export.ledger import Ledger
from tuimail.export.patience import MOST_LOSSES, PAUSES, Patience, is_passing
from tuimail.export.plan import Plan
from tuimail.export.raw_files import MOST_OCTETS, RawFile, RawFiles
from tuimail.export.records import MOST_SHORT, Record, Status
from tuimail.export.report import ExportListener, ExportReport, Tally
from tuimail.export.sweeping import sweep_parts
from tuimail.files import Directory
from tuimail.imap.job import Request
from tuimail.imap.raw import BATCH_UNWATCHED, IN_FLIGHT
from tuimail.imap.store import MailStore

MOST_MESSAGES = 100
"""Of a batch, as MOST_OCTETS."""
MOST_BATCHES = 8
"""That a connection is asked for in one go: each time it waits a round trip for the first answer.
One batch at a time, four connections would wait 25 times for 10,000 messages."""
MOST_SUSPECTS = IN_FLIGHT * BATCH_UNWATCHED
"""Messages that may have been under way when a connection was lost."""


def run_export(
    store: MailStore,
    plan: Plan,
    ledger: Ledger,
    directory: Directory,
    listener: ExportListener | None = None,
    *,
    pauses: Sequence[float] = PAUSES,
) -> Request[ExportReport]:
    """Fetch what the plan has put into the ledger; answers at once.

    A message that fails is tried again alone and then noted as failed, and a folder that cannot
    be opened costs its own messages only. The request ends with FileError when the disk refuses,
    with ConnectError or ConnectionLost when the server is gone for good, and with whatever the
    listener raises. Whatever its end, cancelling included, what had come whole is saved and noted.
    """
    told = listener or ExportListener()
    return run_in_background(
        lambda request: _Run(request, store, plan, ledger, directory, told, pauses).run()
    )


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A request of the store has ended."""

    files: RawFiles


_Event = _Fetched | Answer | None
"""None is the wish to stop."""


class _Run:
    """Lives on one thread; the store's threads and the files' process send it events."""

    def __init__(
        self,
        request: Request[ExportReport],
        store: MailStore,
        plan: Plan,
        ledger: Ledger,
        directory: Directory,
        listener: ExportListener,
        pauses: Sequence[float],
    ) -> None:
        self._request = request
        self._store = store
        self._plan = plan
        self._ledger = ledger
        self._directory = directory
        self._listener = listener
        self._tally = Tally(plan)
        self._patience = Patience(pauses)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._worker = FileWorker(directory, ledger.save_format, ledger.lock, self._events.put)
        connections = len(store.connection_states)
        # Room for a batch of each connection beside those in work: less ends requests early.
        self._most_finishing = connections + count_finishers(ledger.save_format)
        self._batch = _files_in_a_batch(connections + self._most_finishing)
        self._planned = self._read_planned()
        self._again: deque[tuple[Sequence[Record], bool]] = deque()
        """What is asked for anew, and whether it is one that did not come, alone now."""
        self._fetching: dict[RawFiles, Request[None]] = {}
        self._lock = threading.Lock()
        """For what connections change too, in `_finish`: these three."""
        self._batches = 0
        self._finishing: dict[int, tuple[RawFiles, Sequence[RawFile]]] = {}
        """Batches that came whole and are not noted yet, by number."""
        self._short = 0
        """Messages that came alone, and shorter than their sizes."""
        self._folders = {folder.record.id: folder.record for folder in plan.folders}
        self._losses = 0
        self._given_up: dict[int, str] = {}
        """Folders that fetch no more, and why."""

    def run(self) -> ExportReport:
        self._request.on_abandon = lambda: self._events.put(None)
        try:
            if self._request.abandoned:
                raise CancelledError
            self._work_through()
        finally:
            self._wind_up()
        sweep_parts(self._directory, (folder.record.path for folder in self._plan.folders))
        return self._tally.report()

    def _work_through(self) -> None:
        while True:
            pause = self._patience.seconds_left
            if pause is None:
                self._send()
            # In this order: what is fetched is being finished before it is so no longer.
            if not (self._fetching or self._finishing or pause):
                return
            try:
                event = self._events.get(timeout=pause)
            except queue.Empty:
                continue
            if event is None:
                raise CancelledError
            if isinstance(event, Answer):
                error = self._take_finished(event)
                if error is not None:
                    raise error
            else:
                self._take_fetched(event.files)

    def _wind_up(self) -> None:
        """Let go of what is under way, and save what of it is whole."""
        for files, request in self._fetching.items():
            request.cancel()
            self._end_fetching(files)
        self._fetching.clear()
        if self._request.abandoned:
            self._worker.stop_converting()
        try:
            self._await_finishers()
        finally:
            self._await_finishers()  # nothing is left, unless the listener raised
            self._worker.close()

    def _await_finishers(self) -> None:
        while self._finishing:
            event = self._events.get()
            if event is None:
                self._worker.stop_converting()
            elif isinstance(event, Answer):
                # What else goes wrong now is not told: the run ends for another reason.
                self._take_finished(event)

    # --- what is fetched

    def _send(self) -> None:
        """Keep one request more in flight than there are connections, so that none stands idle."""
        while len(self._fetching) <= len(self._store.connection_states) and self._has_room():
            records, is_second = (
                self._again.popleft() if self._again else (next(self._planned, None), False)
            )
            if records is None:
                return
            folder = records[0].folder
            if folder in self._given_up:
                self._fail(records, self._given_up[folder])
                continue
            record = self._folders[folder]
            files = RawFiles(
                self._worker.open_stream(record.path, list(map(_message, records))),
                record.raw_name,
                records,
                batch=self._batch,
                on_batch=self._finish,
                is_second=is_second,
                takes_short=self._guesses_sizes,
            )
            request = self._store.raw(
                files.identities, files, takes_more=partial(self._takes_more, files)
            )
            self._fetching[files] = request
            request.add_done_callback(partial(self._tell_fetched, files))

    def _guesses_sizes(self) -> bool:
        """Whether the server has shown not to know them; any thread may ask."""
        return self._short >= MOST_SHORT

    def _takes_more(self, files: RawFiles) -> bool:
        """Whether to go on with a request; any thread may ask."""
        return self._has_room() and files.failed < self._batch

    def _has_room(self) -> bool:
        """Whether the disk keeps up with what comes; any thread may ask."""
        return len(self._finishing) < self._most_finishing

    def _tell_fetched(self, files: RawFiles, _request: object) -> None:
        self._events.put(_Fetched(files))

    def _read_planned(self) -> Iterator[Sequence[Record]]:
        """What the plan asked for, as much at a time as one request is for, folder by folder.

        Less towards the end, so that all connections end together.
        """
        left = self._plan.messages
        for folder in self._plan.folders:
            records: list[Record] = []
            octets = most = 0
            for record in self._ledger.iter_records(Status.ASKED, folder.record.id):
                size = record.size or 0
                if records and (len(records) >= most or octets + size > MOST_OCTETS * MOST_BATCHES):
                    yield records
                    records, octets = [], 0
                if not records:
                    share = left // (2 * len(self._store.connection_states))
                    most = min(max(share, self._batch), self._batch * MOST_BATCHES)
                records.append(record)
                octets += size
                left -= 1
            if records:
                yield records

    def _take_fetched(self, files: RawFiles) -> None:
        request = self._fetching.pop(files)
        missing = self._end_fetching(files)
        if request.cancelled() or request.abandoned:
            raise CancelledError  # the store was closed
        if len(missing) < len(files.records):
            self._patience.renew()
            self._losses = 0
        is_second = files.is_second
        error = request.exception()
        if error is not None:
            self._judge_request([record for record, _ in missing], error, is_second=is_second)
            return
        self._judge_messages([(one, fault) for one, fault in missing if fault], is_second=is_second)
        unsent = [record for record, fault in missing if fault is None]
        if unsent:
            self._again.append((unsent, False))

    def _end_fetching(self, files: RawFiles) -> list[tuple[Record, TuimailError | None]]:
        """Finish what has come whole of a request that is over; gives what has not."""
        whole, missing = files.take()
        if whole:
            self._finish(files, whole)
        files.stream.close()
        return missing

    def _judge_request(
        self, missing: list[Record], error: BaseException, *, is_second: bool
    ) -> None:
        """Decide what becomes of messages whose request failed; raises what ends the run."""
        if is_passing(error) and self._wait(missing, error):
            return
        match error:
            case ConnectionLost():
                # Those behind were not even asked for.
                suspects, rest = missing[:MOST_SUSPECTS], missing[MOST_SUSPECTS:]
                if rest:
                    self._again.append((rest, False))
                self._judge_messages([(one, error) for one in suspects], is_second=is_second)
            case FolderChanged() | CommandRefused() | MessageUnreadable():
                if missing:
                    self._given_up[missing[0].folder] = str(error)
                    self._fail(missing, str(error))
            case _:
                raise error

    def _judge_messages(
        self, missing: list[tuple[Record, TuimailError]], *, is_second: bool
    ) -> None:
        """Try messages that did not come a second time, each alone; then they have failed."""
        refusal = next((fault for _, fault in missing if is_passing(fault)), None)
        if refusal is not None and self._wait([one for one, _ in missing], refusal):
            return
        if not is_second:
            self._again.extend(([record], True) for record, _ in missing)
            return
        for record, fault in missing:
            self._fail([record], str(fault))
            if isinstance(fault, ConnectionLost) or is_passing(fault):
                self._losses += 1
                if self._losses >= MOST_LOSSES:
                    raise fault

    def _wait(self, missing: Sequence[Record], error: BaseException) -> bool:
        """Ask again after a pause; False when there were enough of them."""
        was_waiting = self._patience.seconds_left is not None
        seconds = self._patience.begin_pause()
        if seconds is None:
            return False
        if not was_waiting:
            self._listener.waits(f"{error}; going on in {seconds:.0f} seconds")
        if missing:
            self._again.appendleft((missing, False))
        return True

    def _fail(self, missing: Sequence[Record], sentence: str) -> None:
        failed = [one._replace(status=Status.FAILED, error=sentence) for one in missing]
        if failed:
            self._ledger.note(failed)
            self._tell(failed)

    # --- what is finished

    def _finish(self, files: RawFiles, whole: Sequence[RawFile]) -> None:
        """A batch has come whole; connections call it too."""
        with self._lock:
            self._batches += 1
            number = self._batches
            self._finishing[number] = files, whole
            self._short += files.is_second and whole[0].is_guess
        files.stream.finish(number)

    def _take_finished(self, answer: Answer) -> FileError | None:
        """Note what is on the disk; gives what went wrong."""
        files, whole = self._finishing[answer.number]
        path = self._folders[files.folder].path
        raw = {one.number: one for one in whole}
        saved = [_saved_record(raw[one.message], one, path) for one in answer.written]
        error = None if answer.error is None else FileError(answer.error)
        try:
            if saved:
                self._ledger.note(saved)
        except FileError as fault:
            saved, error = [], fault
        finally:
            del self._finishing[answer.number]
        if saved:
            self._tell(saved)
        return error

    def _tell(self, records: Sequence[Record]) -> None:
        self._tally.add(records)
        listener = self._listener
        self._listener = ExportListener()  # one that raises is told no more
        listener.noted(records)
        listener.progress(self._tally.progress)
        self._listener = listener


def _message(record: Record) -> Message:
    return Message(record.uid, record.internal_date, record.subject, record.flags)


def _saved_record(raw: RawFile, written: Written, folder: str) -> Record:
    """As the ledger will have it."""
    return raw.record._replace(
        status=Status.SAVED,
        size=raw.size,
        sha256=written.sha256,
        path=f"{folder}/{written.name}",
        file_size=written.size,
        file_sha256=written.file_sha256,
        error="; ".join(filter(None, (raw.remark, written.remark))) or None,
    )


def _files_in_a_batch(batches: int) -> int:
    """So that the files of all batches may be open, and as many again of what comes meanwhile."""
    return max(1, min(MOST_MESSAGES, open_files() // (2 * batches)))
