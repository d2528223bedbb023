"""One line about where we are, who we are, and how the connections do."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuimail.imap.events import ConnectionState
from tuimail.tui.cells import fit_cells

SIGNS = {
    ConnectionState.CLOSED: "·",
    ConnectionState.CONNECTING: "◌",
    ConnectionState.IDLE: "○",
    ConnectionState.BUSY: "●",
    ConnectionState.LOST: "✗",
}
READ_ONLY = "READ-ONLY"
_GAP = "  "


class StatusLine(Widget):
    """Folder, range, order and marks at the left; account, `READ-ONLY`, connections at the right.

    A sentence about a running save or a lost connection takes the left side while it lasts.
    What is less needed goes first when the line is too short: the account, then the order.
    """

    COMPONENT_CLASSES = {"status--strong", "status--faint", "status--trouble"}

    folder: reactive[str] = reactive("")
    range: reactive[str] = reactive("")
    order: reactive[str] = reactive("")
    marked: reactive[int] = reactive(0)
    account: reactive[str] = reactive("")
    activity: reactive[str] = reactive("")
    """What runs in the background, or how it ended; safe text."""
    trouble: reactive[str] = reactive("")
    """What is wrong with the connection; safe text."""
    states: reactive[tuple[ConnectionState, ...]] = reactive(())

    def render_line(self, _y: int) -> Strip:
        width = self.size.width
        strong = self.get_component_rich_style("status--strong")
        faint = self.get_component_rich_style("status--faint")
        plain = self.rich_style
        if self.trouble:
            left = [Segment(f"! {self.trouble}", self.get_component_rich_style("status--trouble"))]
        elif self.activity:
            left = [Segment(self.activity, strong)]
        else:
            left = [Segment(self.folder, strong), Segment(self.range, plain)]
            left += [Segment(self.order, faint)] if self.order else []
            left += [Segment(f"{self.marked:,} marked", strong)] if self.marked else []
        right = [Segment(self.account, faint), Segment(READ_ONLY, strong)]
        right.append(Segment("".join(SIGNS[state] for state in self.states), plain))
        # The account goes first, then the order.
        if _length(left) + _length(right) + 4 > width:
            del right[0]
        if _length(left) + _length(right) + 4 > width and len(left) > 2:
            del left[2]
        room = width - _length(right) - 4
        line = [Segment(" ", plain)]
        for segment in left:
            text = fit_cells(segment.text, min(cell_len(segment.text), room))
            line += [Segment(text, segment.style), Segment(_GAP, plain)]
            room -= cell_len(text) + len(_GAP)
            if room <= 0:
                break
        used = sum(cell_len(segment.text) for segment in line)
        line.append(Segment(" " * (width - used - _length(right) - 1), plain))
        for index, segment in enumerate(right):
            line += [Segment(_GAP if index else "", plain), segment]
        return Strip(line).adjust_cell_length(width, plain)


def _length(segments: list[Segment]) -> int:
    gaps = len(_GAP) * max(0, len(segments) - 1)
    return sum(cell_len(segment.text) for segment in segments) + gaps
