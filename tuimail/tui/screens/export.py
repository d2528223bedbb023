"""What to export, where to, and as what; then the plan of it, and the start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tuimail.errors import TuimailError, UsageError
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan
from tuimail.export.task import ExportTask, Scope
from tuimail.files import shown_path
from tuimail.imap.folder import Folder
from tuimail.imap.job import Request
from tuimail.tui import export_sentences
from tuimail.tui.asking import answer
from tuimail.tui.cells import fit_cells
from tuimail.tui.keys import EXPORT_KEYS
from tuimail.tui.messages import ExportWaits, PlanProgressed, post_from_thread
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.screens.save import FormatList, read_folder
from tuimail.tui.sentences import as_sentence
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.line_list import LineList

MakeTask = Callable[[Path, SaveFormat], ExportTask]


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """The answer of the dialog: an export that only needs to be started."""

    task: ExportTask
    plan: Plan
    scope: Scope


class ScopeList(LineList):
    """The folder, with those below it, or everything; the one under the cursor is chosen."""

    def __init__(self, folder: Folder, *, below: bool) -> None:
        super().__init__()
        self._scopes = (Scope(folder), Scope(folder, below=True), Scope(None))
        self._folder_name = str(folder.name)
        self._first = int(below)

    @property
    def chosen(self) -> Scope:
        return self._scopes[self.cursor]

    @property
    def words(self) -> str:
        """The chosen one, in words."""
        return self._describe(self.cursor, None)

    def on_mount(self) -> None:
        self.set_rows(len(self._scopes), self._first)

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        sign = "(●)" if index == self.cursor else "( )"
        return [Segment(f"{sign} ", style), Segment(self._describe(index, width - 4), style)]

    def _describe(self, index: int, width: int | None) -> str:
        """A long name gives way to what is said of it."""
        scope = self._scopes[index]
        if scope.folder is None:
            return "the whole account"
        words = " with the folders below it" if scope.below else ""
        name = self._folder_name
        if width is not None:
            name = fit_cells(name, min(cell_len(name), width - cell_len(words)))
        return f"{name}{words}"


class _Step(Enum):
    """What the dialog shows."""

    FORM = "form"
    PLANNING = "planning"
    PLANNED = "planned"


class ExportScreen(Dialog[PlannedExport]):
    """Asks what and where, plans that in the background, and lets the plan be started.

    `make_task` is called with the folder and the format; `directory` and `save_format` stand
    there already.
    """

    BINDINGS = [*EXPORT_KEYS]
    AUTO_FOCUS = "ScopeList"

    def __init__(
        self,
        folder: Folder,
        make_task: MakeTask,
        directory: Path,
        save_format: SaveFormat,
        *,
        below: bool = False,
    ) -> None:
        super().__init__()
        self._make_task = make_task
        self._directory = directory
        self._scopes = ScopeList(folder, below=below)
        self._formats = FormatList(save_format)
        self._form = Vertical(id="export-form")
        self._plan = VerticalScroll(id="plan")
        self._words = Static(markup=False)
        self._hint = Static(markup=False, classes="hint")
        self._step = _Step.FORM
        self._answered: Widget | None = self._scopes
        """What was focused when the form was answered."""
        self._planned: PlannedExport | None = None
        """What may be started, or not for want of room."""
        self._may_start = False
        self._last: Request[Plan] | None = None
        """The plan that was begun last."""

    def compose(self) -> ComposeResult:
        shown = shown_path(self._directory)
        with Vertical(classes="dialog") as box:
            box.border_title = Content("Export")
            with self._form:
                yield self._scopes
                yield self._formats
                yield Static(
                    "Into this folder, which is made if it is missing:",
                    markup=False,
                    classes="hint",
                )
                yield Input(
                    shown if self._directory.is_absolute() else f"./{shown}",
                    compact=True,
                    id="folder",
                )
            with self._plan:
                yield self._words
            yield self._hint
        yield KeyLine()

    def on_mount(self) -> None:
        self._show(_Step.FORM, export_sentences.FORM_HINT)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        if action == "plan":
            return self._step is _Step.FORM
        if action == "start":
            return self._step is _Step.PLANNED and self._may_start
        return True

    # --- the form

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def action_plan(self) -> None:
        if self._step is not _Step.FORM:
            return
        try:
            directory = read_folder(self.query_one(Input).value, self._directory).absolute()
        except UsageError as error:
            self._hint.update(Content(as_sentence(error)))
            return
        self._answered = self.focused
        self._tell(export_sentences.STARTING)
        self._show(_Step.PLANNING, "Esc stops.")
        self._make_plan(directory)

    # --- the plan

    @work(exclusive=True, group="plan")
    async def _make_plan(self, directory: Path) -> None:
        scope = self._scopes.chosen
        task = self._make_task(directory, self._formats.chosen)
        if self._last is not None:
            # It was left, and lets go of the folder only when it has ended.
            await asyncio.gather(asyncio.wrap_future(self._last), return_exceptions=True)
        request = self._last = task.start_plan(
            scope,
            lambda progress: post_from_thread(self, PlanProgressed(progress)),
            lambda sentence: post_from_thread(self, ExportWaits(sentence)),
        )
        try:
            plan = await answer(self, request)
        except TuimailError as error:
            task.close()
            self._show(_Step.FORM, as_sentence(error))
        except asyncio.CancelledError:
            request.cancel()
            request.add_done_callback(lambda _: task.close())
            raise
        else:
            self._planned = PlannedExport(task, plan, scope)
            room = task.measure_room(plan)
            self._may_start = room.is_enough
            self._tell(export_sentences.planned(plan, room, directory))
            self._show(
                _Step.PLANNED,
                "Enter starts, Esc goes back." if room.is_enough else "Esc goes back.",
            )

    def on_plan_progressed(self, message: PlanProgressed) -> None:
        if self._step is _Step.PLANNING:
            self._tell(export_sentences.planning(message.progress))

    def on_export_waits(self, message: ExportWaits) -> None:
        if self._step is _Step.PLANNING:
            self._tell(as_sentence(message.sentence))

    def action_start(self) -> None:
        if self._planned is not None:
            self.dismiss(self._planned)

    # --- back

    def action_leave(self) -> None:
        if self._step is _Step.FORM:
            self.dismiss(None)
            return
        self.workers.cancel_group(self, "plan")
        planned, self._planned = self._planned, None
        if planned is not None:
            planned.task.close()
        self._show(_Step.FORM, export_sentences.FORM_HINT)

    def _tell(self, text: str) -> None:
        """Safe text about what was asked for."""
        what = f"{self._scopes.words}, as {self._formats.chosen.name}:"
        self._words.update(Content(f"{what}\n\n{text}"))

    def _show(self, step: _Step, hint: str) -> None:
        self._step = step
        self._hint.update(Content(hint))
        parts: tuple[Widget, Widget] = (self._form, self._plan)
        comes, goes = parts if step is _Step.FORM else parts[::-1]
        comes.display = True
        # Before the other goes, which would take the focus with it.
        self.set_focus(self._answered if step is _Step.FORM else self._plan)
        goes.display = False
        self.refresh_bindings()
