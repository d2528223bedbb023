"""What is asked for of one folder of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tuimail.errors import FolderChanged
from tuimail.export.ledger import Ledger
from tuimail.export.moved import LostMessages
from tuimail.export.plan_rows import plan_rows
from tuimail.export.questions import Questions
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.export.saved_files import SavedFiles
from tuimail.imap.job import Lane
from tuimail.imap.outlines import EMAIL_ID
from tuimail.imap.paging import Order
from tuimail.imap.search import UidArray, uid_array
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore

WHOLE = Selection(order=Order(descending=False))


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """A folder, and what is to be done in it."""

    record: FolderRecord
    server: int
    """Messages that it holds and that were chosen."""
    skipped: int
    """Those of them that are saved already."""
    asked: int
    """Those that are to be fetched. The server names the rest nowhere, if there is one."""
    octets: int
    """Of those that are asked for, as far as the server tells."""
    missing: int = 0
    """Numbers that were asked for and name no message."""


class FolderPlanner:
    """Puts into the ledger what is to be fetched, one folder after the other.

    A saved message whose file is not among the `files`, or in another size, is fetched again;
    `on_skipped` gets the other ones. `is_whole` tells that nothing but folders was chosen.
    """

    def __init__(
        self,
        store: MailStore,
        ledger: Ledger,
        questions: Questions,
        files: SavedFiles | None,
        on_skipped: Callable[[FolderRecord, Record], None] | None,
        *,
        is_whole: bool,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._questions = questions
        self._files = files
        self._on_skipped = on_skipped
        self._is_whole = is_whole
        self._has_email_ids: bool | None = None
        """Whether the server has EMAILID (RFC 8474); None before a message could be asked."""
        self.notes: list[str] = []
        """Sentences: what is worth knowing before."""

    def plan(self, record: FolderRecord, chosen: Chosen) -> PlannedFolder:
        """Note what is to be fetched of a folder. Raises as `Questions.answer`, FolderChanged."""
        self._forget(record, chosen)
        self._ask(record, chosen)
        held = self._check_saved(record, chosen)
        if chosen.untold:
            self.notes.append(
                f"{record.name}: the server counts {_messages(chosen.untold)} more than it names;"
                " they cannot be fetched"
            )
        known = len(chosen.uids)
        self._ledger.note_folder(record.id, chosen.uid_validity, known + chosen.untold)
        asked, octets = self._ledger.count(Status.ASKED, record.id)
        return PlannedFolder(record, known + chosen.untold, held, asked, octets, chosen.missing)

    def _choose_whole(self, chosen: Chosen) -> UidArray:
        """The UIDs of all messages of a folder of which some are chosen."""
        if self._is_whole:
            return chosen.uids
        whole = self._questions.answer(
            lambda: self._store.choose(chosen.folder, WHOLE, lane=Lane.BULK)
        )
        if whole.uid_validity != chosen.uid_validity:
            raise FolderChanged("the folder was made anew on the server meanwhile")
        return whole.uids

    def _forget(self, record: FolderRecord, chosen: Chosen) -> None:
        """Drop what was to be saved and can no longer be."""
        if self._is_whole:
            self._ledger.forget_asked(record.id)
        else:
            self._ledger.leave_asked(record.id)
        undone = [
            status
            for status in (Status.FAILED, Status.LEFT)
            if self._ledger.count(status, record.id)[0]
        ]
        if not undone:
            return
        there = set(self._choose_whole(chosen))
        void = 0

        def find_gone(status: Status) -> Iterator[Record]:
            nonlocal void
            for one in self._ledger.iter_records(status, record.id):
                is_void = one.uid_validity != chosen.uid_validity
                void += is_void
                if is_void or one.uid not in there:
                    yield one

        for status in undone:
            self._ledger.forget(find_gone(status))
        if void and not self._is_whole:
            self.notes.append(
                f"{record.name} was made anew on the server: {_messages(void)} that were asked for"
                " earlier and never came have other UIDs now; export the whole folder"
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
                self._questions.require_wanted()
                if not lost.find_again(one) and (wanted is None or one.uid in wanted):
                    untold += one.server_size is None and one.internal_date is None
                    yield one

        self._ledger.ask(choose_rows())
        if is_anew:
            rest = ", the rest is fetched" if lost.found < lost.count else ""
            self.notes.append(
                f"{record.name} was made anew on the server (UIDVALIDITY {record.uid_validity} is"
                f" {validity} now): {lost.found:,} of {lost.count:,} saved messages were found"
                f" again{rest}"
            )
        if untold:
            self.notes.append(
                f"{record.name}: the server does not tell the date and subject of"
                f" {_messages(untold)}; their files are named by the UID"
            )

    def _check_saved(self, record: FolderRecord, chosen: Chosen) -> int:
        """Ask again for saved messages whose files are not as they were; tell of the others.

        Gives how many the others are: counted, for a sum that would fail if one were nowhere.
        """
        if not self._ledger.count(Status.SAVED, record.id)[0]:
            return 0
        chosen_uids = set(chosen.uids)
        count = held = 0

        def find_lost() -> Iterator[Record]:
            nonlocal count, held
            for one in self._ledger.iter_records(Status.SAVED, record.id):
                self._questions.require_wanted()
                if one.uid_validity != chosen.uid_validity or one.uid not in chosen_uids:
                    continue
                if self._files is not None and not self._files.hold(one):
                    count += 1
                    yield one
                    continue
                held += 1
                if self._on_skipped is not None:
                    self._on_skipped(record, one)

        self._ledger.ask_again(find_lost())
        if count:
            self.notes.append(
                f"{record.name}: the files of {_messages(count)} are missing or have another size;"
                " they are fetched again"
            )
        return held

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
