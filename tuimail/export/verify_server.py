"""What has come, gone or changed on the server since an export."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from tuimail.errors import ConnectError, FileError, MessageGone, TuimailError, UsageError
from tuimail.export.difference import Difference, Kind
from tuimail.export.ledger import Ledger
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.imap.folder import Folder, folder_key, with_subfolders
from tuimail.imap.identity import Identity
from tuimail.imap.job import Request
from tuimail.imap.paging import Order
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore

OnFolder = Callable[[str, int, int], None]
"""Told which folder is being compared, how many of its messages were, and how many there are."""
OnNotAsked = Callable[[str, int | None], None]
"""Told a folder's name and how many of its messages nobody asked for; None is all of them."""

_AT_ONCE = 1_000
"""Messages whose sizes one command asks for."""
_EVERYTHING = Selection(order=Order(descending=False))


def verify_server(
    store: MailStore,
    ledger: Ledger,
    *,
    on_folder: OnFolder | None = None,
    on_not_asked: OnNotAsked = lambda _name, _count: None,
) -> Iterator[Difference]:
    """Compare the ledger with the mailbox; what cannot be asked costs its folder only.

    What was never asked for is no difference; `on_not_asked` is told of it. Raises ConnectError,
    and FileError when the ledger cannot be read.
    """
    folders = {folder_key(f.raw_name): f for f in store.folders().result() if f.selectable}
    whole = _find_whole(tuple(folders.values()), ledger)
    records = ledger.folders()
    for record in records:
        folder = folders.get(folder_key(record.raw_name))
        if folder is None:
            yield Difference(Kind.GONE, "the server has this folder no longer", record.decoded)
            continue
        comparison = _Comparison(store, ledger, record, folder, on_folder)
        try:
            yield from comparison.compare(is_whole=folder.raw_name in whole)
        except (ConnectError, UsageError, FileError):
            raise
        except TuimailError as error:
            yield Difference(Kind.UNCHECKED, f"it cannot be compared: {error}", record.decoded)
        if comparison.not_chosen:
            on_not_asked(record.name, comparison.not_chosen)
    known = {folder_key(record.raw_name) for record in records}
    for key, folder in folders.items():
        if key in known:
            continue
        if folder.raw_name in whole:
            sentence = "the server has this folder, the export has not"
            yield Difference(Kind.NEW, sentence, folder.name.decoded)
        else:
            on_not_asked(str(folder.name), None)


def _find_whole(folders: Sequence[Folder], ledger: Ledger) -> frozenset[bytes]:
    """Raw names of the folders all of whose messages were asked for."""
    found: set[bytes] = set()
    for raw_name, below in ledger.scopes():
        chosen: Iterable[Folder] = folders
        if raw_name:
            tops = [
                folder for folder in folders if folder_key(folder.raw_name) == folder_key(raw_name)
            ]
            chosen = with_subfolders(folders, tops[0]) if tops and below else tops
        found.update(folder.raw_name for folder in chosen)
    return frozenset(found)


