"""Dates of the Date header and of INTERNALDATE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.dates import parse_date, parse_internal_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.header_block import read_values


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        # RFC 5322, appendix A
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"),
        ("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T10:52:37+02:00"),
        ("Thu, 13 Feb 1969 23:32:54 -0330", "1969-02-13T23:32:54-03:30"),
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06+00:00"),
        (
            "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n         -0330",
            "1969-02-13T23:32:00-03:30",
        ),
        ("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30"),
        # without day of the week, seconds, with spaces around
        ("1 Jan 2026 00:00 +0000", "2026-01-01T00:00:00+00:00"),
        ("  Mon,  5 Jan 2026 07:08:09 +0100  ", "2026-01-05T07:08:09+01:00"),
        ("Mon,5 Jan 2026 07:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        ("Mon, 21 Aug 95 13:30:57 -600", "1995-08-21T13:30:57-06:00"),
        ("Mon 5 Jan 2026 07:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        ("Monday, 5 January 2026 07:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        ("MON, 5 JAN 2026 07:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        ("Mon, 5 Jan 2026 7:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        ("Mon, 05-Jan-2026 07:08:09 GMT", "2026-01-05T07:08:09+00:00"),
        ("Mon, 05-Jan-26 07.08.09 GMT", "2026-01-05T07:08:09+00:00"),
        # zones
        ("Mon, 5 Jan 2026 07:08:09 -0000", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 UT", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 EST", "2026-01-05T07:08:09-05:00"),
        ("Mon, 5 Jan 2026 07:08:09 pdt", "2026-01-05T07:08:09-07:00"),
        ("Mon, 5 Jan 2026 07:08:09 Z", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 K", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 NZDT", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 +01:00", "2026-01-05T07:08:09+01:00"),
        ("Mon, 5 Jan 2026 07:08:09 GMT+0100", "2026-01-05T07:08:09+01:00"),
        ("Mon, 5 Jan 2026 07:08:09 (EDT) -0400", "2026-01-05T07:08:09-04:00"),
        ("Mon, 5 Jan 2026 07:08:09 -0400 (EDT)", "2026-01-05T07:08:09-04:00"),
        ("Mon, 5 Jan 2026 07:08:09 +9900", "2026-01-05T07:08:09+00:00"),
        ("Mon, 5 Jan 2026 07:08:09 +0530", "2026-01-05T07:08:09+05:30"),
        # years (RFC 5322, 4.3)
        ("5 Jan 49 07:08:09 GMT", "2049-01-05T07:08:09+00:00"),
        ("5 Jan 50 07:08:09 GMT", "1950-01-05T07:08:09+00:00"),
        ("5 Jan 126 07:08:09 GMT", "2026-01-05T07:08:09+00:00"),
        # a leap second
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00"),
        # the wrong day of the week does not matter
        ("Sun, 5 Jan 2026 07:08:09 +0100", "2026-01-05T07:08:09+01:00"),
        # asctime and ISO 8601
        ("Mon Jan  5 07:08:09 2026", "2026-01-05T07:08:09+00:00"),
        ("Mon Jan  5 07:08:09 EST 2026", "2026-01-05T07:08:09-05:00"),
        ("Mon Jan  5 07:08:09 2026 +0100", "2026-01-05T07:08:09+01:00"),
        ("2026-01-05T07:08:09+01:00", "2026-01-05T07:08:09+01:00"),
        ("2026-01-05 07:08:09", "2026-01-05T07:08:09+00:00"),
        ("2026-01-05T07:08:09Z", "2026-01-05T07:08:09+00:00"),
    ],
)
def test_reads_date(value: str, iso: str) -> None:
    moment = parse_date(value)
    assert moment is not None
    assert moment.isoformat() == iso


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "Fri, 32 Nov 1997 09:55:06 -0600",
        "Fri, 30 Feb 1997 09:55:06 -0600",
        "Fri, 0 Nov 1997 09:55:06 -0600",
        "Fri, 21 Foo 1997 09:55:06 -0600",
        "Fri, 21 Nov 1997 25:55:06 -0600",
        "Fri, 21 Nov 1997 09:65:06 -0600",
        "Fri, 21 Nov 1997",
        "Fri, 21 Nov 1899 09:55:06 -0600",
        "Fri, 21 Nov 0000 09:55:06 -0600",
        # neither could be put into every zone
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 1 Jan 0001 00:00:00 +1200",
        "Fri, ２１ Nov 1997 09:55:06 -0600",
        "x" * 1_000_000,
        "1 " * 500_000,
    ],
    ids=lambda value: value[:40],
)
def test_what_cannot_be_read_is_none(value: str) -> None:
    assert parse_date(value) is None


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (b"17-Jul-1996 02:44:25 -0700", "1996-07-17T02:44:25-07:00"),
        (b" 1-Feb-2026 23:59:59 +0530", "2026-02-01T23:59:59+05:30"),
        (b"1-Feb-2026 23:59:59 +0000", "2026-02-01T23:59:59+00:00"),
        (b"01-FEB-2026 00:00:00 +0000", "2026-02-01T00:00:00+00:00"),
        (b"01-feb-2026 00:00:00 -0000", "2026-02-01T00:00:00+00:00"),
        (b"29-Feb-2024 12:00:00 +1400", "2024-02-29T12:00:00+14:00"),
    ],
)
def test_reads_internal_date(value: bytes, iso: str) -> None:
    moment = parse_internal_date(value)
    assert moment is not None
    assert moment.isoformat() == iso


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"NIL",
        b"17-Jul-1996 02:44:25",
        b"17-Jul-1996 02:44:25.1234",
        b"17-Jux-1996 02:44:25 -0700",
        b"32-Jul-1996 02:44:25 -0700",
        b"17-Jul-1996 02:44:25 -9900",
        b"17-Jul-0001 02:44:25 +0700",
        b"31-Dec-9999 23:59:59 -0700",
        b"17-Jul-1996 02:44:25 -0700 and more",
        b"\xff" * 26,
    ],
)
def test_what_is_no_internal_date_is_none(value: bytes) -> None:
    assert parse_internal_date(value) is None


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 2),
        max_value=datetime(9998, 12, 30),
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_reads_what_the_standard_library_writes(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    parsed = parse_date(format_datetime(moment))
    assert parsed == moment
    assert parsed.utcoffset() == moment.utcoffset()
    parsed = parse_internal_date(f"{moment:%d-%b-%Y %H:%M:%S %z}".encode())
    assert parsed == moment


@given(st.text(alphabet="0123456789 :+-,.()TZJanFebMoEST", max_size=60))
def test_every_result_can_be_put_in_any_zone(value: str) -> None:
    for moment in (parse_date(value), parse_internal_date(value.encode())):
        if moment is not None:
            moment.astimezone(UTC)
            moment.astimezone(timezone(timedelta(hours=14)))


def test_nearly_every_date_of_the_corpus_is_read(corpus: list[Path]) -> None:
    values = [read_values(path.read_bytes()).get("date") for path in corpus]
    dates = [decode_words(value) for value in values if value]
    unread = [date for date in dates if parse_date(date) is None]
    assert len(unread) < len(dates) // 20, unread
