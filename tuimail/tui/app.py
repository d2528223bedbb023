"""The Textual application: it is handed its mailbox and knows no other."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import App, SystemCommand
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from tuimail.text import safe_block
from tuimail.tui.commands import MailCommands
from tuimail.tui.keys import APP_KEYS
from tuimail.tui.line_filter import ControlCharacters
from tuimail.tui.screens.main import MainScreen

if TYPE_CHECKING:
    from tuimail.imap.endpoint import Endpoint
    from tuimail.imap.store import MailStore
    from tuimail.tui.last_page import LastPage
    from tuimail.tui.state import State

DARK = Theme(
    name="tuimail-dark",
    primary="#7aa2c8",
    secondary="#8fa6b8",
    accent="#e0b46a",
    warning="#e0b46a",
    error="#e07a72",
    success="#8fbf8a",
    foreground="#d5d9dd",
    background="#14171a",
    surface="#1a1e22",
    panel="#22272c",
    variables={
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#2f4a63",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#262c32",
    },
)
LIGHT = Theme(
    name="tuimail-light",
    primary="#2b5f8f",
    secondary="#51697d",
    accent="#6f4700",
    warning="#6f4700",
    error="#a8322a",
    success="#2f6f2f",
    foreground="#22272c",
    background="#f7f7f4",
    surface="#eeeeea",
    panel="#e3e4e0",
    dark=False,
    variables={
        "block-cursor-foreground": "#101418",
        "block-cursor-background": "#bcd4ea",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#dde2e6",
    },
)


def _system_clock() -> datetime:
    return datetime.now().astimezone()


class MailApp(App[None]):
    """Browses the mailbox behind `store`, which stays open when the app ends.

    `account` is shown, and what `state` remembers an order under; `clock` says what is today.
    Exports are of the `endpoint`, so that `tuimail export` goes on with them, and are put down to
    `account` without one. `last_page` shows the inbox before the server has answered.
    """

    CSS_PATH = "tuimail.tcss"
    TITLE = "tuimail"
    BINDINGS = [*APP_KEYS]
    COMMANDS = App.COMMANDS | {MailCommands}
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(
        self,
        store: MailStore,
        *,
        account: str,
        state: State,
        demo: bool = False,
        clock: Callable[[], datetime] = _system_clock,
        endpoint: Endpoint | None = None,
        last_page: LastPage | None = None,
    ) -> None:
        self._control_characters = ControlCharacters()
        super().__init__()
        self._main = MainScreen(
            store,
            account=account,
            state=state,
            clock=clock,
            demo=demo,
            endpoint=endpoint,
            last_page=last_page,
        )
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        # Not by assignment, after which Textual parses the stylesheet once more: 10 ms of a start.
        self.set_reactive(App.theme, DARK.name)
        self.add_class(f"-theme-{DARK.name}", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> MainScreen:
        # Textual lays a screen out before it sets these, and then once more.
        for breakpoints, cells in (
            (self._main.HORIZONTAL_BREAKPOINTS, self.size.width),
            (self._main.VERTICAL_BREAKPOINTS, self.size.height),
        ):
            fitting = [name for limit, name in breakpoints if cells >= limit]
            self._main.add_class(fitting[-1])
        return self._main

    def on_ready(self) -> None:
        """The first frame is drawn; what is there by now stays, and is never garbage."""
        if not gc.isenabled():  # whoever started us lets it rest until now
            gc.freeze()
            gc.enable()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Behind everything that is drawn, whatever widget it comes from."""
        return (*super().get_line_filters(), self._control_characters)

    def get_css_variables(self) -> dict[str, str]:
        """Two shades that every theme lacks: `$faint` text and `$rule` lines.

        Mixed from the theme's own colours, so that they are legible on dark and on light.
        """
        variables = super().get_css_variables()
        shades = {"faint": "ansi_bright_black", "rule": "ansi_bright_black"}
        if not self.current_theme.ansi:
            back, front = (Color.parse(variables[name]) for name in ("background", "foreground"))
            shades = {"faint": back.blend(front, 0.68).hex, "rule": back.blend(front, 0.3).hex}
        return {**shades, **variables}

    def get_system_commands(self, _screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Colours", "Choose how tuimail looks", self.action_change_theme)

    def _fatal_error(self) -> None:
        """Say where a fault of ours is, in safe text.

        Textual would print every variable on the way to it: the password, and strangers' words.
        """
        self.panic(Text(safe_block(traceback.format_exc())))

    async def action_quit(self) -> None:
        """Leave; only a running save or export is a reason to ask."""
        await self._main.action_quit()

    def action_help_quit(self) -> None:
        self.notify("q leaves tuimail.", markup=False)
