"""The run of an export: what the plan asked for is fetched, finished and noted, batch by batch."""

from __future__ import annotations

import queue
import resource
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import partial

from tuimail.errors import (
    CommandRefused,
    ConnectionLost,
    FolderChanged,
    MessageGone,
    MessageUnreadable,
    TuimailError,
)
from tuimail.export.background import run_in_background
from tuimail.export.finishing import Finished, Finishers
from tuimail.export.ledger import Ledger
from tuimail.export.patience import MOST_LOSSES, MOST_SHORT, PAUSES, Patience, is_passing
from tuimail.export.plan import Plan
from tuimail.export.raw_files import RawFile, RawFiles
from tuimail.export.records import Record, Status
from tuimail.export.report import ExportListener, ExportReport, Tally
from tuimail.export.sweeping import sweep_parts
from tuimail.export.targets import Targets
from tuimail.files import Directory
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore

MOST_MESSAGES = 100
MOST_OCTETS = 8 << 20
"""Of a batch: after a crash so much is fetched again for each connection."""
FINISHERS = 2
_OTHER_FILES = 64
"""Open files of the rest of the program."""


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


_Event = _Fetched | Finished | None
"""None is the wish to stop."""


class _Run:
    """Lives on one thread; the store's threads and the finishers' send it events."""

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
        self._targets = Targets(directory, (folder.record for folder in plan.folders))
        self._tally = Tally(plan)
        self._patience = Patience(pauses)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._finishers = Finishers(ledger, FINISHERS, self._events.put)
        self._planned = self._read_batches()
        self._again: deque[Sequence[Record]] = deque()
        self._fetching: dict[RawFiles, Request[None]] = {}
        self._finishing = 0
        self._losses = 0
        self._short = 0
        """Messages that came alone, and shorter than their sizes."""
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
            if not (self._fetching or self._finishing or pause):
                return
            try:
                event = self._events.get(timeout=pause)
            except queue.Empty:
                continue
            if event is None:
                raise CancelledError
            if isinstance(event, Finished):
                self._take_finished(event)
                if event.error is not None:
                    raise event.error
            else:
                self._take_fetched(event.files)

    def _wind_up(self) -> None:
        """Let go of what is under way, and save what of it is whole."""
        for files, request in self._fetching.items():
            request.cancel()
            self._finish(files, files.take()[0])
        self._fetching.clear()
        self._finishers.stop(converting=not self._request.abandoned)
        try:
            self._await_finishers()
        finally:
            self._await_finishers()  # nothing is left, unless the listener raised

    def _await_finishers(self) -> None:
        while self._finishing:
            event = self._events.get()
            if isinstance(event, Finished):
                self._take_finished(event)

    # --- what is fetched

    def _send(self) -> None:
        """Keep one more batch in flight than there are connections, so that none stands idle."""
        while (
            len(self._fetching) <= len(self._store.connection_states)
            and self._finishing < FINISHERS * 2
        ):
            batch = self._again.popleft() if self._again else next(self._planned, None)
            if batch is None:
                return
            folder = batch[0].folder
            if folder in self._given_up:
                self._fail(batch, self._given_up[folder])
                continue
            raw_name = self._targets.record(folder).raw_name
            files = RawFiles(
                self._targets.open(folder),
                raw_name,
                batch,
                takes_short=len(batch) == 1 or self._short >= MOST_SHORT,
            )
            request = self._store.raw(files.identities, files)
            self._fetching[files] = request
            request.add_done_callback(partial(self._tell_fetched, files))

    def _tell_fetched(self, files: RawFiles, _request: object) -> None:
        self._events.put(_Fetched(files))

    def _read_batches(self) -> Iterator[Sequence[Record]]:
        """What the plan asked for, as batches of one folder and one UIDVALIDITY."""
        most = _files_in_a_batch(len(self._store.connection_states) + FINISHERS * 2)
        for folder in self._plan.folders:
            batch: list[Record] = []
            octets = 0
            for record in self._ledger.iter_records(Status.ASKED, folder.record.id):
                size = record.size or 0
                if batch and (len(batch) >= most or octets + size > MOST_OCTETS):
                    yield batch
                    batch, octets = [], 0
                batch.append(record)
                octets += size
            if batch:
                yield batch

    def _take_fetched(self, files: RawFiles) -> None:
        request = self._fetching.pop(files)
        whole, missing = files.take()
        self._finish(files, whole)
        if request.cancelled() or request.abandoned:
            raise CancelledError  # the store was closed
        if whole:
            self._patience.renew()
            self._losses = 0
        is_alone = len(files.records) == 1
        self._short += is_alone and any(one.remark for one in whole)
        error = request.exception()
        if error is not None:
            self._judge_request([record for record, _ in missing], error, is_alone=is_alone)
            return
        gone = MessageGone("the server did not send it")
        self._judge_messages([(one, fault or gone) for one, fault in missing], is_alone=is_alone)

    def _judge_request(
        self, missing: list[Record], error: BaseException, *, is_alone: bool
    ) -> None:
        """Decide what becomes of messages whose request failed; raises what ends the run."""
        if is_passing(error) and self._wait(missing, error):
            return
        match error:
            case ConnectionLost():
                self._judge_messages([(one, error) for one in missing], is_alone=is_alone)
            case FolderChanged() | CommandRefused() | MessageUnreadable():
                if missing:
                    self._given_up[missing[0].folder] = str(error)
                    self._fail(missing, str(error))
            case _:
                raise error

    def _judge_messages(
        self, missing: list[tuple[Record, TuimailError]], *, is_alone: bool
    ) -> None:
        """Try messages that did not come again, each alone; those that were alone have failed."""
        refusal = next((fault for _, fault in missing if is_passing(fault)), None)
        if refusal is not None and self._wait([one for one, _ in missing], refusal):
            return
        if not is_alone:
            self._again.extend([record] for record, _ in missing)
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
            self._again.appendleft(missing)
        return True

    def _fail(self, missing: Sequence[Record], sentence: str) -> None:
        failed = [replace(one, status=Status.FAILED, error=sentence) for one in missing]
        if failed:
            self._ledger.note(failed)
            self._tell(failed)

    # --- what is finished

    def _finish(self, files: RawFiles, whole: Sequence[RawFile]) -> None:
        if whole:
            self._finishing += 1
            self._finishers.put(files, self._targets.record(files.folder), whole)
        else:
            self._targets.release(files.folder)

    def _take_finished(self, finished: Finished) -> None:
        self._finishing -= 1
        self._targets.release(finished.files.folder)
        if finished.saved:
            self._tell(finished.saved)

    def _tell(self, records: Sequence[Record]) -> None:
        self._tally.add(records)
        listener = self._listener
        self._listener = ExportListener()  # one that raises is told no more
        listener.noted(records)
        listener.progress(self._tally.progress)
        self._listener = listener


def _files_in_a_batch(batches: int) -> int:
    """So that the files of all batches may be open: macOS lets a process have 256 of them."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MOST_MESSAGES
    return max(1, min(MOST_MESSAGES, (limit - _OTHER_FILES) // batches))
