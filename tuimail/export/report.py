"""What a run tells of itself, while it goes on and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tuimail.export.plan import Plan
from tuimail.export.proof import FolderSum
from tuimail.export.records import MOST_SHORT, Record, Status


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far a run is; a newer one replaces all before it."""

    count: int
    """Messages that are done, well or badly."""
    total: int
    octets: int
    """Of the messages that are done."""
    octets_total: int
    """As far as the server told when it was planned."""
    failed: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What one run did."""

    folders: tuple[FolderSum, ...]
    short: int = 0
    """Messages that came a little shorter than the server told of, and were saved so."""
    remarked: int = 0
    """Messages that were saved with a remark in `error`, the short ones too."""
    halved: int = 0
    """Messages that came shorter by more than a server guesses."""

    @property
    def cut_off(self) -> int:
        """The short ones, without those of a server that guesses at sizes."""
        return self.halved + (self.short if self.short < MOST_SHORT else 0)

    @property
    def adds_up(self) -> bool:
        """Whether every message of every folder is accounted for."""
        return all(folder.adds_up for folder in self.folders)

    @property
    def failed(self) -> int:
        """Messages that could not be saved."""
        return sum(folder.failed for folder in self.folders)


class ExportListener:
    """Is told of a run, on the run's own thread; a subclass takes what it wants to know."""

    def progress(self, progress: ExportProgress) -> None:
        """It has come so far."""

    def noted(self, records: Sequence[Record]) -> None:
        """These were saved or failed, and the ledger has them."""

    def waits(self, sentence: str) -> None:
        """The server has no time, or is gone; the run goes on by itself."""


class Tally:
    """Counts what a run does."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._counts: Counter[tuple[int, Status]] = Counter()
        self._octets = 0
        self._halved = 0
        self._short = 0
        self._remarked = 0

    def add(self, records: Sequence[Record]) -> None:
        """These were saved or failed."""
        for record in records:
            self._counts[record.folder, record.status] += 1
            self._octets += record.size or 0
            if record.status is Status.SAVED and record.error is not None:
                self._remarked += 1
                self._halved += record.is_cut_off
                self._short += record.is_short and not record.is_cut_off

    @property
    def progress(self) -> ExportProgress:
        failed = sum(n for (_, status), n in self._counts.items() if status is Status.FAILED)
        return ExportProgress(
            self._counts.total(), self._plan.messages, self._octets, self._plan.octets, failed
        )

    def report(self) -> ExportReport:
        """The sums so far."""
        return ExportReport(
            tuple(
                FolderSum(
                    folder.record.id,
                    folder.record.name,
                    folder.server,
                    self._counts[folder.record.id, Status.SAVED],
                    folder.skipped,
                    self._counts[folder.record.id, Status.FAILED],
                )
                for folder in self._plan.folders
            ),
            self._short,
            self._remarked,
            self._halved,
        )
