"""Driving the real app on a real store and a real server: press keys, read the screen."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.servers.archive import PASSWORD
from tuimail.archive.server import ArchiveServer
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.events import ConnectionState
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust
from tuimail.tui.app import MailApp
from tuimail.tui.last_page import LastPage
from tuimail.tui.screens.main import MainScreen
from tuimail.tui.state import State

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ACCOUNT = "mira@gullrock.example"
SMALL, MEDIUM, WIDE = (80, 24), (120, 36), (160, 45)
GOLDENS = Path(__file__).parent / "goldens"
_NAMED = {"space": " ", "question_mark": "?"}
UPDATE_GOLDENS = "TUIMAIL_UPDATE_GOLDENS"
"""Set to write what the screen shows now over what it is compared with."""


def screen_text(app: MailApp) -> str:
    """What the terminal shows, without colour and without spaces at the ends of lines."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text.rstrip() for strip in strips)


class Driver:
    """The app while it runs."""

    def __init__(self, app: MailApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        main = self.app.screen_stack[0]
        assert isinstance(main, MainScreen)
        return main

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def subjects(self) -> list[str]:
        """Of the rows in the list, also of those outside its window."""
        return [str(row.subject) if row else "" for row in self.main.list_panel.messages.rows]

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each worked off before the next.

        Not the pilot's own way, which waits for the whole process to fall idle: beside the
        threads of a server and of other tests that takes seconds.
        """
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(name, key if len(key) == 1 else _NAMED.get(key)))
            # From the app to the widget, and what the widget posts from there.
            for _ in range(3):
                await self.pilot.pause(0)

    async def wait(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Let the app run until something is so; raises AssertionError with the screen."""
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"it did not become so:\n{self.text}"
            await self.pilot.pause(0.005)

    async def wait_for(self, text: str) -> None:
        """Until the screen shows this."""
        await self.wait(lambda: text in self.text)

    async def settle(self) -> None:
        """Until nothing is under way any more."""
        restless = {ConnectionState.BUSY, ConnectionState.CONNECTING, ConnectionState.LOST}
        await self.wait(
            lambda: (
                all(worker.is_finished for worker in self.main.workers)
                and not restless.intersection(self.main.status.states)
            )
        )
        await self.pilot.pause(0)

    async def expect(self, name: str) -> None:
        """Wait until the screen is as in `goldens/NAME.txt`, and compare it if it does not come."""
        golden = GOLDENS / f"{name}.txt"
        if os.environ.get(UPDATE_GOLDENS):
            await self.pilot.pause()
        else:
            with contextlib.suppress(AssertionError):
                await self.wait(lambda: self.text + "\n" == golden.read_text(encoding="utf-8"), 5)
        self.check(name)

    def check(self, name: str) -> None:
        """Compare the screen with `goldens/NAME.txt`."""
        golden = GOLDENS / f"{name}.txt"
        if os.environ.get(UPDATE_GOLDENS):
            golden.write_text(self.text + "\n", encoding="utf-8")
        assert self.text + "\n" == golden.read_text(encoding="utf-8")


def connect_to(server: ArchiveServer, *, size: int = 2) -> MailStore:
    """A store on an archive server; two connections open at once, so the signs are the same."""
    endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, server.user)
    return MailStore(partial(Session.open, endpoint, PASSWORD, Trust()), size=size)


@asynccontextmanager
async def driven(
    server: ArchiveServer,
    *,
    screen: tuple[int, int] = SMALL,
    state: State | None = None,
    connections: int = 2,
    settle: bool = True,
    store: MailStore | None = None,
    endpoint: Endpoint | None = None,
    last_page: LastPage | None = None,
    looks_ahead: bool = False,
) -> AsyncIterator[Driver]:
    """The app on a mailbox, its first page shown; ended, and its store closed, afterwards.

    Only with `looks_ahead` does it ask for more than what the keys ask for.
    """
    store = store or connect_to(server, size=connections)
    app = MailApp(
        store,
        account=ACCOUNT,
        state=state or State(),
        clock=lambda: NOW,
        endpoint=endpoint,
        last_page=last_page,
    )
    app.get_default_screen().looks_ahead = looks_ahead
    try:
        async with app.run_test(size=screen, notifications=True) as pilot:
            driver = Driver(app, pilot)
            if settle:
                await driver.settle()
            yield driver
    finally:
        store.close()
