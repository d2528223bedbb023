"""One line about where we are, who we are, and how the connections do."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer
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
SENTENCE_TIME = 8.0
"""Seconds that a notice stands."""
_GAP = "  "


class StatusLine(Widget):
    """Folder, range, order and marks at the left; account, `READ-ONLY`, connections at the right.

    A sentence about a running save or a lost connection stands between. What is less needed goes
    when the line is too short: the account, the order, and beside a sentence the place.
    """

    COMPONENT_CLASSES = {"status--strong", "status--faint", "status--trouble"}

    _silence: Timer | None = None

    folder: reactive[str] = reactive("")
    range: reactive[str] = reactive("")
    as_of: reactive[str] = reactive("")
    """When what is shown was so, if that is not now."""
    order: reactive[str] = reactive("")
    marked: reactive[int] = reactive(0)
    account: reactive[str] = reactive("")
    activity: reactive[str] = reactive("")
    """What runs in the background, or how it ended; safe text."""
    sentence: reactive[str] = reactive("")
    """A notice that stands for a few seconds; safe text."""
    trouble: reactive[str] = reactive("")
    """What is wrong with the connection; safe text."""
    states: reactive[tuple[ConnectionState, ...]] = reactive(())

    def say(self, sentence: str, seconds: float = SENTENCE_TIME) -> None:
        """Let a sentence stand for a while; a newer one takes its place."""
        self.sentence = sentence
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(seconds, self._fall_silent)

    def _fall_silent(self) -> None:
        self.sentence = ""

    def render_line(self, _y: int) -> Strip:
        width = self.size.width
        left, right = self._choose_words(width - 2)
        plain = self.rich_style
        room = width - 2 - _length(right) - len(_GAP)
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

    def _choose_words(self, width: int) -> tuple[list[Segment], list[Segment]]:
        """What fits into the line, left and right."""
        strong = self.get_component_rich_style("status--strong")
        faint = self.get_component_rich_style("status--faint")
        plain = self.rich_style
        place = [Segment(self.folder, strong)]
        place += [Segment(self.range, plain)] if self.range else []
        place += [Segment(self.as_of, strong)] if self.as_of else []
        order = [Segment(self.order, faint)] if self.order else []
        marked = [Segment(f"{self.marked:,} marked", strong)] if self.marked else []
        notice = []
        if self.trouble:
            trouble = self.get_component_rich_style("status--trouble")
            notice = [Segment(f"! {self.trouble}", trouble)]
        elif self.sentence or self.activity:
            notice = [Segment(self.sentence or self.activity, strong)]
        right = [
            Segment(READ_ONLY, strong),
            Segment("".join(SIGNS[one] for one in self.states), plain),
        ]
        account = [Segment(self.account, faint)]
        choices = (
            ([*place, *order, *marked, *notice], [*account, *right]),
            ([*place, *order, *marked, *notice], right),
            ([*place, *marked, *notice], right),
        )
        for left, chosen in choices:
            if _length(left) + len(_GAP) + _length(chosen) <= width:
                return left, chosen
        return notice or [*place, *marked], right


def _length(segments: list[Segment]) -> int:
    gaps = len(_GAP) * max(0, len(segments) - 1)
    return sum(cell_len(segment.text) for segment in segments) + gaps
