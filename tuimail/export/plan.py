"""What an export will fetch, decided before anything is: the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuimail.errors import ConnectError, FileError, TuimailError, UsageError
from tuimail.export.background import wait_for
from tuimail.export.layout import Layout, is_renamed
from tuimail.export.ledger import Ledger
from tuimail.export.moved import move_saved
from tuimail.export.plan_rows import EMAIL_ID, plan_rows
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.imap.folder import Folder
from tuimail.imap.job import Lane, Request
from tuimail.imap.paging import Order
from tuimail.imap.search import UidArray, uid_array
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore
from tuimail.text import MailText


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
) -> Plan:
    """Ask the server what there is, and put into the ledger what is to be fetched.

    What was asked for earlier and never came is forgotten first. `on_skipped` gets each chosen
    message that is saved already. A folder that cannot be opened is a failure of the plan. Raises
    ConnectError, ConnectionLost, FileError, UsageError. A thread of its own may call it; memory
    does not grow with the messages, but for their UIDs. Once nobody wants it (`wanted`), it raises
    CancelledError without waiting for the server.
    """
    return _Planner(store, folders, selection, ledger, on_progress, on_skipped, wanted).plan()


class _Planner:
    def __init__(
        self,
        store: MailStore,
        folders: Sequence[Folder],
        selection: Selection,
        ledger: Ledger,
        on_progress: Callable[[PlanProgress], None],
        on_skipped: Callable[[FolderRecord, Record], None] | None,
        wanted: Request[Any] | None,
    ) -> None:
        self._store = store
        self._folders = folders
        self._selection = selection
        self._ledger = ledger
        self._on_progress = on_progress
        self._on_skipped = on_skipped
        self._wanted = wanted
        self._records = {record.raw_name: record for record in ledger.folders()}
        self._layout = Layout(tuple(self._records.values()), folders)
        self._planned: list[PlannedFolder] = []
        self._renames: list[tuple[MailText, str]] = []
        self._notes: list[str] = []
        self._failures: list[tuple[MailText, str]] = []
        self._has_email_ids: bool | None = None
        """Whether the server has EMAILID (RFC 8474); None before a message could be asked."""

    def plan(self) -> Plan:
        found = 0
        for count, (folder, request) in enumerate(self._choose_ahead(), 1):
            try:
                with self._ledger.changing():
                    found += self._plan_folder(folder, wait_for(request, self._wanted))
            except (ConnectError, FileError, UsageError):
                raise
            except TuimailError as error:
                self._failures.append((folder.name, str(error)))
            self._on_progress(PlanProgress(count, len(self._folders), found))
        return Plan(
            tuple(self._planned), tuple(self._renames), tuple(self._notes), tuple(self._failures)
        )

    def _choose_ahead(self) -> Iterator[tuple[Folder, Request[Chosen]]]:
        """What is chosen of each folder; those of the next ones are asked for already."""
        everything = replace(self._selection, order=Order(descending=False), page=None)
        ahead: deque[tuple[Folder, Request[Chosen]]] = deque()
        try:
            for folder in self._folders:
                ahead.append((folder, self._store.choose(folder, everything, lane=Lane.BULK)))
                if len(ahead) > len(self._store.connection_states):
                    yield ahead.popleft()
            while ahead:
                yield ahead.popleft()
        finally:
            for _, request in ahead:
                request.cancel()

    def _plan_folder(self, folder: Folder, chosen: Chosen) -> int:
        """Gives how many messages were chosen."""
        record = self._find_record(folder)
        self._ledger.forget_asked(record.id)
        validity = chosen.uid_validity
        if record.uid_validity not in (None, validity):
            self._follow(folder, record, chosen)
        saved = self._ledger.uids(record.id, validity, Status.SAVED)
        left = uid_array([uid for uid in chosen.uids if uid not in saved])
        skipped = len(chosen.uids) - len(left)
        if skipped and self._on_skipped is not None:
            among = set(chosen.uids)
            for one in self._ledger.iter_records(Status.SAVED, record.id):
                if one.uid_validity == validity and one.uid in among:
                    self._on_skipped(record, one)
        self._ledger.ask(self._rows(folder, record, chosen, left))
        self._ledger.note_folder(record.id, validity, len(chosen.uids))
        octets = self._ledger.count(Status.ASKED, record.id)[1]
        self._planned.append(PlannedFolder(record, len(chosen.uids), skipped, len(left), octets))
        return len(chosen.uids)

    def _find_record(self, folder: Folder) -> FolderRecord:
        record = self._records.get(folder.raw_name)
        if record is None:
            path = self._layout.place(folder)
            record = self._ledger.add_folder(folder.raw_name, str(folder.name), path)
        if is_renamed(folder, record.path):
            self._renames.append((folder.name, record.path))
        return record

    def _follow(self, folder: Folder, record: FolderRecord, chosen: Chosen) -> None:
        found = self._rows(folder, record, chosen, chosen.uids)
        moved, count = move_saved(self._ledger, record.id, chosen.uid_validity, found)
        if count:
            self._notes.append(
                f"{folder.name} was made anew on the server (UIDVALIDITY {record.uid_validity} is"
                f" {chosen.uid_validity} now): {moved:,} of {count:,} saved messages were found"
                " again, the rest is fetched"
            )

    def _rows(
        self, folder: Folder, record: FolderRecord, chosen: Chosen, uids: UidArray
    ) -> Iterator[Record]:
        if uids and self._has_email_ids is None:
            asked = self._store.unknown_items(folder, (EMAIL_ID,), lane=Lane.BULK)
            unknown = wait_for(asked, self._wanted)
            self._has_email_ids = None if unknown is None else not unknown
        return plan_rows(
            self._store,
            chosen,
            uids,
            record.id,
            with_email_id=bool(self._has_email_ids),
            wanted=self._wanted,
        )
