"""What an export will fetch, decided before anything is: the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tuimail.errors import ConnectError, ConnectionLost, FileError, TuimailError, UsageError
from tuimail.export.layout import Layout, folder_levels, is_renamed
from tuimail.export.ledger import Ledger
from tuimail.export.patience import PAUSES
from tuimail.export.planned_folder import WHOLE, FolderPlanner, PlannedFolder
from tuimail.export.questions import Questions
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.export.saved_files import SavedFiles
from tuimail.files import Directory
from tuimail.imap.folder import Folder, folder_key
from tuimail.imap.job import Lane, Request
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore
from tuimail.text import MailText


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """How far the plan is."""

    folders: int
    total: int
    """Folders."""
    messages: int
    """Found so far."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an export will do."""

    folders: tuple[PlannedFolder, ...]
    renames: tuple[tuple[MailText, str], ...]
    """Folders whose path differs from their name, with the path."""
    notes: tuple[str, ...]
    """Sentences: what is worth knowing before."""
    failures: tuple[tuple[MailText, str], ...]
    """Folders that cannot be exported, each with one sentence."""
    seconds: float | None = None
    """How long it will take at the speed that was measured, about; None where nobody did."""

    @property
    def messages(self) -> int:
        """How many are to be fetched."""
        return sum(folder.asked for folder in self.folders)

    @property
    def octets(self) -> int:
        """How many octets they have, as far as the server tells."""
        return sum(folder.octets for folder in self.folders)

    @property
    def skipped(self) -> int:
        """How many are saved already."""
        return sum(folder.skipped for folder in self.folders)


