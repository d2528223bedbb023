"""Dates, sizes and counts as a person reads them."""

from __future__ import annotations

from datetime import datetime

from tuimail.imap.paging import Order, SortKey, Window

# Not strftime's %b and %a: the screen speaks one language whatever the locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = "KMGTPE"


def format_day(moment: datetime | None, now: datetime) -> str:
    """`14:02` today, ` 9 Nov` this year, else `2024-11-20`, in local time; "" for None."""
    if moment is None:
        return ""
    try:
        local, today = moment.astimezone(), now.astimezone()
    except OverflowError:  # the year 1 or 9999, on the wrong side of the date line
        return moment.date().isoformat()
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.year == today.year:
        return f"{local.day:2} {_MONTHS[local.month - 1]}"
    return local.date().isoformat()


def format_moment(moment: datetime) -> str:
    """`Fri 20 Nov 2026 09:14 +0100`: the writer's own time, with its zone."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {moment.day} {month} {moment.year:04} {moment:%H:%M %z}".rstrip()


def format_size(octets: int | None) -> str:
    """`312`, `1.4K`, `12K`, `3.0M`: at most five characters, in powers of 1,024; "" for None."""
    if octets is None:
        return ""
    if octets < 1000:
        return str(octets)
    value = float(octets)
    for unit in _UNITS:
        value /= 1024
        if value < 9.95:
            return f"{value:.1f}{unit}"
        if value < 1023.5:
            return f"{value:.0f}{unit}"
    return f"{value:.0f}{_UNITS[-1]}"


def format_count(count: int | None) -> str:
    """`340`, `9999`, `12k`, `1.2m`: at most four characters; "" for None."""
    if count is None:
        return ""
    if count < 10_000:
        return str(count)
    if count < 999_500:
        return f"{count / 1000:.0f}k"
    return f"{count / 1_000_000:.1f}m" if count < 9_950_000 else f"{count / 1_000_000:.0f}m"


def format_range(window: Window) -> str:
    """`1–50 of 1,234`, or `0 messages`."""
    if window.is_empty:
        return "0 messages"
    return f"{window.first:,}–{window.last:,} of {window.total:,}"


_DIRECTIONS = {
    SortKey.ARRIVAL: ("oldest first", "newest first"),
    SortKey.RECEIVED: ("received, oldest first", "received, newest first"),
    SortKey.DATE: ("written, oldest first", "written, newest first"),
    SortKey.SIZE: ("smallest first", "largest first"),
}


def format_order(order: Order) -> str:
    """`newest first ↓`, `oldest first ↑`, `by subject ↓`."""
    words = _DIRECTIONS.get(order.key, (f"by {order.key.value}",) * 2)[order.descending]
    return f"{words} {'↓' if order.descending else '↑'}"


def format_messages(count: int) -> str:
    """`1 message`, `1,234 messages`."""
    return f"{count:,} message" if count == 1 else f"{count:,} messages"


def format_wait(seconds: float) -> str:
    """`40 s`, `2 min`, `1 h 5 min`, `30 h`, `4 days`."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours >= 72:
        return f"{hours // 24:,} days"
    return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
