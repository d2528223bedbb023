"""Dates, sizes and counts as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tuimail.imap.paging import window
from tuimail.tui.figures import (
    format_count,
    format_day,
    format_moment,
    format_range,
    format_size,
    format_wait,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 24, 9, 5, tzinfo=UTC), "09:05"),
        (datetime(2026, 11, 25, 1, 0, tzinfo=timezone(timedelta(hours=2))), "23:00"),
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "23 Nov"),
        (datetime(2026, 1, 2, tzinfo=UTC), " 2 Jan"),
        (datetime(2025, 12, 31, tzinfo=UTC), "2025-12-31"),
        (datetime(2027, 1, 1, tzinfo=UTC), "2027-01-01"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "0001-01-01"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), "9999-12-31"),
        (None, ""),
    ],
)
def test_days(moment: datetime | None, shown: str) -> None:
    assert format_day(moment, NOW) == shown


def test_a_moment_keeps_the_zone_it_was_written_in() -> None:
    moment = datetime(2026, 11, 20, 9, 14, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert format_moment(moment) == "Fri 20 Nov 2026 09:14 +0530"


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (None, ""),
        (0, "0"),
        (999, "999"),
        (1000, "1.0K"),
        (1434, "1.4K"),
        (10_000, "9.8K"),
        (10_240, "10K"),
        (1_047_552, "1023K"),
        (1_048_100, "1.0M"),
        (1_468_006, "1.4M"),
        (5 << 40, "5.0T"),
    ],
)
def test_sizes(octets: int | None, shown: str) -> None:
    assert format_size(octets) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, ""),
        (0, "0"),
        (9_999, "9999"),
        (12_345, "12k"),
        (999_499, "999k"),
        (999_500, "1.0m"),
        (9_950_000, "10m"),
    ],
)
def test_counts(count: int | None, shown: str) -> None:
    assert format_count(count) == shown


@pytest.mark.parametrize(
    ("total", "number", "shown"),
    [(1234, 1, "1–50 of 1,234"), (1234, 25, "1,201–1,234 of 1,234"), (0, 1, "0 messages")],
)
def test_ranges(total: int, number: int, shown: str) -> None:
    assert format_range(window(total, number, 50, descending=True)) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (100, "2 min"),
        (3_599, "1 h"),
        (3_900, "1 h 5 min"),
        (36_300, "10 h"),
        (360_000, "4 days"),
        (86_400_000, "1,000 days"),
    ],
)
def test_a_wait(seconds: float, words: str) -> None:
    assert format_wait(seconds) == words
