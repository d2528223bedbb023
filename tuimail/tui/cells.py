"""Text measured in terminal cells: a wide character takes two, a combining mark none."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

_WORDS = re.compile(r"\s*\S+")


def fit_cells(text: str, width: int) -> str:
    """`text` in exactly `width` cells: padded, or cut with `…`."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def fit_cells_right(text: str, width: int) -> str:
    """As `fit_cells`, standing at the right."""
    lead = width - cell_len(text)
    return " " * lead + text if lead > 0 else fit_cells(text, width)


def wrap_cells(line: str, width: int) -> list[str]:
    """One line broken at spaces into lines of at most `width` cells; long words are cut.

    The indentation of the first line is kept; spaces at a break are dropped.
    """
    width = max(1, width)
    if len(line) <= width and (line.isascii() or cell_len(line) <= width):
        return [line.rstrip()]
    lines: list[str] = []
    row, room = "", width
    for match in _WORDS.finditer(line):
        word = match.group()
        size = cell_len(word)
        if size <= room:
            row += word
            room -= size
            continue
        if row:
            lines.append(row)
            word = word.lstrip()
        *full, row = chop_cells(word, width) or [""]
        lines += full
        room = width - cell_len(row)
    return [*lines, row] if row or not lines else lines
