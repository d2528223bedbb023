"""A list of one-line rows that draws only what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.tui.cells import fit_cells, wrap_cells
from tuimail.tui.keys import MOVE_KEYS

CURSOR_SIGN = "▌"
BLURRED_SIGN = "▏"


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of one line each, a cursor, and a sentence where there is no row.

    A subclass says what a row looks like (`render_row`) and how many there are (`set_rows`).
    """

    BINDINGS = [*MOVE_KEYS]
    COMPONENT_CLASSES = {
        "line--plain",
        "line--cursor",
        "line--faint",
        "line--strong",
        "line--error",
        "line--mark",
    }

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row under the cursor, from 0."""
    notice: reactive[str] = reactive("")
    """The sentence that stands where there is no row; never mail text that was not made safe."""
    alarm: reactive[bool] = reactive(False)
    """Whether that sentence tells of an error."""

    @dataclass
    class Chosen(Message):
        """The row under the cursor was opened, by Enter or by a second click."""

        source: LineList
        """The list it happened in."""

        @property
        def control(self) -> LineList:
            return self.source

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another row."""

        source: LineList
        """The list it happened in."""

        @property
        def control(self) -> LineList:
            return self.source

    _count = 0

    @property
    def row_count(self) -> int:
        return self._count

    def set_rows(self, count: int, cursor: int, changed: Sequence[int] | None = None) -> None:
        """Show `count` rows and put the cursor on one of them.

        When not many rows have `changed`, only these are drawn anew.
        """
        is_same = changed is not None and count == self._count
        self._count = count
        self.virtual_size = Size(0, count)
        self.cursor = cursor
        if is_same and changed is not None and len(changed) <= count // 2:
            for index in changed:
                self.refresh_line(index)
        else:
            self.refresh()
        self._follow_cursor()

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        """The row's cells, at most `width` of them; `style` is the row's own."""
        raise NotImplementedError

    def style_of(self, name: str, base: Style) -> Style:
        """What the component class adds to a row's style."""
        return base + self.get_component_rich_style(name, partial=True)

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self.refresh_line(old)
        self.refresh_line(new)
        self._follow_cursor()
        self.post_message(self.CursorMoved(self))

    def watch_notice(self) -> None:
        self.refresh()

    def _follow_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def on_resize(self) -> None:
        self._follow_cursor()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = round(self.scroll_y) + y
        style = self.get_component_rich_style("line--plain")
        if not self._count:
            return self._render_notice(y, width, style)
        if index >= self._count:
            return Strip.blank(width, style)
        sign = Segment(" ", style)
        if index == self.cursor:
            style = self.get_component_rich_style("line--cursor")
            sign = Segment(
                CURSOR_SIGN if self.has_focus else BLURRED_SIGN, self.style_of("line--mark", style)
            )
        cells = [sign, *self.render_row(index, width - 1, style)]
        return Strip(cells).adjust_cell_length(width, style)

    def _render_notice(self, y: int, width: int, style: Style) -> Strip:
        sentences = self.notice.split("\n")
        lines = ["", *(row for one in sentences for row in wrap_cells(one, width - 4))]
        text = lines[y] if y < len(lines) else ""
        sign = "!" if self.alarm and y == 1 else " "
        kind = "line--error" if self.alarm else "line--faint"
        return Strip([Segment(fit_cells(f"{sign} {text}", width), self.style_of(kind, style))])

    def action_cursor_down(self) -> None:
        self.cursor += 1

    def action_cursor_up(self) -> None:
        self.cursor -= 1

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        self.cursor = self._count - 1

    def action_page_down(self) -> None:
        self.cursor += max(1, self.scrollable_content_region.height - 1)

    def action_page_up(self) -> None:
        self.cursor -= max(1, self.scrollable_content_region.height - 1)

    def action_choose(self) -> None:
        if self._count:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        index = round(self.scroll_y) + event.get_content_offset_capture(self).y
        if not 0 <= index < self._count:
            return
        again = index == self.cursor and event.chain > 1
        self.cursor = index
        if again:
            self.action_choose()
