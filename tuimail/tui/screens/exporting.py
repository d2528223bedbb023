"""`E`: a folder, those below it or the account as files, while one goes on browsing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from tuimail.files import safe_name
from tuimail.tui import export_sentences, sentences
from tuimail.tui.messages import ExportEnded, ExportProgressed, ExportWaits
from tuimail.tui.screens.find import FindScreen
from tuimail.tui.screens.panels import FOLDERS

# The first page needs nothing of an export, whose rooms take 25 ms to import.
if TYPE_CHECKING:
    from tuimail.export.names import SaveFormat
    from tuimail.export.save import SaveReport
    from tuimail.export.task import ExportAccount, ExportTask
    from tuimail.imap.endpoint import Endpoint
    from tuimail.imap.store import MailStore
    from tuimail.tui.last_page import LastPage
    from tuimail.tui.running_export import RunningExport
    from tuimail.tui.screens.export import PlannedExport
    from tuimail.tui.screens.export_run import ExportRunScreen
    from tuimail.tui.state import State

TICK = 1.0
"""Seconds until the speed is told anew, also when nothing comes."""
ENDED_TIME = 30.0
"""Seconds that the end of an export stands."""
STOP_TIME = 3.0
"""Seconds that whoever quits waits at most for what is whole to be noted."""


class ExportingScreen(FindScreen):
    """What is taken out in the background, one at a time; leaving asks first."""

    _save: Future[SaveReport] | None = None
    """The save that runs just now."""
    _export: RunningExport | None = None
    """The export that does."""
    _ticks: Timer | None = None
    _is_leaving = False
    """Only the end of the export is waited for."""

    def __init__(
        self,
        store: MailStore,
        *,
        account: str,
        state: State,
        clock: Callable[[], datetime],
        demo: bool = False,
        endpoint: Endpoint | None = None,
        last_page: LastPage | None = None,
    ) -> None:
        super().__init__(
            store, account=account, state=state, clock=clock, demo=demo, last_page=last_page
        )
        self._endpoint = endpoint

    def is_taking_out(self) -> bool:
        """Whether a save or an export is running; says so."""
        if self._save is not None:
            self.say(sentences.SAVE_RUNS)
        elif self._export is not None:
            self.say(export_sentences.EXPORT_RUNS)
        else:
            return False
        return True

    # --- from the dialog to the start

    def action_export(self) -> None:
        export = self._export
        if export is not None:
            from tuimail.tui.screens.export_run import ExportRunScreen

            dialog = ExportRunScreen(export.sentence, export.path)
            self.app.push_screen(dialog, partial(self._stop_if, export))
        elif not self.is_taking_out():
            self._ask_what_to_export()

    def _ask_what_to_export(self) -> None:
        from tuimail.export.task import ExportTask
        from tuimail.tui.screens.export import ExportScreen

        folder = self.visit.folder
        if self.focused_panel == FOLDERS:
            folder = self.folder_tree.pointed_at or folder
        account = self._export_account
        directory, save_format = self.state.last_export(account.name)

        def make_task(path: Path, save_format: SaveFormat) -> ExportTask:
            return ExportTask(self.store, account, path, save_format)

        below = not folder.selectable or (bool(self.visit.joined) and folder == self.visit.folder)
        self.app.push_screen(
            ExportScreen(
                folder, make_task, directory or account.directory, save_format, below=below
            ),
            self._begin_export,
        )

    @property
    def _export_account(self) -> ExportAccount:
        from tuimail.export.task import ExportAccount

        if self._endpoint is None:
            return ExportAccount(self.account, Path(safe_name(self.account)))
        return ExportAccount.of(self._endpoint)

    def _begin_export(self, planned: PlannedExport | None) -> None:
        if planned is None:
            return
        from tuimail.tui.running_export import RunningExport

        task = planned.task
        self.state.note_export(self._export_account.name, task.path, task.save_format)
        self.keep_state()
        self.status.sentence = ""
        self._export = RunningExport(planned, self)
        self._ticks = self.set_interval(TICK, self._show_export)
        self._show_export()

    # --- while it runs

    def on_export_progressed(self, _message: ExportProgressed) -> None:
        self._show_export()

    def on_export_waits(self, message: ExportWaits) -> None:
        self.say(sentences.as_sentence(message.sentence))

    def _show_export(self) -> None:
        if self._export is not None:
            self.status.activity = self._export.sentence
            dialog = self._run_dialog
            if dialog is not None:
                dialog.show(self._export.sentence)

    @property
    def _run_dialog(self) -> ExportRunScreen | None:
        from tuimail.tui.screens.export_run import ExportRunScreen

        screen = self.app.screen
        return screen if isinstance(screen, ExportRunScreen) else None

    def _stop_if(self, export: RunningExport, stop: bool | None) -> None:
        if stop and self._export is export:
            export.stop()
            self._show_export()

    def on_export_ended(self, _message: ExportEnded) -> None:
        export, self._export = self._export, None
        if export is None:
            return
        if self._ticks is not None:
            self._ticks.stop()
        if self._is_leaving:
            self.app.exit()
            return
        self.status.activity = ""
        dialog = self._run_dialog
        if dialog is not None:
            dialog.dismiss()
        sentence, is_well = export.last_words()
        if is_well:
            self.status.say(sentence, ENDED_TIME)
        else:
            # Longer than the status line, and nothing to be missed.
            self.notify(
                sentence, title="Export", severity="warning", timeout=ENDED_TIME, markup=False
            )

    # --- leaving

    async def action_quit(self) -> None:
        """Leave; a running save or export is the only reason to ask."""
        if self._is_leaving or (self._save is None and self._export is None):
            self.app.exit()
            return
        from tuimail.tui.screens.quit import QuitScreen

        if not isinstance(self.app.screen, QuitScreen):
            self.app.push_screen(QuitScreen(export=self._export is not None), self._quit_if)

    def _quit_if(self, leave: bool | None) -> None:
        if not leave:
            return
        if self._save is not None:
            self._save.cancel()
        if self._export is None:
            self.app.exit()
        else:
            self._is_leaving = True
            self._stop_if(self._export, True)
            self.set_timer(STOP_TIME, self.app.exit)
