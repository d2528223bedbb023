"""Text fitted into cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.patience import patience
from tuimail.tui.cells import fit_cells, fit_cells_right, wrap_cells


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("short", 8, "short   "),
        ("exactly", 7, "exactly"),
        ("too long by far", 8, "too lon…"),
        ("too long", 5, "too… "),
        ("日本語", 4, "日… "),
        ("日本語", 6, "日本語"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_fitting(text: str, width: int, fitted: str) -> None:
    assert fit_cells(text, width) == fitted


def test_fitting_at_the_right() -> None:
    assert fit_cells_right("12K", 5) == "  12K"
    assert fit_cells_right("123456", 5) == "1234…"


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 13, ["one two three"]),
        ("one two three", 9, ["one two", "three"]),
        ("  indented and long", 12, ["  indented", "and long"]),
        ("https://example.org/a/b", 10, ["https://ex", "ample.org/", "a/b"]),
        ("漢字漢字漢", 4, ["漢字", "漢字", "漢"]),
        ("漢字漢字漢", 5, ["漢字", "漢字", "漢"]),
        ("a " + "b" * 7, 5, ["a", "bbbbb", "bb"]),
    ],
)
def test_wrapping(line: str, width: int, lines: list[str]) -> None:
    assert wrap_cells(line, width) == lines


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))), st.integers(2, 40))
def test_no_line_is_wider_than_asked_and_no_word_is_lost(line: str, width: int) -> None:
    lines = wrap_cells(line, width)
    assert all(cell_len(one) <= width for one in lines)
    assert "".join("".join(lines).split()) == "".join(line.split())


def test_a_long_line_of_one_word_is_no_burden() -> None:
    with patience():
        assert len(wrap_cells("x" * 400_000, 80)) == 5_000
