"""The last guard before the terminal: no control character leaves any widget."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tuimail.text import LINE_LIMIT, safe_line


@lru_cache(4096)
def _guard_text(text: str) -> str:
    safe = safe_line(text, max(LINE_LIMIT, len(text)))
    # Textual counted no cell for a control character; its place may not move the line.
    return safe if safe == text else set_cell_size(safe, cell_len(text))


class ControlCharacters(LineFilter):
    """Blocks what `tuimail.text` would have replaced, wherever it comes from.

    Mail text is made safe where it enters (`MailText`); this stands behind it, for the place that
    somebody forgets. Textual itself lets ESC and the C1 controls of any widget through.
    """

    def apply(self, segments: list[Segment], _background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or (segment.text.isascii() and segment.text.isprintable())
            else Segment(_guard_text(segment.text), segment.style)
            for segment in segments
        ]
