"""Colours: legible in both themes of our own, and no theme of Textual breaks the screen."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.servers.archive import RecordingServer
from tests.tui.driving import driven
from tuimail.tui.app import DARK, LIGHT

# WCAG 2.2, 1.4.3: text of normal size.
LEGIBLE = 4.5
# 1.4.11: what helps and is said elsewhere too.
LARGE = 3.0


def contrast(style: Style) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    assert style.color is not None
    assert style.bgcolor is not None
    front, back = (luminance(Color.from_rich_color(one)) for one in (style.color, style.bgcolor))
    return (max(front, back) + 0.05) / (min(front, back) + 0.05)


def luminance(color: Color) -> float:
    parts = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name])
async def test_every_kind_of_text_is_legible(harbour_server: RecordingServer, theme: str) -> None:
    async with driven(harbour_server) as drive:
        drive.app.theme = theme
        await drive.pilot.pause(0)
        messages = drive.main.list_panel.messages
        plain = messages.get_component_rich_style("line--plain")
        cursor = messages.get_component_rich_style("line--cursor")
        for name in ("line--faint", "line--strong", "line--mark", "line--error"):
            assert contrast(messages.style_of(name, plain)) >= LEGIBLE, name
        for name in ("line--strong", "line--mark"):
            assert contrast(messages.style_of(name, cursor)) >= LEGIBLE, name
        assert contrast(messages.style_of("line--faint", cursor)) >= LARGE
        assert contrast(plain) >= LEGIBLE
        assert contrast(cursor) >= LEGIBLE


async def test_all_themes_draw_the_screen(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        before = drive.text
        for theme in BUILTIN_THEMES:
            drive.app.theme = theme
            await drive.pilot.pause(0)
            assert drive.text == before, theme
