"""The dialog of `E`, when it is left and taken up again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.stores import store_on
from tests.tui.driving import ACCOUNT, driven
from tuimail.export.names import SaveFormat
from tuimail.export.plan import Plan
from tuimail.export.task import ExportAccount, ExportTask, Scope
from tuimail.tui.screens.export import ExportScreen

EML = SaveFormat.EML


async def test_a_plan_that_was_left_lets_go_of_the_folder_before_the_next_one(
    tmp_path: Path,
) -> None:
    reached, gate = threading.Event(), threading.Event()

    class Slow(ExportTask):
        def plan(self, *arguments: Any, **options: Any) -> Plan:
            plan = super().plan(*arguments, **options)
            if not reached.is_set():
                reached.set()
                gate.wait(60)
            return plan

    account = ExportAccount(ACCOUNT, Path("out"))
    with RecordingServer(mailbox_of(3)) as server:
        with store_on(server.port) as store, ExportTask(store, account, tmp_path, EML) as task:
            task.start(task.start_plan(Scope(None)).result(60)).result(60)
        async with driven(server) as drive:
            store = drive.main.store

            def make_task(path: Path, save_format: SaveFormat) -> ExportTask:
                return Slow(store, account, path, save_format)

            screen = ExportScreen(drive.main.visit.folder, make_task, tmp_path, EML)
            drive.app.push_screen(screen)
            await drive.wait(lambda: drive.app.screen is screen)
            await drive.pilot.pause(0)
            await drive.press("enter")
            await drive.wait(reached.is_set)
            await drive.press("escape")
            await drive.wait_for("Enter plans it")
            await drive.press("enter")
            await drive.wait_for("Planning")
            gate.set()
            await drive.wait_for("3 saved already")
