"""A panel: a heading that says what it is and whether keys go there, and content under it."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.containers import Vertical
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuimail.tui.cells import fit_cells

_SHORTEST_NOTE = 14
"""Cells that must be left for a note to be worth cutting."""
_RULE = "─"
_ACTIVE_RULE = "━"


class PanelHeading(Widget):
    """A rule with a title in it; heavy, not only brighter, while the panel has the focus."""

    COMPONENT_CLASSES = {"heading--title", "heading--note"}

    heading: reactive[str] = reactive("")
    """What the panel shows; safe text."""
    note: reactive[str] = reactive("")
    """What stands at the right, where there is room."""
    active: reactive[bool] = reactive(False, toggle_class="-active")
    """Whether the keys go to this panel."""

    def __init__(self, heading: str = "") -> None:
        super().__init__()
        self.set_reactive(PanelHeading.heading, heading)

    def titles(self) -> list[tuple[str, bool]]:
        """The words in the rule, each with whether it is the chosen one."""
        return [(self.heading, True)]

    def render_line(self, _y: int) -> Strip:
        width = self.size.width
        rule_style = self.rich_style
        rule = _ACTIVE_RULE if self.active else _RULE
        title_style = self.get_component_rich_style("heading--title")
        note_style = self.get_component_rich_style("heading--note")
        segments = [Segment(rule, rule_style)]
        room = width - 2
        for title, chosen in self.titles():
            text = fit_cells(f" {title} ", min(cell_len(title) + 2, room))
            segments.append(Segment(text, title_style if chosen else note_style))
            room -= cell_len(text)
            if room <= 0:
                break
        note = ""
        if self.note and room > _SHORTEST_NOTE:
            note = f" {fit_cells(self.note, min(cell_len(self.note), room - 4))} "
        segments.append(Segment(rule * (room - cell_len(note)), rule_style))
        segments.append(Segment(note, note_style))
        segments.append(Segment(rule, rule_style))
        return Strip(segments).adjust_cell_length(width, rule_style)


class Panel(Vertical):
    """A heading and what stands under it; a rule at its side may set it off."""

    def render_lines(self, crop: Region) -> list[Strip]:
        # All of it but that rule is covered, so one line does for each: 3 % of a start.
        return super().render_lines(Region(crop.x, crop.y, crop.width, 1)) * crop.height

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.query_one(PanelHeading).active = True

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        self.query_one(PanelHeading).active = False
