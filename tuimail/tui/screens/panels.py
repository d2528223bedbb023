"""Three panels and how the focus goes between them; nothing here knows of mail."""

from __future__ import annotations

from textual.screen import Screen
from textual.widget import Widget

from tuimail.tui.widgets.panel import Panel

FOLDERS, MESSAGES, DETAILS = "folders", "messages", "details"
PANELS = (FOLDERS, MESSAGES, DETAILS)


class PanelScreen(Screen[None]):
    """Side by side from 140 columns, the details under the list below that.

    On a short screen the details are four lines, until they have the focus. The stylesheet does
    all of it by the classes `-wide`, `-short`, `-no-folders` and `-zoom-PANEL`.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def focus_target(self, panel: str) -> Widget:
        """The widget of a panel that takes the keys."""
        raise NotImplementedError

    @property
    def focused_panel(self) -> str:
        """Which of PANELS the keys go to."""
        node = self.focused
        while node is not None and not isinstance(node, Panel):
            node = node.parent if isinstance(node.parent, Widget) else None
        return node.id if node is not None and node.id in PANELS else MESSAGES

    @property
    def zoomed(self) -> str | None:
        """The panel that has the whole screen."""
        return next((name for name in PANELS if self.has_class(f"-zoom-{name}")), None)

    def focus_panel(self, panel: str) -> None:
        """Give a panel the focus, and show it first where it is hidden."""
        if panel == FOLDERS:
            self.remove_class("-no-folders")
        if self.zoomed:
            self._zoom(panel)
        self.focus_target(panel).focus(scroll_visible=False)

    def action_show_panel(self, panel: str) -> None:
        self.focus_panel(panel)

    def action_next_panel(self, step: int) -> None:
        shown = [name for name in PANELS if name != FOLDERS or not self.has_class("-no-folders")]
        here = self.focused_panel
        at = shown.index(here) if here in shown else 0
        self.focus_panel(shown[(at + step) % len(shown)])

    def action_toggle_folders(self) -> None:
        if self.focused_panel == FOLDERS:
            self.focus_panel(MESSAGES)
        self._zoom(None)
        self.toggle_class("-no-folders")

    def action_toggle_zoom(self) -> None:
        self._zoom(None if self.zoomed else self.focused_panel)

    def step_back(self) -> bool:
        """Undo what takes room or focus from the list; whether there was anything to undo."""
        if self.zoomed:
            self._zoom(None)
        elif self.focused_panel != MESSAGES:
            self.focus_panel(MESSAGES)
        else:
            return False
        return True

    def _zoom(self, panel: str | None) -> None:
        for name in PANELS:
            self.set_class(name == panel, f"-zoom-{name}")
