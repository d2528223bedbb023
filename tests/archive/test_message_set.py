"""Sets of numbers."""

from __future__ import annotations

import pytest

from tuimail.archive.message_set import parse_message_set, write_message_set
from tuimail.archive.response import CommandError


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (b"3", [3]),
        (b"*", [10]),
        (b"8:*", [8, 9, 10]),
        (b"*:8", [8, 9, 10]),
        (b"12:*", [10, 11, 12]),
        (b"5:3,4:6,1", [1, 3, 4, 5, 6]),
        (b"1,2,3", [1, 2, 3]),
    ],
)
def test_numbers_up_to_10(text: bytes, numbers: list[int]) -> None:
    ranges = parse_message_set(text).ranges(10)
    assert [number for run in ranges for number in run] == numbers


@pytest.mark.parametrize(
    "text", [b"", b"0", b"1:0", b"a", b"1:", b":1", b"1,", b"1:2:3", b"-1", b"4294967296", b"1 2"]
)
def test_what_is_no_set(text: bytes) -> None:
    with pytest.raises(CommandError):
        parse_message_set(text)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], b""), ([7], b"7"), ([1, 2, 3, 7, 9, 10], b"1:3,7,9:10"), ([3, 2, 1, 2], b"3,2,1:2")],
)
def test_written_in_their_order(numbers: list[int], text: bytes) -> None:
    assert write_message_set(numbers) == text
