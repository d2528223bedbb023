"""Tables measured in cells."""

from __future__ import annotations

import pytest

from tuimail.cli.table import Column, Table, count_cells, cut_cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｆｕ", 4), ("🐒!", 3), ("a\u200db", 2)],
)
def test_cells(text: str, cells: int) -> None:
    assert count_cells(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_cutting(text: str, width: int, cut: str) -> None:
    assert cut_cells(text, width) == cut
    assert count_cells(cut) <= width


COLUMNS = (Column("N", at_right=True), Column("NAME", most=6), Column("REST"))


def test_columns_stand_below_one_another() -> None:
    rows = [("1", "日本", "x"), ("20", "abc", ""), ("3", "e\u0301", "a longer rest of the row")]
    assert list(Table(COLUMNS, 24, 10).lines(rows)) == [
        " N  NAME  REST",
        " 1  日本  x",
        "20  abc",
        " 3  e\u0301     a longer rest…",
    ]


def test_where_there_is_no_terminal_nothing_is_cut() -> None:
    rows = [("1", "a long name", "x"), ("2", "b", "y")]
    assert list(Table(COLUMNS, None, 10).lines(rows)) == [
        "N  NAME    REST",
        "1  a long name  x",
        "2  b       y",
    ]


def test_later_rows_fit_into_what_the_first_took() -> None:
    rows = [("1", "ab", "x"), ("2", "abcdefgh", "y")]
    assert list(Table(COLUMNS, 30, 1).lines(rows))[-1] == "2  abc…  y"


def test_a_narrow_terminal_narrows_the_widest_columns() -> None:
    columns = (Column("A DATE"), Column("FROM"), Column("FOLDER", most=24), Column("SUBJECT"))
    row = ("2026-11-20 09:14", "f" * 50, "o" * 50, "s" * 50)
    wide = list(Table(columns, 120, 1).lines([row]))[1]
    assert [len(cell) for cell in wide.split("  ")] == [16, 34, 24, 40]
    narrow = list(Table(columns, 80, 1).lines([row]))[1]
    assert [len(cell) for cell in narrow.split("  ")] == [16, 16, 16, 26]
    assert len(list(Table(columns, 66, 1).lines([row]))[1]) == 66
    short = list(Table(columns, 80, 1).lines([(*row[:3], "short")]))[1]
    assert [len(cell) for cell in short.split("  ")] == [16, 24, 24, 5]


def test_no_rows_no_titles() -> None:
    assert list(Table(COLUMNS, 80, 10).lines([])) == []