def plan_export(
    store: MailStore,
    folders: Sequence[Folder],
    selection: Selection,
    ledger: Ledger,
    on_progress: Callable[[PlanProgress], None] = lambda _: None,
    on_skipped: Callable[[FolderRecord, Record], None] | None = None,
    wanted: Request[Any] | None = None,
    *,
    directory: Directory | None = None,
    pauses: Sequence[float] = PAUSES,
    on_waits: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Ask the server what there is, and put into the ledger what is to be fetched.

    A saved message whose file is not in the `directory`, or in another size, is fetched again. What
    was asked for earlier and never came is forgotten when all of its folder is asked for, else it
    is left. `on_skipped` gets each chosen message that is saved already, `on_waits` a sentence when
    the server has no time and is asked again later. A folder that cannot be opened, or whose place
    on the disk is taken, is a failure of the plan, and noted in the ledger.

    Raises ConnectError, FileError, UsageError, and ConnectionLost when the server cuts every
    connection. A thread of its own may call it; memory does not grow with the messages, but for
    their UIDs. Once nobody wants it (`wanted`), it raises CancelledError without waiting for the
    server.
    """
    questions = Questions(pauses, wanted, on_waits)
    with ExitStack() as stack:
        files = stack.enter_context(SavedFiles(directory)) if directory is not None else None
        one_by_one = FolderPlanner(
            store, ledger, questions, files, on_skipped, is_whole=selection.is_whole
        )
        planner = _Planner(
            store, folders, selection, ledger, questions, one_by_one, directory, on_progress
        )
        return planner.plan()


class _Planner:
    """Goes through the folders."""

    def __init__(
        self,
        store: MailStore,
        folders: Sequence[Folder],
        selection: Selection,
        ledger: Ledger,
        questions: Questions,
        one_by_one: FolderPlanner,
        directory: Directory | None,
        on_progress: Callable[[PlanProgress], None],
    ) -> None:
        self._store = store
        self._folders = folders
        self._selection = replace(selection, order=WHOLE.order, page=None)
        self._ledger = ledger
        self._questions = questions
        self._one_by_one = one_by_one
        self._directory = directory
        self._on_progress = on_progress
        self._records = {folder_key(record.raw_name): record for record in ledger.folders()}
        self._layout = Layout(tuple(self._records.values()))
        self._planned: list[PlannedFolder] = []
        self._renames: list[tuple[MailText, str]] = []
        self._failures: list[tuple[MailText, str]] = []

    def plan(self) -> Plan:
        found = 0
        for count, (folder, request) in enumerate(self._choose_ahead(), 1):
            record = self._find_record(folder)
            try:
                if (obstacle := self._find_obstacle(record)) is not None:
                    self._fail(folder, record, obstacle)
                    continue
                chosen = self._take_chosen(folder, request)
                with self._ledger.changing():
                    planned = self._one_by_one.plan(record, chosen)
            except (ConnectError, FileError, UsageError):
                raise
            except TuimailError as error:
                if self._questions.is_hopeless:
                    raise
                self._fail(folder, record, str(error))
            else:
                self._planned.append(planned)
                if is_renamed(folder, record.path):
                    self._renames.append((folder.name, record.path))
                found += len(chosen.uids)
            finally:
                self._on_progress(PlanProgress(count, len(self._folders), found))
        notes = [*self._one_by_one.notes, *self._forget_gone_folders()]
        return Plan(tuple(self._planned), tuple(self._renames), tuple(notes), tuple(self._failures))

    def _fail(self, folder: Folder, record: FolderRecord, sentence: str) -> None:
        self._failures.append((folder.name, sentence))
        self._ledger.note_unopened(record.id, sentence)

    def _choose_ahead(self) -> Iterator[tuple[Folder, Request[Chosen]]]:
        """What is chosen of each folder; those of the next ones are asked for already."""
        ahead: deque[tuple[Folder, Request[Chosen]]] = deque()
        try:
            for folder in self._folders:
                ahead.append((folder, self._choose(folder)))
                if len(ahead) > len(self._store.connection_states):
                    yield ahead.popleft()
            while ahead:
                yield ahead.popleft()
        finally:
            for _, request in ahead:
                request.cancel()

    def _choose(self, folder: Folder) -> Request[Chosen]:
        return self._store.choose(folder, self._selection, lane=Lane.BULK)

    def _take_chosen(self, folder: Folder, request: Request[Chosen]) -> Chosen:
        try:
            return self._questions.answer(partial(self._choose, folder), request)
        except ConnectionLost as error:
            self._questions.count_loss(error)
            raise

    def _find_record(self, folder: Folder) -> FolderRecord:
        key = folder_key(folder.raw_name)
        if key not in self._records:
            path = self._layout.place(folder)
            self._records[key] = self._ledger.add_folder(
                folder.raw_name, str(folder.name), path, folder_levels(folder)
            )
        return self._records[key]

    def _find_obstacle(self, record: FolderRecord) -> str | None:
        """Why nothing can be written where the folder's messages go: a link stands there, say."""
        if self._directory is None:
            return None
        try:
            self._directory.below(record.path).close()
        except FileError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                return str(error)
        return None

    def _forget_gone_folders(self) -> Iterator[str]:
        """Drop what was to be saved of folders that the server has no longer; tells of each."""
        if not self._selection.is_whole:
            return
        planned = {folder_key(folder.raw_name) for folder in self._folders}
        undone = [
            record
            for key, record in self._records.items()
            if key not in planned and (record.error or self._has_unsaved(record))
        ]
        if not undone:
            return
        every = self._questions.answer(self._store.folders)
        there = {folder_key(folder.raw_name) for folder in every if folder.selectable}
        for record in undone:
            if folder_key(record.raw_name) not in there:
                saved, _ = self._ledger.count(Status.SAVED, record.id)
                self._ledger.forget_folder(record.id)
                kept = f"; what was saved of it stays: {saved:,} messages" if saved else ""
                yield f"the server has the folder {record.name} no longer{kept}"

    def _has_unsaved(self, record: FolderRecord) -> bool:
        unsaved = (Status.ASKED, Status.LEFT, Status.FAILED)
        return any(self._ledger.count(status, record.id)[0] for status in unsaved)
