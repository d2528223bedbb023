"""What an export will fetch, decided before anything is: the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tuimail.errors import (
    ConnectError,
    ConnectionLost,
    FileError,
    FolderChanged,
    TuimailError,
    UsageError,
)
from tuimail.export.layout import Layout, folder_levels, is_renamed
from tuimail.export.ledger import Ledger
from tuimail.export.moved import LostMessages
from tuimail.export.patience import PAUSES
from tuimail.export.plan_rows import EMAIL_ID, plan_rows
from tuimail.export.questions import Questions
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.export.saved_files import SavedFiles
from tuimail.files import Directory
from tuimail.imap.folder import Folder, folder_key
from tuimail.imap.job import Lane, Request
from tuimail.imap.paging import Order
from tuimail.imap.search import UidArray, uid_array
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore
from tuimail.text import MailText

_EVERYTHING = Selection(order=Order(descending=False))


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """A folder, and what is to be done in it."""

    record: FolderRecord
    server: int
    """Messages that it holds and that were chosen."""
    skipped: int
    """Those of them that are saved already."""
    asked: int
    """The others."""
    octets: int
    """Of those that are asked for, as far as the server tells."""


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
    the server has no time and is asked again later. A folder that cannot be opened is a failure of
    the plan, and noted in the ledger. Raises ConnectError, FileError, UsageError, and
    ConnectionLost when the server cuts every connection. A thread of its own may call it; memory
    does not grow with the messages, but for their UIDs. Once nobody wants it (`wanted`), it raises
    CancelledError without waiting for the server.
    """
    questions = Questions(pauses, wanted, on_waits)
    with ExitStack() as stack:
        files = stack.enter_context(SavedFiles(directory)) if directory is not None else None
        planner = _Planner(
            store, folders, selection, ledger, questions, files, on_progress, on_skipped
        )
        return planner.plan()


