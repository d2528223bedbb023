"""Finding out what can be done."""

from __future__ import annotations

import pytest

from tests.servers.archive import RecordingServer
from tests.tui.driving import MEDIUM, driven
from tuimail.tui.keys import (
    ALL_KEYS,
    APP_KEYS,
    BROWSE_KEYS,
    DETAILS_KEYS,
    FOLDER_KEYS,
    LIST_KEYS,
    MOVE_KEYS,
)
from tuimail.tui.screens.help import HelpScreen


def test_every_key_has_an_id_of_its_own_and_says_what_it_does() -> None:
    ids = [one.id for one in ALL_KEYS]
    assert len(set(ids)) == len(ids)
    for one in ALL_KEYS:
        assert one.id
        assert one.description
        assert one.tooltip.endswith("."), one.id


@pytest.mark.parametrize("panel_keys", [LIST_KEYS, FOLDER_KEYS, DETAILS_KEYS])
def test_no_two_things_hang_on_one_key_of_a_panel(panel_keys: tuple[object, ...]) -> None:
    seen: dict[str, str | None] = {}
    for one in (*panel_keys, *MOVE_KEYS, *BROWSE_KEYS, *APP_KEYS):
        for key in one.key.split(","):  # type: ignore[attr-defined]
            assert key not in seen, (key, seen.get(key))
            seen[key] = one.id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("panel", "own"),
    [
        ("1", "Show the folder's messages."),
        ("2", "Mark the message, or take the mark off."),
        ("3", "The tab at the right."),
    ],
)
async def test_help_is_about_the_focused_panel(
    harbour_server: RecordingServer, panel: str, own: str
) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press(panel, "question_mark")
        await drive.wait(lambda: isinstance(drive.app.screen, HelpScreen))
        await drive.wait_for(own)
        if panel == "2":
            await drive.expect("help")
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)


async def test_the_palette_knows_every_key_and_every_folder(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press("ctrl+p", *"look")
        await drive.wait_for("Ask the server for the page and the counts.")
        await drive.press("escape", ":", *"zuri")
        await drive.wait_for("Open Reisen/Zürich")
        await drive.press("down", "enter")
        await drive.wait(lambda: drive.main.list_panel.heading.heading == "Reisen/Zürich")


async def test_a_command_of_the_palette_is_the_key(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press(":", *"mark page")
        await drive.wait_for("Mark every message of the page.")
        await drive.press("down", "enter")
        await drive.wait_for("50 marked")


async def test_a_click_on_a_key_is_the_key(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        x = drive.lines[-1].index("Mark")
        await drive.pilot.click(offset=(x, len(drive.lines) - 1))
        await drive.wait_for("1 marked")
        x = drive.lines[-1].index("? Help")
        await drive.pilot.click(offset=(x, len(drive.lines) - 1))
        await drive.wait(lambda: isinstance(drive.app.screen, HelpScreen))
