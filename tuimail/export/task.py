"""One export from the plan to the proof, as the command and the screen both need it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tuimail.errors import FileError, UsageError
from tuimail.export.background import run_in_background, wait_for
from tuimail.export.ledger import Ledger
from tuimail.export.ledger_file import LEDGER_FOLDER
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan, PlanProgress, plan_export
from tuimail.export.proof import INDEX_FILE, SUMS_FILE, write_proof
from tuimail.export.records import FolderRecord, Record
from tuimail.export.report import ExportListener, ExportReport
from tuimail.export.run import run_export
from tuimail.export.speed import estimate_seconds
from tuimail.export.targets import make_folder
from tuimail.files import Directory, free_space, safe_name, shown_path
from tuimail.imap.endpoint import Endpoint
from tuimail.imap.folder import Folder, in_outline_order, with_subfolders
from tuimail.imap.job import Request
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore

_EVERYTHING = Selection()
_BLOCK = 4_096
"""Octets in which a file system counts: the end of each file costs half of it."""
_NOTED = 700
"""Octets that the ledger, `index.csv` and `SHA256SUMS` keep of a message."""
_AS_MSG = (3, 10_240)
"""How many times the octets, and how many more, a message has as MSG: its text becomes UTF-16.
1,000 of 1.2 KB became 12.3 MB, 1,500 varied ones of 18.8 MB became 58.7 MB."""
PROOF_TIME = 5.0
"""Seconds for the proof of an export that somebody stops and waits for."""


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """Whose mail an export holds."""

    name: str
    """`user@host:port`, as the ledger keeps it: one export is of one account."""
    directory: Path
    """Where its exports go when nobody says otherwise; relative."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> ExportAccount:
        """The same for the command and the screen, so that either goes on with the other's."""
        name = f"{endpoint.user}@{endpoint.host}:{endpoint.port}"
        return cls(name, Path(safe_name(f"{endpoint.host}-{endpoint.user}")))


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for whole."""

    folder: Folder | None
    """None is the whole account."""
    below: bool = False
    """With the folders below it."""

    def find_folders(self, store: MailStore, wanted: Request[Any] | None = None) -> list[Folder]:
        """Those of it that can be opened. Raises UsageError when it is none that can be.

        Raises CancelledError once nobody wants it (`wanted`).
        """
        if self.folder is not None and not self.below:
            if not self.folder.selectable:
                raise UsageError(f"{self.folder.name} holds no messages, only folders")
            return [self.folder]
        every = wait_for(store.folders(), wanted)
        chosen = every if self.folder is None else with_subfolders(every, self.folder)
        return [folder for folder in in_outline_order(chosen) if folder.selectable]


@dataclass(frozen=True, slots=True)
class Room:
    """Whether a plan fits onto the disk."""

    needed: int
    """Octets, about."""
    free: int | None
    """None where it is not known."""

    @property
    def is_enough(self) -> bool:
        return self.free is None or self.needed <= self.free


class ExportTask:
    """One export into one folder. Close it, or use it in a `with`; any thread may.

    The plan of a new export writes nothing: the folder is made by `start`. Where there is an
    export already, it is locked against others from `plan` until `close`; `rehearsal` leaves
    that one too as it is, and is never started.
    """

    def __init__(
        self,
        store: MailStore,
        account: ExportAccount,
        path: Path,
        save_format: SaveFormat,
        *,
        rehearsal: bool = False,
    ) -> None:
        self.path = path
        self.save_format = save_format
        self._store = store
        self._account = account
        self._rehearsal = rehearsal
        self._directory: Directory | None = None
        self._ledger: Ledger | None = None
        self._is_sketch = False
        """The ledger is in memory so far."""
        self.is_proven = True
        """Whether `index.csv` and `SHA256SUMS` tell of all that the last run saved."""

    @property
    def ledger(self) -> Ledger:
        """From `plan` on."""
        assert self._ledger is not None, "plan first"
        return self._ledger

    def plan(
        self,
        folders: Sequence[Folder],
        selection: Selection = _EVERYTHING,
        on_progress: Callable[[PlanProgress], None] = lambda _: None,
        on_skipped: Callable[[FolderRecord, Record], None] | None = None,
        wanted: Request[Any] | None = None,
        on_waits: Callable[[str], None] = lambda _: None,
    ) -> Plan:
        """As `plan_export`, with the time that it will take.

        Raises UsageError, FileError too when the folder is not for this.
        """
        self._open_ledger()
        plan = plan_export(
            self._store,
            folders,
            selection,
            self.ledger,
            on_progress,
            on_skipped,
            wanted,
            directory=self._directory,
            on_waits=on_waits,
        )
        if self.save_format is SaveFormat.MSG:
            return plan  # what takes the time is the conversion, which nobody measures
        return replace(plan, seconds=estimate_seconds(self._store, self.ledger, plan, wanted))

    def start_plan(
        self,
        scope: Scope,
        on_progress: Callable[[PlanProgress], None] = lambda _: None,
        on_waits: Callable[[str], None] = lambda _: None,
    ) -> Request[Plan]:
        """As `plan`; answers at once. Cancelling it waits for nobody."""
        return run_in_background(
            lambda request: self.plan(
                scope.find_folders(self._store, request),
                on_progress=on_progress,
                wanted=request,
                on_waits=on_waits,
            )
        )

    def measure_room(self, plan: Plan) -> Room:
        """What the plan needs, and what there is for it."""
        growth, more = _AS_MSG if self.save_format is SaveFormat.MSG else (1, 0)
        each = more + _NOTED + _BLOCK // 2
        return Room(plan.octets * growth + plan.messages * each, free_space(self.path))

    def start(
        self,
        plan: Plan,
        scope: Scope | None = None,
        listener: ExportListener | None = None,
    ) -> Request[ExportReport]:
        """Fetch, and prove it at the end; answers at once.

        `scope` is noted for `verify`, when it was asked for whole. It ends as `run_export` does;
        cancelling it keeps what had come whole, and it has ended when that is in the ledger.
        """
        return run_in_background(lambda request: self._run(request, plan, scope, listener))

    def close(self) -> None:
        """Let others at the folder. Not while a request of it is under way."""
        ledger, self._ledger = self._ledger, None
        directory, self._directory = self._directory, None
        if ledger is not None:
            ledger.close()
        if directory is not None:
            directory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _open_ledger(self) -> None:
        self.close()
        account, save_format = self._account.name, self.save_format
        if self.path.exists():
            self._directory = Directory.open(self.path, create=False)
            names = self._directory.names()
            _require_own(names, self.path)
            if LEDGER_FOLDER in names and not self._rehearsal:
                self._is_sketch = False
                self._ledger = Ledger.open(self._directory, account, save_format)
                return
        self._is_sketch = True
        self._ledger = Ledger.rehearse(self._directory, account, save_format)

    def _make_folder(self) -> Directory:
        """What the plan has left for now: the folder, and a ledger on the disk."""
        assert not self._rehearsal, "a rehearsal is never started"
        if self._directory is None:
            self._directory = Directory.open(self.path)
            _require_own(self._directory.names(), self.path)
        if self._is_sketch:
            sketch = self.ledger
            ledger = Ledger.open(self._directory, self._account.name, self.save_format)
            try:
                ledger.adopt(sketch)
            except BaseException:
                ledger.close()
                raise
            self._ledger, self._is_sketch = ledger, False
            sketch.close()
        return self._directory

    def _run(
        self,
        request: Request[ExportReport],
        plan: Plan,
        scope: Scope | None,
        listener: ExportListener | None,
    ) -> ExportReport:
        directory = self._make_folder()
        self.is_proven = False
        if scope is not None:
            raw_name = b"" if scope.folder is None else scope.folder.raw_name
            self.ledger.note_scope(raw_name, below=scope.below or scope.folder is None)
            for planned in plan.folders:
                if not planned.server:
                    make_folder(directory, planned.record.path).close()
        run = run_export(self._store, plan, self.ledger, directory, listener)

        def abandon() -> None:
            run.cancel()

        request.on_abandon = abandon
        if request.abandoned:
            abandon()
        try:
            report = run.result()
        except BaseException:
            # Cancelled too: the proof is of what there is. A disk that refuses it is told already.
            seconds = PROOF_TIME if request.abandoned else math.inf
            with suppress(FileError):
                self.is_proven = write_proof(self.ledger, directory, seconds)
            raise
        self.is_proven = write_proof(self.ledger, directory)
        return report


def _require_own(names: Sequence[str], path: Path) -> None:
    """Raises UsageError where files of somebody else have the names of ours."""
    foreign = next((name for name in (INDEX_FILE, SUMS_FILE) if name in names), None)
    if foreign is not None and LEDGER_FOLDER not in names:
        raise UsageError(
            f"{shown_path(path)} holds a file {foreign} that is no export's; choose another folder"
        )
