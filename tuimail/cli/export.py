"""`tuimail export`: a folder, a subtree or a whole mailbox as files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Late
from contextlib import suppress

from tuimail.cli.export_lines import ExportLines, ShownExport
from tuimail.cli.folder_choice import choose_folders
from tuimail.cli.options import Options
from tuimail.cli.output import Output, silence_outputs
from tuimail.cli.selection import count_missing, read_numbers, read_query
from tuimail.cli.sign_in import open_store
from tuimail.cli.status import INCOMPLETE
from tuimail.cli.table import Column
from tuimail.errors import FileError, TuimailError
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan, PlanProgress
from tuimail.export.proof import INDEX_FILE, SUMS_FILE
from tuimail.export.report import ExportReport
from tuimail.export.task import ExportAccount, ExportTask, Scope
from tuimail.files import shown_path
from tuimail.imap.folder import Folder, find_folder
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore
from tuimail.tui.figures import format_messages, format_size, format_wait

_COLUMNS = (
    Column("FOLDER", most=40),
    Column("MESSAGES", at_right=True),
    Column("SAVED", at_right=True),
    Column("TO FETCH", at_right=True),
    Column("SIZE", at_right=True),
    Column("PATH"),
)
_EVERYTHING = Selection()
_SECONDS_TO_STOP = 10


def run_export_command(options: Options) -> int:
    """Export; gives the exit status. Raises TuimailError."""
    selection = Selection(read_numbers(options), options.uid is not None, read_query(options))
    output = Output(as_json=options.json, has_rows=options.json or options.dry_run)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        account = ExportAccount.of(sign_in.endpoint)
        path = options.to or account.directory
        save_format = SaveFormat(options.format)
        with ExportTask(store, account, path, save_format, rehearsal=options.dry_run) as task:
            export = _Export(output, task)
            if options.dry_run:
                export.rehearse(folders, selection)
            else:
                name = options.folder or sign_in.start_folder or "INBOX"
                scope = _read_scope(options, store, folders, name)
                export.run(folders, selection, scope if selection == _EVERYTHING else None)
    return output.status


def _read_scope(options: Options, store: MailStore, folders: Sequence[Folder], name: str) -> Scope:
    """What is asked for whole, if all of its messages are."""
    if options.everything:
        return Scope(None)
    if options.recursive:
        # The uppermost one may hold no messages, and then is none of the folders.
        return Scope(find_folder(store.folders().result(), name), below=True)
    return Scope(folders[0])


class _Export:
    """One run of the command."""

    def __init__(self, output: Output, task: ExportTask) -> None:
        self._output = output
        self._task = task

    def rehearse(self, folders: Sequence[Folder], selection: Selection) -> None:
        """Tell what would be done."""
        plan = self._plan(folders, selection, None)
        rows = [
            (one.record.name, one.server, one.skipped, one.asked, one.octets, one.record.path)
            for one in plan.folders
        ]
        if self._output.as_json:
            keys = ("folder", "server", "skipped", "asked", "octets", "path")
            names = (one.record.decoded for one in plan.folders)
            self._output.write_objects(
                dict(zip(keys, (name, *row[1:]), strict=True))
                for name, row in zip(names, rows, strict=True)
            )
        else:
            self._output.write_rows(
                _COLUMNS,
                (
                    (name, f"{server:,}", f"{saved:,}", f"{asked:,}", format_size(octets), path)
                    for name, server, saved, asked, octets, path in rows
                ),
            )
        self._tell_plan(plan)
        for name, path in plan.renames:
            self._output.note(f"{name} goes to {path}")
        if (lack := self._lack(plan)) is not None:
            self._output.alarm(lack)

    def run(self, folders: Sequence[Folder], selection: Selection, scope: Scope | None) -> None:
        """Export. Raises TuimailError."""
        lines = ExportLines(self._output)
        try:
            report = self._save(folders, selection, scope, lines)
        except BrokenPipeError:
            # Whoever read us has enough, and the export is not whole.
            silence_outputs()
            self._output.status = INCOMPLETE
        else:
            self._tell_sums(report)

    def _save(
        self,
        folders: Sequence[Folder],
        selection: Selection,
        scope: Scope | None,
        lines: ExportLines,
    ) -> ExportReport:
        plan = self._plan(folders, selection, lines)
        self._tell_plan(plan)
        if plan.renames:
            count = len(plan.renames)
            told = "1 folder has another name" if count == 1 else f"{count} folders have others"
            self._output.note(f"{told} on the disk; --dry-run tells which")
        if (lack := self._lack(plan)) is not None:
            raise FileError(lack)
        return self._fetch(plan, scope, lines)

    def _plan(
        self, folders: Sequence[Folder], selection: Selection, lines: ExportLines | None
    ) -> Plan:
        def show(progress: PlanProgress) -> None:
            what = f"folders, {format_messages(progress.messages)}"
            self._output.show_progress(progress.folders, progress.total, what)

        on_skipped = lines.skip if lines is not None and self._output.as_json else None
        try:
            plan = self._task.plan(folders, selection, show, on_skipped, on_waits=self._output.note)
        finally:
            self._output.end_progress()
        if lines is not None:
            lines.end_plan(plan)
        return plan

    def _tell_plan(self, plan: Plan) -> None:
        told = f"{format_messages(plan.messages)} to fetch, {format_size(plan.octets)}"
        if plan.seconds is not None:
            told += f", about {format_wait(plan.seconds)}"
        if plan.skipped:
            told += f"; {plan.skipped:,} saved already"
        free = self._task.measure_room(plan).free
        if free is not None:
            told += f"; {format_size(free)} free in {shown_path(self._task.path)}"
        self._output.note(told)
        for folder in plan.folders:
            if folder.missing:
                self._output.note(f"{folder.record.name}: {count_missing(folder.missing)}")
        for note in plan.notes:
            self._output.note(note)
        for name, sentence in plan.failures:
            self._output.fail(TuimailError(sentence), str(name))

    def _lack(self, plan: Plan) -> str | None:
        """A sentence when the disk has too little room."""
        room = self._task.measure_room(plan)
        if room.is_enough:
            return None
        return (
            f"the export needs about {format_size(room.needed)}, and"
            f" {shown_path(self._task.path)} has room for {format_size(room.free)};"
            " make room, or choose another place with --to"
        )

    def _fetch(self, plan: Plan, scope: Scope | None, lines: ExportLines) -> ExportReport:
        listener = ShownExport(self._output, lines)
        request = self._task.start(plan, scope, listener)
        try:
            report = request.result()
        except BrokenPipeError:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                request.cancel()
                with suppress(CancelledError, Late, TuimailError):
                    request.result(_SECONDS_TO_STOP)
            self._output.end_progress()
            lines.tell_failures()
            if not self._task.is_proven:
                self._output.note(
                    f"{INDEX_FILE} and {SUMS_FILE} do not tell of all of it; the next export"
                    " writes them anew"
                )
            self._output.note(f"{listener.sentence}; the same command goes on from there")
            raise
        self._output.end_progress()
        lines.tell_failures()
        return report

    def _tell_sums(self, report: ExportReport) -> None:
        for folder in report.folders:
            sentence = (
                f"{folder.name}: server {folder.server:,} = saved {folder.saved:,}"
                f" + skipped {folder.skipped:,} + failed {folder.failed:,}"
            )
            if folder.adds_up:
                self._output.note(sentence)
            else:
                self._output.alarm(f"{sentence}, which does not add up")
        if self._output.as_json:
            sums = {
                key: sum(getattr(folder, key) for folder in report.folders)
                for key in ("server", "saved", "skipped", "failed")
            }
            self._output.write_objects([{"summary": sums}])
