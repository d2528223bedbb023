"""Tests of waiting for the store on a screen that is being taken down."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from textual import work
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerCancelled, WorkerState

from tuimail.tui.asking import answer


class Panel(Widget):
    """When it is removed, the answer comes, and the screen's worker goes on."""

    async def on_unmount(self) -> None:
        screen = self.screen
        assert isinstance(screen, Waiting)
        screen.future.set_result("rows")
        with pytest.raises(WorkerCancelled):
            await screen.worker.wait()


class Waiting(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.future: Future[str] = Future()

    def compose(self) -> ComposeResult:
        yield Panel()

    def on_mount(self) -> None:
        self.worker = self.show()

    @work
    async def show(self) -> None:
        rows = await answer(self, self.future)
        self.query_one(Panel).tooltip = rows


class Waiter(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Waiting())


async def test_an_answer_that_comes_while_the_app_goes_is_dropped() -> None:
    app = Waiter()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Waiting)
    assert screen.future.done()
    assert screen.worker.state is WorkerState.CANCELLED
