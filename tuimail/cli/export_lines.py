"""What `tuimail export` tells of messages and of its progress."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from tuimail.cli.output import ROWS_AT_ONCE, Output
from tuimail.errors import TuimailError
from tuimail.export.plan import Plan
from tuimail.export.proof import INDEX_FILE, TOO_MANY_SHORT
from tuimail.export.records import MOST_SHORT, FolderRecord, Record, Status
from tuimail.export.report import ExportListener, ExportProgress
from tuimail.imap.command import sequence_set
from tuimail.imap.search import UidArray, uid_array
from tuimail.tui.figures import format_messages, format_size, format_wait

_LISTED_FAILURES = 1_000
_LISTED_REMARKS = 20
_LONGEST_SET = 80


class _Sentences:
    """What is to be said of messages; what is the same of several in a folder is said once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._uids: dict[tuple[int, str], UidArray] = {}
        self.untold = 0
        """Messages that there is no room for."""

    def add(self, record: Record) -> None:
        key = (record.folder, record.error or "")
        if key in self._uids or len(self._uids) < self._most:
            self._uids.setdefault(key, uid_array()).append(record.uid)
        else:
            self.untold += 1

    def tell(self, folders: Mapping[int, FolderRecord]) -> Iterator[tuple[str, str]]:
        """Which messages, and the sentence."""
        for (folder, sentence), uids in self._uids.items():
            told = sequence_set(sorted(uids)).decode()
            if len(told) > _LONGEST_SET:
                told = f"{told[: told.rindex(',', 0, _LONGEST_SET) + 1]}…"
            yield f"{folders[folder].name}, UID {told}", sentence


class ExportLines:
    """Tells of each message, as JSON Lines, and of those that failed at the end."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._folders: dict[int, FolderRecord] = {}
        """By their ids."""
        self._skipped: list[Mapping[str, object]] = []
        self._failures = _Sentences(_LISTED_FAILURES)
        self._cut_off = _Sentences(_LISTED_FAILURES)
        self._short = _Sentences(MOST_SHORT)
        self._short_count = 0
        self._remarks = _Sentences(_LISTED_REMARKS)

    def skip(self, folder: FolderRecord, record: Record) -> None:
        """One that is saved already."""
        self._folders[folder.id] = folder
        self._skipped.append(self._object(record, "skipped"))
        if len(self._skipped) >= ROWS_AT_ONCE:
            self._flush()

    def end_plan(self, plan: Plan) -> None:
        """Nothing more is skipped; tells of the folders that cannot be exported."""
        self._flush()
        self._folders |= {folder.record.id: folder.record for folder in plan.folders}
        if self._output.as_json:
            self._output.write_objects(
                _line(name.decoded, None, "failed", sentence) for name, sentence in plan.failures
            )

    def _flush(self) -> None:
        skipped, self._skipped = self._skipped, []
        if skipped:
            self._output.write_objects(skipped)

    def note(self, records: Sequence[Record]) -> None:
        """Those that were saved or failed."""
        for record in records:
            if record.status is Status.FAILED:
                self._failures.add(record)
            elif record.error is not None:
                if record.is_cut_off:
                    self._cut_off.add(record)
                elif record.is_short:
                    self._short.add(record)
                    self._short_count += 1
                else:
                    self._remarks.add(record)
        if self._output.as_json:
            self._output.write_objects(self._object(one, one.status.value) for one in records)

    def tell_failures(self) -> None:
        """The list of what could not be saved, or not as the server told of it."""
        for what, sentence in self._failures.tell(self._folders):
            self._output.fail(TuimailError(sentence or "it could not be saved"), what)
        if more := self._failures.untold:
            self._output.note(f"{more:,} more could not be saved; {INDEX_FILE} tells which")
        self._tell_short(self._cut_off)
        if more := self._cut_off.untold:
            self._output.note(f"{more:,} more came cut off; {INDEX_FILE} tells which")
        if self._short_count < MOST_SHORT:
            self._tell_short(self._short)
        else:
            self._output.note(f"{self._short_count:,} {TOO_MANY_SHORT}")
        for what, sentence in self._remarks.tell(self._folders):
            self._output.note(f"{what}: {sentence}")
        if more := self._remarks.untold:
            self._output.note(f"{more:,} more have a remark; {INDEX_FILE} tells which")

    def _tell_short(self, sentences: _Sentences) -> None:
        for what, sentence in sentences.tell(self._folders):
            self._output.fail(TuimailError(f"saved, but {sentence}"), what)

    def _object(self, record: Record, status: str) -> Mapping[str, object]:
        return _line(self._folders[record.folder].decoded, record, status, record.error)


def _line(
    folder: str, record: Record | None, status: str, error: str | None
) -> Mapping[str, object]:
    """The keys and their order are promised to the programs that read it."""
    path = None if record is None else record.path
    found: dict[str, object] = {
        "folder": folder,
        "uid_validity": None if record is None else record.uid_validity,
        "uid": None if record is None else record.uid,
        "path": path,
        "format": None if path is None else path.rpartition(".")[2],
        "size": None if record is None else record.size,
        "sha256": None if record is None else record.sha256,
        "status": status,
    }
    if error is not None:
        found["error"] = error
    return found


class ShownExport(ExportListener):
    """Shows a run on the terminal."""

    def __init__(self, output: Output, lines: ExportLines) -> None:
        self._output = output
        self._lines = lines
        self._started = time.monotonic()
        self._progress = ExportProgress(0, 0, 0, 0, 0)

    @property
    def sentence(self) -> str:
        """How far it came."""
        done = self._progress.count - self._progress.failed
        return f"{format_messages(done)} saved in this run"

    def progress(self, progress: ExportProgress) -> None:
        self._progress = progress
        passed = max(0.001, time.monotonic() - self._started)
        speed = progress.octets / passed
        left = max(0, progress.octets_total - progress.octets) / speed if speed else 0
        what = f"{format_size(int(speed))}/s, {format_wait(left)} left"
        if progress.failed:
            what = f"{progress.failed:,} failed, {what}"
        self._output.show_progress(progress.count, progress.total, what)

    def noted(self, records: Sequence[Record]) -> None:
        self._lines.note(records)

    def waits(self, sentence: str) -> None:
        self._output.note(sentence)
