"""`tuimail export`: a folder, a subtree or a whole mailbox as files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from pathlib import Path

from tuimail.cli.export_lines import ExportLines, ShownExport
from tuimail.cli.folder_choice import choose_folders
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.selection import read_numbers, read_query
from tuimail.cli.sign_in import SignIn, open_store
from tuimail.cli.table import Column
from tuimail.errors import FileError, TuimailError, UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.ledger_file import LEDGER_FOLDER
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan, PlanProgress, plan_export
from tuimail.export.proof import INDEX_FILE, SUMS_FILE, write_proof
from tuimail.export.report import ExportReport
from tuimail.export.run import run_export
from tuimail.files import Directory, free_space, safe_name, shown_path
from tuimail.imap.folder import Folder, find_folder
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore
from tuimail.tui.figures import format_messages, format_size

_COLUMNS = (
    Column("FOLDER", most=40),
    Column("MESSAGES", at_right=True),
    Column("SAVED", at_right=True),
    Column("TO FETCH", at_right=True),
    Column("SIZE", at_right=True),
    Column("PATH"),
)
_LISTED_FAILURES = 1_000
_BLOCK = 4_096
"""Octets in which a file system counts: the end of each file costs half of it."""
_SECONDS_TO_STOP = 10


def run_export_command(options: Options) -> int:
    """Export; gives the exit status. Raises TuimailError."""
    selection = Selection(read_numbers(options), options.uid is not None, read_query(options))
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        export = _Export(options, output, store, sign_in, folders, selection)
        if options.dry_run:
            export.rehearse()
        else:
            export.run()
    return output.status


class _Export:
    """One run of the command."""

    def __init__(
        self,
        options: Options,
        output: Output,
        store: MailStore,
        sign_in: SignIn,
        folders: Sequence[Folder],
        selection: Selection,
    ) -> None:
        self._options = options
        self._output = output
        self._store = store
        self._sign_in = sign_in
        self._folders = folders
        self._selection = selection
        endpoint = sign_in.endpoint
        self._account = f"{endpoint.user}@{endpoint.host}:{endpoint.port}"
        self._path = options.to or Path(safe_name(f"{endpoint.host}-{endpoint.user}"))
        self._format = SaveFormat(options.format)

    def rehearse(self) -> None:
        """Tell what would be done."""
        there = Directory.open(self._path, create=False) if self._path.is_dir() else None
        try:
            with Ledger.rehearse(there, self._account, self._format) as ledger:
                plan = self._plan(ledger, None)
        finally:
            if there is not None:
                there.close()
        rows = [
            (one.record.name, one.server, one.skipped, one.asked, one.octets, one.record.path)
            for one in plan.folders
        ]
        if self._output.as_json:
            keys = ("folder", "server", "skipped", "asked", "octets", "path")
            self._output.write_objects(dict(zip(keys, row, strict=True)) for row in rows)
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

    def run(self) -> None:
        """Export. Raises TuimailError."""
        with Directory.open(self._path) as directory:
            _require_own(directory)
            with Ledger.open(directory, self._account, self._format) as ledger:
                self._note_scope(ledger)
                lines = ExportLines(self._output, ledger)
                plan = self._plan(ledger, lines)
                self._tell_plan(plan)
                if plan.renames:
                    count = len(plan.renames)
                    told = (
                        "1 folder has another name"
                        if count == 1
                        else f"{count} folders have other names"
                    )
                    self._output.note(f"{told} on the disk; --dry-run tells which")
                if (lack := self._lack(plan)) is not None:
                    raise FileError(lack)
                self._fetch(plan, ledger, directory, lines)

    def _plan(self, ledger: Ledger, lines: ExportLines | None) -> Plan:
        def show(progress: PlanProgress) -> None:
            what = f"folders, {format_messages(progress.messages)}"
            self._output.show_progress(progress.folders, progress.total, what)

        on_skipped = lines.skip if lines is not None and self._output.as_json else None
        try:
            plan = plan_export(
                self._store, self._folders, self._selection, ledger, show, on_skipped
            )
        finally:
            self._output.end_progress()
        if lines is not None:
            lines.end_plan(plan)
        return plan

    def _tell_plan(self, plan: Plan) -> None:
        told = f"{format_messages(plan.messages)} to fetch, {format_size(plan.octets)}"
        if plan.skipped:
            told += f"; {plan.skipped:,} saved already"
        free = free_space(self._path)
        if free is not None:
            told += f"; {format_size(free)} free in {shown_path(self._path)}"
        self._output.note(told)
        for note in plan.notes:
            self._output.note(note)
        for name, sentence in plan.failures:
            self._output.fail(TuimailError(sentence), str(name))

    def _lack(self, plan: Plan) -> str | None:
        """A sentence when the disk has too little room."""
        needed = plan.octets + plan.messages * _BLOCK // 2
        free = free_space(self._path)
        if free is None or needed <= free:
            return None
        return (
            f"the export needs about {format_size(needed)}, and {shown_path(self._path)} has room"
            f" for {format_size(free)}; make room, or choose another place with --to"
        )

    def _note_scope(self, ledger: Ledger) -> None:
        """Let `verify` know what was asked for whole."""
        if self._selection != Selection():
            return
        if self._options.everything:
            ledger.note_scope(b"", below=True)
        elif self._options.recursive:
            name = self._options.folder or self._sign_in.start_folder or "INBOX"
            top = find_folder(self._store.folders().result(), name)
            ledger.note_scope(top.raw_name, below=True)
        else:
            ledger.note_scope(self._folders[0].raw_name, below=False)

    def _fetch(self, plan: Plan, ledger: Ledger, directory: Directory, lines: ExportLines) -> None:
        listener = ShownExport(self._output, lines)
        request = run_export(self._store, plan, ledger, directory, listener)
        try:
            try:
                report = request.result()
            except KeyboardInterrupt:
                request.cancel()
                with suppress(CancelledError, Late, TuimailError):
                    request.result(_SECONDS_TO_STOP)
                raise
            finally:
                self._output.end_progress()
        except BaseException as error:
            lines.tell_failures()
            self._output.note(f"{listener.sentence}; the same command goes on from there")
            if isinstance(error, TuimailError) and not isinstance(error, FileError):
                write_proof(ledger, directory)
            raise
        write_proof(ledger, directory)
        lines.tell_failures()
        self._tell_sums(report)

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


def _require_own(directory: Directory) -> None:
    """Raises UsageError where files of somebody else have the names of ours."""
    names = directory.names()
    foreign = next((name for name in (INDEX_FILE, SUMS_FILE) if name in names), None)
    if foreign is not None and LEDGER_FOLDER not in names:
        raise UsageError(
            f"{shown_path(directory.path)} holds a file {foreign} that is no export's; choose"
            " another folder with --to"
        )
