"""`tuimail verify`: whether an export is as it was written, and as the server is now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.status import INCOMPLETE
from tuimail.cli.table import Column
from tuimail.errors import UsageError
from tuimail.export.difference import Difference
from tuimail.export.ledger import Ledger
from tuimail.export.records import Status
from tuimail.export.standstill import hold_still
from tuimail.export.verify import verify_files
from tuimail.files import Directory, shown_path
from tuimail.text import safe_line

if TYPE_CHECKING:
    from tuimail.imap.store import MailStore

_COLUMNS = (Column("DIFFERENCE"), Column("WHERE", most=80), Column("WHAT"))


def run_verify(options: Options) -> int:
    """Verify an export; gives the exit status. Raises TuimailError."""
    output = Output(as_json=options.json, has_rows=options.json)
    with ExitStack() as stack:
        directory = stack.enter_context(Directory.open(options.directory, create=False))
        stack.enter_context(hold_still(directory))
        ledger = stack.enter_context(Ledger.read(directory))
        store = None
        if options.account is not None:
            # Without a server, nothing of IMAP.
            from tuimail.cli.sign_in import open_store
            from tuimail.export.task import ExportAccount

            store, sign_in = stack.enter_context(open_store(options, output))
            _require_account(directory, ledger, ExportAccount.of(sign_in.endpoint).name)
            # Whoever mistyped the password learns it before all the files are read.
            store.folders().result()
        verification = _Verification(output, directory, ledger, store)
        try:
            if options.json:
                output.write_objects(verification.objects())
            else:
                rows = (_cells(found) for found in verification.differences())
                output.write_rows(_COLUMNS, rows)
        finally:
            output.end_progress()
        output.note(verification.sentence)
        if verification.count:
            output.status = INCOMPLETE
    return output.status


def _require_account(directory: Directory, ledger: Ledger, account: str) -> None:
    if ledger.account != account:
        holds = f"{shown_path(directory.path)} holds the mail of {safe_line(ledger.account, 200)}"
        raise UsageError(f"{holds}, not that of {account}")


class _Verification:
    """All differences, counted on their way."""

    def __init__(
        self, output: Output, directory: Directory, ledger: Ledger, store: MailStore | None
    ) -> None:
        self._output = output
        self._directory = directory
        self._ledger = ledger
        self._store = store
        self._files, _ = ledger.count(Status.SAVED)
        self.count = 0
        self._messages_not_asked = 0
        self._folders_not_asked = 0

    def differences(self) -> Iterator[Difference]:
        """Those of the files, then those of the server."""
        for found in self._find():
            self.count += 1
            yield found

    def objects(self) -> Iterator[dict[str, object]]:
        """A JSON object for each, and the summary."""
        for found in self.differences():
            yield {
                "kind": found.kind.value,
                "folder": found.folder,
                "uid_validity": found.uid_validity,
                "uid": found.uid,
                "path": found.path,
                "sentence": found.sentence,
            }
        summary: dict[str, object] = {"files": self._files, "differences": self.count}
        if self._store is not None:
            summary["not_asked_for"] = {
                "messages": self._messages_not_asked,
                "folders": self._folders_not_asked,
            }
        yield {"summary": summary}

    @property
    def sentence(self) -> str:
        """How it ended."""
        files = "1 file" if self._files == 1 else f"{self._files:,} files"
        if self.count:
            differences = "1 difference" if self.count == 1 else f"{self.count:,} differences"
            return f"{files}, {differences}"
        what = "is as it was saved" if self._files == 1 else "are as they were saved"
        with_server = ""
        if self._messages_not_asked or self._folders_not_asked:
            with_server = ", and the server still holds them, beside what was not asked for"
        elif self._store is not None:
            with_server = ", and the server holds the same messages"
        return f"{files} {what}{with_server}"

    def _find(self) -> Iterator[Difference]:
        def show_files(done: int, total: int) -> None:
            self._output.show_progress(done, total, "files")

        def show_folder(name: str, done: int, total: int) -> None:
            self._output.show_progress(done, total, name)

        yield from verify_files(self._directory, self._ledger, show_files, self._output.conclude)
        if self._store is not None:
            from tuimail.export.verify_server import verify_server

            yield from verify_server(
                self._store,
                self._ledger,
                on_folder=show_folder,
                on_not_asked=self._note_not_asked,
            )
            if count := self._folders_not_asked:
                folders = "1 folder" if count == 1 else f"{count:,} folders"
                self._output.conclude(f"on the server are {folders} more, not asked for")

    def _note_not_asked(self, folder: str, count: int | None) -> None:
        if count is None:
            self._folders_not_asked += 1
            return
        self._messages_not_asked += count
        messages = "1 message" if count == 1 else f"{count:,} messages"
        self._output.conclude(f"{folder}: on the server are {messages} more, not asked for")


def _cells(found: Difference) -> list[str]:
    where = found.folder or ""
    if found.path is not None:
        where = safe_line(found.path)
    elif found.uid is not None:
        where = f"{where}, UID {found.uid}"
    return [found.kind.value, safe_line(where), safe_line(found.sentence)]
