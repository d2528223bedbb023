"""An export while it runs, on threads of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from tuimail.export.records import Record, Status
from tuimail.export.report import ExportListener, ExportProgress, ExportReport
from tuimail.tui import export_sentences
from tuimail.tui.messages import ExportEnded, ExportProgressed, ExportWaits, post_from_thread

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message_pump import MessagePump

    from tuimail.tui.screens.export import PlannedExport


class RunningExport(ExportListener):
    """Starts what was planned, and posts how it goes to the screen."""

    def __init__(self, planned: PlannedExport, screen: MessagePump) -> None:
        self._plan = planned.plan
        self._task = planned.task
        self._screen = screen
        self._progress = ExportProgress(0, self._plan.messages, 0, self._plan.octets, 0)
        self._first_failure = ""
        self._started = time.monotonic()
        self._is_stopping = False
        self._request = self._task.start(self._plan, planned.scope, self)
        self._request.add_done_callback(lambda _: self._end())

    @property
    def path(self) -> Path:
        return self._task.path

    @property
    def sentence(self) -> str:
        """How far it is; safe text."""
        if self._is_stopping:
            return export_sentences.STOPPING
        return export_sentences.exporting(self._progress, time.monotonic() - self._started)

    def stop(self) -> None:
        """Keep what is whole, and end soon."""
        self._is_stopping = True
        self._request.cancel()

    def last_words(self) -> tuple[str, bool]:
        """A sentence once it has ended, and whether it is no news: all is there, or was stopped."""
        outcome: ExportReport | BaseException
        if self._request.cancelled():
            outcome = CancelledError()
        else:
            outcome = self._request.exception() or self._request.result()
        if isinstance(outcome, ExportReport):
            return (
                export_sentences.exported(outcome, self._plan, self._first_failure, self.path),
                export_sentences.is_complete(outcome, self._plan),
            )
        return (
            export_sentences.ended(outcome, self._progress),
            isinstance(outcome, CancelledError),
        )

    # --- on the threads of the run

    def progress(self, progress: ExportProgress) -> None:
        self._progress = progress
        post_from_thread(self._screen, ExportProgressed())

    def noted(self, records: Sequence[Record]) -> None:
        if not self._first_failure:
            failed = (one for one in records if one.status is Status.FAILED)
            self._first_failure = next((one.error or "" for one in failed), "")

    def waits(self, sentence: str) -> None:
        post_from_thread(self._screen, ExportWaits(sentence))

    def _end(self) -> None:
        # Closed first: whoever reads that it has ended may begin the next one at once.
        self._task.close()
        post_from_thread(self._screen, ExportEnded())
