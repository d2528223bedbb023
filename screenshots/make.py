"""Makes the pictures in this folder: the real app on the demo mailbox.

    python screenshots/make.py

The same on every run, whatever day and time zone it is.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.archive.server import ArchiveServer
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust
from tuimail.tui.app import MailApp
from tuimail.tui.state import State

FOLDER = Path(__file__).parent
TODAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PASSWORD = "lighthouse"
CLOSED_PORT = 1
"""Nobody listens there."""
PATIENCE = 20.0
"""Seconds until a picture that does not come is given up."""

_CELL_WIDTH = 12.2
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_TEXT = re.compile(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)')


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: keys to press, each word waited for before the next key."""

    name: str
    size: tuple[int, int]
    steps: tuple[str, ...]
    """A key, or `=text` to wait until the screen shows it."""
    reachable: bool = True


# The counts come last at the start; a picture without them would not be the same each time.
_READY_MEDIUM = ("=page 1 of", "=knots           1/")
_READY_SMALL = ("=page 1 of", "=knots      1/")
SCENES = (
    Scene("browse", (120, 36), (*_READY_MEDIUM, *"jjj")),
    Scene("browse-80x24", (80, 24), (*_READY_SMALL, *"jj")),
    Scene("browse-160x45", (160, 45), ("=page 1 of", "=knots               1/", *"jjj")),
    Scene("attachments", (120, 36), (*_READY_MEDIUM, *"jjjjjjjjjjjjjjjjj", "3", "right")),
    Scene("text", (120, 36), (*_READY_MEDIUM, "n", "=page 2 of", *"jjjjjjjjjjjjj", "enter", "=> ")),
    Scene("text-80x24", (80, 24), (*_READY_SMALL, *"jj", "enter", "=goat, new door")),
    Scene("save", (120, 36), (*_READY_MEDIUM, "space", "space", "j", "space", "e", "=Into this")),
    Scene("export", (120, 36), (*_READY_MEDIUM, "E", "=Enter plans", "j")),
    Scene("empty", (80, 24), (*_READY_SMALL, *"JJJ", "=There are no messages")),
    Scene("error", (80, 24), ("=tries again",), reachable=False),
)


async def take_picture(scene: Scene, port: int) -> None:
    endpoint = Endpoint("127.0.0.1", port, Security.PLAIN, "demo")
    # Two connections open at once at the start, so that every picture has the same signs.
    store = MailStore(partial(Session.open, endpoint, PASSWORD, Trust()), size=2)
    state = State(export_folder=Path("/home/mira/saved-mail"))
    app = MailApp(store, account="mira@gullrock.example", state=state, clock=lambda: TODAY)
    try:
        async with app.run_test(size=scene.size, notifications=True) as pilot:
            for step in scene.steps:
                if step.startswith("=") and len(step) > 1:
                    await wait_for(pilot, partial(shows, app, step[1:]))
                else:
                    await pilot.press(step)
            await wait_for(pilot, lambda: all(one.is_finished for one in app.workers))
            await pilot.pause()
            svg = app.export_screenshot(title="tuimail")
    finally:
        store.close()
    (FOLDER / f"{scene.name}.svg").write_text(make_portable(svg), encoding="utf-8")


def shows(app: MailApp, text: str) -> bool:
    strips = app.screen._compositor.render_strips(app.size)  # noqa: SLF001 - no public way
    return any(text in strip.text for strip in strips)


async def wait_for(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the screen did not come to it")
        await pilot.pause(0.01)


def make_portable(svg: str) -> str:
    """No font from elsewhere, and no leading spaces, which some renderers drop."""

    def shift(found: re.Match[str]) -> str:
        spaces = len(found[5]) // len("&#160;")
        x = float(found[1]) + spaces * _CELL_WIDTH
        length = float(found[3]) - spaces * _CELL_WIDTH
        return f'x="{x:.1f}"{found[2]} textLength="{length:.1f}"{found[4]}>'

    return _TEXT.sub(shift, _FONT_FACE.sub("", svg))


def main() -> None:
    os.environ["TZ"] = "UTC"
    time.tzset()
    with ArchiveServer(demo_mailbox(), user="demo", password=PASSWORD) as server:
        for scene in SCENES:
            asyncio.run(take_picture(scene, server.port if scene.reachable else CLOSED_PORT))
            print(f"{scene.name}.svg")  # noqa: T201 - a script for whoever runs it


if __name__ == "__main__":
    main()