class _Comparison:
    """One folder, in the ledger and on the server."""

    def __init__(
        self,
        store: MailStore,
        ledger: Ledger,
        record: FolderRecord,
        folder: Folder,
        on_folder: OnFolder | None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._record = record
        self._folder = folder
        self._on_folder = on_folder
        self.not_chosen = 0
        """Messages of the server that nobody asked for."""

    def compare(self, *, is_whole: bool) -> Iterator[Difference]:
        """Every difference. Raises TuimailError."""
        chosen = self._store.choose(self._folder, _EVERYTHING).result()
        before, now = self._record.uid_validity, chosen.uid_validity
        if before is not None and before != now:
            sentence = (
                f"it was made anew on the server (UIDVALIDITY {before}, now {now}); export it"
                " again to have its messages compared"
            )
            yield Difference(Kind.CHANGED, sentence, self._record.decoded, now)
            return
        known = set().union(*(self._ledger.uids(self._record.id, now, status) for status in Status))
        others = [uid for uid in chosen.uids if uid not in known]
        if is_whole:
            for uid in others:
                sentence = "it is on the server, and not in the export"
                yield Difference(Kind.NEW, sentence, self._record.decoded, now, uid)
        else:
            self.not_chosen = len(others)
        if chosen.untold:
            count = "1 message" if chosen.untold == 1 else f"{chosen.untold:,} messages"
            sentence = f"the server counts {count} more than it names"
            yield Difference(Kind.UNCHECKED, sentence, self._record.decoded, now)
        yield from self._compare_saved(chosen)

    def _compare_saved(self, chosen: Chosen) -> Iterator[Difference]:
        there = set(chosen.uids)
        total, _ = self._ledger.count(Status.SAVED, self._record.id)
        done = 0
        ahead: deque[tuple[list[Record], Request[dict[int, int | None]]]] = deque()
        try:
            for saved in self._saved_in_parts():
                present = []
                for record in saved:
                    if record.uid in there and record.uid_validity == chosen.uid_validity:
                        present.append(record)
                    else:
                        yield self._gone(record)
                done += len(saved) - len(present)
                uids = [record.uid for record in present]
                ahead.append((present, self._store.sizes(chosen, uids)))
                if len(ahead) > len(self._store.connection_states):
                    done += len(ahead[0][0])
                    yield from self._compare_sizes(*ahead.popleft())
                    self._show(done, total)
            while ahead:
                done += len(ahead[0][0])
                yield from self._compare_sizes(*ahead.popleft())
                self._show(done, total)
        finally:
            for _, request in ahead:
                request.cancel()

    def _saved_in_parts(self) -> Iterator[tuple[Record, ...]]:
        after = (0, 0, 0)
        while part := self._ledger.records(
            Status.SAVED, self._record.id, after=after, most=_AT_ONCE
        ):
            yield part
            after = (part[-1].folder, part[-1].uid_validity, part[-1].uid)

    def _compare_sizes(
        self, records: Sequence[Record], request: Request[dict[int, int | None]]
    ) -> Iterator[Difference]:
        sizes = request.result()
        doubtful = []
        for record in records:
            if record.uid not in sizes:
                yield self._gone(record)
            elif sizes[record.uid] != record.server_size:
                doubtful.append(record)
        # Some servers (Exchange) guess at sizes, so one that differs proves nothing yet.
        if doubtful:
            yield from self._compare_octets(doubtful)

    def _compare_octets(self, records: Sequence[Record]) -> Iterator[Difference]:
        digests = _Digests()
        identities = {
            record.uid: Identity(self._folder.raw_name, record.uid_validity, record.uid)
            for record in records
        }
        self._store.raw(list(identities.values()), digests).result()
        for record in records:
            answer = digests.found.get(identities[record.uid])
            if isinstance(answer, MessageGone):
                yield self._gone(record)
            elif isinstance(answer, TuimailError):
                yield self._of(Kind.UNCHECKED, record, f"it cannot be compared: {answer}")
            elif answer != record.sha256:
                yield self._of(Kind.CHANGED, record, "the server holds other bytes than were saved")

    def _gone(self, record: Record) -> Difference:
        return self._of(Kind.GONE, record, "the server has it no longer")

    def _of(self, kind: Kind, record: Record, sentence: str) -> Difference:
        folder = self._record.decoded
        return Difference(kind, sentence, folder, record.uid_validity, record.uid, record.path)

    def _show(self, done: int, total: int) -> None:
        if self._on_folder is not None:
            self._on_folder(self._record.name, done, total)


class _Digests:
    """Receives whole messages and keeps their SHA-256 only, or why there is none."""

    def __init__(self) -> None:
        self.found: dict[Identity, str | TuimailError] = {}
        self._digest = _Digest()

    def begin(self, identity: Identity, size: int) -> _Digest:  # noqa: ARG002 - a receiver is told
        self._digest = _Digest()
        return self._digest

    def end(self, identity: Identity) -> None:
        self.found[identity] = self._digest.hexdigest()

    def fail(self, identity: Identity, error: TuimailError) -> None:
        self.found[identity] = error


class _Digest:
    """A SHA-256 that is written to."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()

    def write(self, octets: bytes, /) -> None:
        self._sha256.update(octets)

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()
