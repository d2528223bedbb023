"""Sets of numbers, clipped to what exists."""

from __future__ import annotations

import pytest

from tuimail.errors import UsageError
from tuimail.imap.number_set import NumberSet, write_ranges


@pytest.mark.parametrize(
    ("text", "highest", "written", "named"),
    [
        ("1:20,35,40:*", 100, b"1:20,35,40:100", 82),
        ("1:20,35,40:*", 10, b"1:10", 21),
        ("9999:*", 100, b"", 0),
        ("*", 100, b"100", 1),
        ("*", 0, b"", 0),
        ("*:5", 7, b"5:7", 3),
        ("5:1", 100, b"1:5", 5),
        ("3,1,2", 100, b"1:3", 3),
        ("1:5,3:8", 100, b"1:8", 8),
        ("90:110", 100, b"90:100", 21),
        (" 1 , 2 ", 100, b"1:2", 2),
        ("4294967295", 10, b"", 1),
        ("2,2,2", 10, b"2", 1),
    ],
)
def test_clipping(text: str, highest: int, written: bytes, named: int) -> None:
    numbers = NumberSet.parse(text)
    assert write_ranges(numbers.clipped(highest)) == written
    assert numbers.count_named(highest) == named


@pytest.mark.parametrize(
    "text", ["", "a", "1,,2", "1:", ":5", "0", "-3", "1:2:3", "1;2", "4294967296", "1\n2", "٣"]
)
def test_what_is_no_set(text: str) -> None:
    with pytest.raises(UsageError):
        NumberSet.parse(text)
