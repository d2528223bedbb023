"""Exports from test servers, run as the command runs them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.stores import store_on
from tuimail.archive.server import ArchiveServer
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan, plan_export
from tuimail.export.records import Record, Status
from tuimail.export.report import ExportListener, ExportProgress, ExportReport
from tuimail.export.run import run_export
from tuimail.files import Directory
from tuimail.imap.folder import Folder, in_outline_order
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore

ACCOUNT = "demo@127.0.0.1:143"
WAIT = 60
EVERYTHING = Selection()


@dataclass
class Heard(ExportListener):
    """What a run told."""

    records: list[Record] = field(default_factory=list)
    told: list[ExportProgress] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    on_noted: Callable[[], object] = lambda: None
    on_waits: Callable[[], object] = lambda: None

    def progress(self, progress: ExportProgress) -> None:
        self.told.append(progress)

    def noted(self, records: Sequence[Record]) -> None:
        self.records += records
        self.on_noted()

    def waits(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self.on_waits()

    @property
    def failed(self) -> dict[int, str | None]:
        """The sentences of messages that failed, by their UIDs."""
        return {one.uid: one.error for one in self.records if one.status is Status.FAILED}


@dataclass(frozen=True)
class Exported:
    """A run that came to its end."""

    plan: Plan
    report: ExportReport
    heard: Heard

    @property
    def sums(self) -> list[tuple[str, int, int, int, int]]:
        """Of each folder: its name, server, saved, skipped, failed."""
        return [
            (one.name, one.server, one.saved, one.skipped, one.failed)
            for one in self.report.folders
        ]


def every_folder(store: MailStore) -> list[Folder]:
    return [f for f in in_outline_order(store.folders().result(WAIT)) if f.selectable]


@contextmanager
def opened(
    path: Path, save_format: SaveFormat = SaveFormat.EML
) -> Iterator[tuple[Directory, Ledger]]:
    with (
        Directory.open(path) as directory,
        Ledger.open(directory, ACCOUNT, save_format) as ledger,
    ):
        yield directory, ledger


def export(
    store: MailStore,
    path: Path,
    selection: Selection = EVERYTHING,
    *,
    save_format: SaveFormat = SaveFormat.EML,
    pauses: Sequence[float] = (0.01, 0.01),
    heard: Heard | None = None,
) -> Exported:
    """Export every folder; raises what ends the run."""
    listener = heard or Heard()
    with opened(path, save_format) as (directory, ledger):
        plan = plan_export(
            store,
            every_folder(store),
            selection,
            ledger,
            directory=directory,
            pauses=pauses,
            on_waits=listener.waits,
        )
        request = run_export(store, plan, ledger, directory, listener, pauses=pauses)
        return Exported(plan, request.result(WAIT), listener)


def export_from(server: ArchiveServer, path: Path, *, connections: int = 4) -> Exported:
    """The same over a store of its own."""
    with store_on(server.port, connections=connections, with_screen=False) as store:
        return export(store, path)


def files(path: Path) -> dict[str, bytes]:
    """The files of messages by their paths; what is half-written is among them."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and ".tuimail" not in file.parts
    }


def check_against_ledger(path: Path) -> int:
    """Each file that the ledger calls saved is there, whole; gives how many there are."""
    with Directory.open(path) as directory, Ledger.read(directory) as ledger:
        count = 0
        for record in ledger.iter_records(Status.SAVED):
            assert record.path is not None
            octets = (path / record.path).read_bytes()
            assert hashlib.sha256(octets).hexdigest() == record.file_sha256
            count += 1
        return count