class _Planner:
    def __init__(
        self,
        store: MailStore,
        folders: Sequence[Folder],
        selection: Selection,
        ledger: Ledger,
        questions: Questions,
        files: SavedFiles | None,
        on_progress: Callable[[PlanProgress], None],
        on_skipped: Callable[[FolderRecord, Record], None] | None,
    ) -> None:
        self._store = store
        self._folders = folders
        self._selection = replace(selection, order=_EVERYTHING.order, page=None)
        self._is_whole = selection.numbers is None and selection.query is None
        self._ledger = ledger
        self._questions = questions
        self._files = files
        self._on_progress = on_progress
        self._on_skipped = on_skipped
        self._records = {folder_key(record.raw_name): record for record in ledger.folders()}
        self._layout = Layout(tuple(self._records.values()))
        self._planned: list[PlannedFolder] = []
        self._notes: list[str] = []
        self._renames: list[tuple[MailText, str]] = []
        self._failures: list[tuple[MailText, str]] = []
        self._has_email_ids: bool | None = None
        """Whether the server has EMAILID (RFC 8474); None before a message could be asked."""

    def plan(self) -> Plan:
        found = 0
        for count, (folder, request) in enumerate(self._choose_ahead(), 1):
            try:
                chosen = self._take_chosen(folder, request)
                with self._ledger.changing():
                    self._planned.append(self._plan_folder(folder, chosen))
                found += len(chosen.uids)
            except (ConnectError, FileError, UsageError):
                raise
            except TuimailError as error:
                if self._questions.is_hopeless:
                    raise
                self._failures.append((folder.name, str(error)))
                with self._ledger.changing():
                    self._ledger.note_unopened(self._find_record(folder).id, str(error))
            self._on_progress(PlanProgress(count, len(self._folders), found))
        return Plan(
            tuple(self._planned), tuple(self._renames), tuple(self._notes), tuple(self._failures)
        )

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

    def _choose_whole(self, chosen: Chosen) -> UidArray:
        """The UIDs of all messages of a folder of which some are chosen."""
        if self._is_whole:
            return chosen.uids
        whole = self._questions.answer(
            lambda: self._store.choose(chosen.folder, _EVERYTHING, lane=Lane.BULK)
        )
        if whole.uid_validity != chosen.uid_validity:
            raise FolderChanged("the folder was made anew on the server meanwhile")
        return whole.uids

    def _plan_folder(self, folder: Folder, chosen: Chosen) -> PlannedFolder:
        record = self._find_record(folder)
        self._forget(record, chosen)
        self._ask(record, chosen)
        self._check_saved(record, chosen)
        self._ledger.note_folder(record.id, chosen.uid_validity, len(chosen.uids))
        asked, octets = self._ledger.count(Status.ASKED, record.id)
        server = len(chosen.uids)
        if is_renamed(folder, record.path):
            self._renames.append((folder.name, record.path))
        return PlannedFolder(record, server, server - asked, asked, octets)

    def _find_record(self, folder: Folder) -> FolderRecord:
        record = self._records.get(folder_key(folder.raw_name))
        if record is not None:
            return record
        path = self._layout.place(folder)
        return self._ledger.add_folder(
            folder.raw_name, str(folder.name), path, folder_levels(folder)
        )

    def _forget(self, record: FolderRecord, chosen: Chosen) -> None:
        """Drop what was to be saved and can no longer be, as far as that is known."""
        if self._is_whole:
            self._ledger.forget_asked(record.id)
            if self._ledger.count(Status.FAILED, record.id)[0]:
                there = set(chosen.uids)
                self._ledger.forget(
                    one
                    for one in self._ledger.iter_records(Status.FAILED, record.id)
                    if one.uid_validity != chosen.uid_validity or one.uid not in there
                )
            return
        self._ledger.leave_asked(record.id)
        if self._ledger.count(Status.LEFT, record.id)[0]:
            there = set(self._choose_whole(chosen))
            self._ledger.forget(
                one
                for one in self._ledger.iter_records(Status.LEFT, record.id)
                if one.uid_validity == chosen.uid_validity and one.uid not in there
            )

    def _ask(self, record: FolderRecord, chosen: Chosen) -> None:
        """Ask for what is chosen and not saved, under this UIDVALIDITY or another one."""
        validity = chosen.uid_validity
        lost = LostMessages(self._ledger, record.id, validity)
        is_anew = lost.count > 0 and record.uid_validity != validity
        # Whoever is not found again now will not be: the next plan knows the new UIDVALIDITY.
        uids = self._choose_whole(chosen) if is_anew else chosen.uids
        wanted = None if uids is chosen.uids else frozenset(chosen.uids)
        saved = self._ledger.uids(record.id, validity, Status.SAVED)
        unsaved = uid_array([uid for uid in uids if uid not in saved])
        del saved
        untold = 0

        def choose_rows() -> Iterator[Record]:
            nonlocal untold
            for one in self._rows(record, chosen, unsaved):
                if not lost.find_again(one) and (wanted is None or one.uid in wanted):
                    untold += one.server_size is None and one.internal_date is None
                    yield one

        self._ledger.ask(choose_rows())
        if is_anew:
            self._notes.append(
                f"{record.name} was made anew on the server (UIDVALIDITY {record.uid_validity} is"
                f" {validity} now): {lost.found:,} of {lost.count:,} saved messages were found"
                " again, the rest is fetched"
            )
        if untold:
            self._notes.append(
                f"{record.name}: the server does not tell the date and subject of"
                f" {_messages(untold)}; their files are named by the UID"
            )

    def _check_saved(self, record: FolderRecord, chosen: Chosen) -> None:
        """Ask again for saved messages whose files are not as they were; tell of the others."""
        if not self._ledger.count(Status.SAVED, record.id)[0]:
            return
        chosen_uids = set(chosen.uids)
        count = 0

        def find_lost() -> Iterator[Record]:
            nonlocal count
            for one in self._ledger.iter_records(Status.SAVED, record.id):
                if one.uid_validity != chosen.uid_validity or one.uid not in chosen_uids:
                    continue
                if self._files is not None and not self._files.hold(one):
                    count += 1
                    yield one
                elif self._on_skipped is not None:
                    self._on_skipped(record, one)

        self._ledger.ask_again(find_lost())
        if count:
            self._notes.append(
                f"{record.name}: the files of {_messages(count)} are missing or have another size;"
                " they are fetched again"
            )

    def _rows(self, record: FolderRecord, chosen: Chosen, uids: UidArray) -> Iterator[Record]:
        if uids and self._has_email_ids is None:
            unknown = self._questions.answer(
                lambda: self._store.unknown_items(chosen.folder, (EMAIL_ID,), lane=Lane.BULK)
            )
            self._has_email_ids = None if unknown is None else not unknown
        return plan_rows(
            self._store,
            self._questions,
            chosen,
            uids,
            record.id,
            with_email_id=bool(self._has_email_ids),
        )


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
