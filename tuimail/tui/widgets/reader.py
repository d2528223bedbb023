"""Text of any length, wrapped once for a width and drawn line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.tui.cells import fit_cells, wrap_cells
from tuimail.tui.keys import MOVE_KEYS

_MARGIN = 1
_LONGEST = 100
"""Cells of a line of running text; a longer one tires the eye."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines of safe text, wrapped to the width; a label stands before the first of them.

    A label longer than its column pushes the text of its own line only.
    """

    text: str
    label: str = ""
    label_width: int = 0
    """Cells that the label's column takes; the text hangs behind it."""
    kind: str = "plain"
    """`plain`, `strong`, `note` or `raw`; the last one is cut only at the panel's edge."""


class Reader(ScrollView, can_focus=True, inherit_bindings=False):
    """Passages one after another. Lines that quote another message are set apart by their sign."""

    BINDINGS = [*MOVE_KEYS]
    COMPONENT_CLASSES = {
        "reader--plain",
        "reader--label",
        "reader--strong",
        "reader--note",
        "reader--quote",
    }

    _passages: Sequence[Passage] = ()
    _lines: Sequence[tuple[str, str, str]] = ()
    _width = 0

    @property
    def passages(self) -> Sequence[Passage]:
        return self._passages

    def show_passages(self, passages: Sequence[Passage]) -> None:
        """Show these from the top; the same ones again leave the place as it is."""
        if passages == self._passages:
            return
        self._passages = passages
        self._wrap()
        self.scroll_to(y=0, animate=False, force=True)

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self._wrap()

    def _wrap(self) -> None:
        self._width = self.scrollable_content_region.width
        if not self._width:
            return
        width = self._width - 2 * _MARGIN
        self._lines = [line for one in self._passages for line in _wrap_passage(one, width)]
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = round(self.scroll_y) + y
        style = self.get_component_rich_style("reader--plain")
        if index >= len(self._lines):
            return Strip.blank(self._width, style)
        label, text, kind = self._lines[index]
        segments = [Segment(" " * _MARGIN, style)]
        if label:
            segments.append(Segment(label, self.get_component_rich_style("reader--label")))
        if kind == "plain" and text.startswith(">"):
            kind = "quote"
        if kind in ("strong", "note", "quote"):
            segments.append(Segment(text, self.get_component_rich_style(f"reader--{kind}")))
        else:
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(self._width, style)

    def action_cursor_down(self) -> None:
        self._move(1)

    def action_cursor_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(self._page)

    def action_page_up(self) -> None:
        self._move(-self._page)

    def action_top(self) -> None:
        self._move(-len(self._lines))

    def action_bottom(self) -> None:
        self._move(len(self._lines))

    def _move(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_y + lines, animate=False, force=True)

    @property
    def _page(self) -> int:
        # One line less than fit, so that the eye finds its place.
        return max(1, self.scrollable_content_region.height - 1)


def _wrap_passage(passage: Passage, width: int) -> list[tuple[str, str, str]]:
    hang = passage.label_width
    longest = width - hang
    if passage.kind == "plain" and not passage.label:
        longest = min(longest, _LONGEST)
    label = passage.label
    if label:
        label = fit_cells(label, max(hang, min(width, cell_len(label) + 1)))
    # What the label takes beyond its column, the first line's text has less.
    beyond = max(0, cell_len(label) - hang)
    first, *others = passage.text.split("\n")
    rows = wrap_cells(" " * beyond + first, longest)
    rows += [row for line in others for row in wrap_cells(line, longest)]
    return [
        (label if label and not index else " " * hang, row[0 if index else beyond :], passage.kind)
        for index, row in enumerate(rows)
    ]
