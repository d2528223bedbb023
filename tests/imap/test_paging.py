"""Page windows, by hand and by exhaustion."""

from __future__ import annotations

import pytest

from tuimail.imap.paging import Window, window


@pytest.mark.parametrize(
    ("total", "number", "descending", "expected"),
    [
        (120, 1, True, Window(1, 3, 120, 1, 50, 71, 120)),
        (120, 3, True, Window(3, 3, 120, 101, 120, 1, 20)),
        (120, 1, False, Window(1, 3, 120, 1, 50, 1, 50)),
        (120, 3, False, Window(3, 3, 120, 101, 120, 101, 120)),
        (50, 1, True, Window(1, 1, 50, 1, 50, 1, 50)),
        (0, 1, True, Window(1, 1, 0, 1, 0, 0, 0)),
        (120, 4, True, Window(4, 3, 120, 1, 0, 0, 0)),
        (1, 1, True, Window(1, 1, 1, 1, 1, 1, 1)),
        (10_000_000, 1, True, Window(1, 200_000, 10_000_000, 1, 50, 9_999_951, 10_000_000)),
    ],
)
def test_window(total: int, number: int, descending: bool, expected: Window) -> None:
    assert window(total, number, 50, descending=descending) == expected


@pytest.mark.parametrize("total", range(12))
@pytest.mark.parametrize("size", [1, 3, 5])
def test_pages_together_hold_every_message_once(total: int, size: int) -> None:
    shown: dict[bool, list[int]] = {True: [], False: []}
    for descending, numbers in shown.items():
        for page in range(1, window(total, 1, size, descending=descending).pages + 1):
            place = window(total, page, size, descending=descending)
            run = [] if place.is_empty else list(range(place.low, place.high + 1))
            numbers += reversed(run) if descending else run
    assert shown[False] == list(range(1, total + 1))
    assert shown[True] == shown[False][::-1]


@pytest.mark.parametrize(("number", "size"), [(0, 50), (-1, 50), (1, 0)])
def test_pages_count_from_one(number: int, size: int) -> None:
    with pytest.raises(ValueError, match="count from 1"):
        window(10, number, size, descending=True)
