"""SEARCH: the keys of RFC 9051 (6.4.4), tried on one message after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from tuimail.archive.command import Argument
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import StoredMessage
from tuimail.archive.message_set import is_message_set, parse_message_set
from tuimail.archive.opened_message import OpenedMessage
from tuimail.archive.response import bad, no
from tuimail.archive.search_text import find_in_body, find_in_field, find_in_text
from tuimail.mail.collation import fold_case
from tuimail.mail.dates import parse_date

CHARSETS = ("US-ASCII", "UTF-8")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Candidate:
    """A message that a search looks at; it is opened when a key needs its octets."""

    def __init__(
        self,
        number: int,
        stored: StoredMessage,
        open_message: Callable[[StoredMessage], OpenedMessage],
    ) -> None:
        self.number = number
        self.stored = stored
        self._open_message = open_message

    @property
    def opened(self) -> OpenedMessage:
        """Not kept here: a search through a large folder would keep every message."""
        return self._open_message(self.stored)

    @cached_property
    def flags(self) -> frozenset[str]:
        """In lower case."""
        return frozenset(flag.lower() for flag in self.stored.flags)

    @cached_property
    def sent(self) -> datetime | None:
        """The Date header, None where it cannot be read."""
        values = (f.value for f in self.opened.fields if f.name.lower() == "date")
        value = next(values, None)
        return parse_date(value.decode("latin-1")) if value else None


Test = Callable[[Candidate], bool]
"""Whether a message fits one key."""


def parse_charset(charset: bytes) -> None:
    """Refuse a charset that is not known here."""
    if charset.decode("latin-1").upper() not in CHARSETS:
        raise no(f"[BADCHARSET ({' '.join(CHARSETS)})] Unknown charset")


def parse_search(arguments: list[Argument], view: FolderView) -> Test:
    """A search program without CHARSET; raises CommandError."""
    reader = _Reader(arguments, view)
    tests = list(reader.read_all())
    if not tests:
        raise bad("Missing search parameters")
    return tests[0] if len(tests) == 1 else _all_of(tests)


@dataclass(slots=True)
class _Reader:
    """Reads keys and their arguments, left to right."""

    arguments: list[Argument]
    view: FolderView
    position: int = 0

    def read_all(self) -> Iterator[Test]:
        while self.position < len(self.arguments):
            yield self.read_key()

    def read_key(self) -> Test:
        argument = self._next()
        if isinstance(argument, list):
            return parse_search(argument, self.view)
        if is_message_set(argument):
            return _in(self.view.numbers(parse_message_set(argument), uid=False, clip=True))
        key = argument.decode("latin-1").upper()
        if key in _FLAG_KEYS:
            return _FLAG_KEYS[key]
        match key:
            case "NOT":
                return _not(self.read_key())
            case "OR":
                return _either(self.read_key(), self.read_key())
            case "UID":
                return _in(self.view.numbers(parse_message_set(self._string()), uid=True))
            case "KEYWORD":
                return _has_flag(self._text())
            case "UNKEYWORD":
                return _not(_has_flag(self._text()))
            case "LARGER":
                return _larger(self._number())
            case "SMALLER":
                return _smaller(self._number())
            case "HEADER":
                return _field(self._text(), self._text())
            case "FROM" | "TO" | "CC" | "BCC" | "SUBJECT":
                return _field(key, self._text())
            case "BODY":
                return _body(self._text())
            case "TEXT":
                return _text(self._text())
            case "BEFORE" | "ON" | "SINCE":
                return _received(_DATE_TESTS[key], self._date())
            case "SENTBEFORE" | "SENTON" | "SENTSINCE":
                return _sent(_DATE_TESTS[key.removeprefix("SENT")], self._date())
        raise bad(f"Unknown argument {key[:40]}")

    def _next(self) -> Argument:
        if self.position == len(self.arguments):
            raise bad("Missing parameter for argument")
        self.position += 1
        return self.arguments[self.position - 1]

    def _string(self) -> bytes:
        argument = self._next()
        if isinstance(argument, list):
            raise bad("Invalid parameter for argument")
        return argument

    def _text(self) -> str:
        return self._string().decode("utf-8", "replace")

    def _number(self) -> int:
        text = self._string()
        if not text.isdigit() or len(text) > 20:
            raise bad("Invalid number")
        return int(text)

    def _date(self) -> date:
        day, _, rest = self._text().partition("-")
        month, _, year = rest.partition("-")
        try:
            return date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
        except ValueError:
            raise bad("Invalid search date parameter") from None


def _field(name: str, text: str) -> Test:
    """Whether a header field holds the text, in any case."""
    needle = fold_case(text)
    return lambda candidate: find_in_field(candidate.opened, name.lower(), needle)


def _body(text: str) -> Test:
    needle = fold_case(text)
    return lambda candidate: find_in_body(candidate.opened, needle)


def _text(text: str) -> Test:
    needle = fold_case(text)
    return lambda candidate: find_in_text(candidate.opened, needle)


def _all_of(tests: list[Test]) -> Test:
    return lambda candidate: all(test(candidate) for test in tests)


def _not(test: Test) -> Test:
    return lambda candidate: not test(candidate)


def _either(first: Test, second: Test) -> Test:
    return lambda candidate: first(candidate) or second(candidate)


def _in(numbers: Iterator[int]) -> Test:
    chosen = frozenset(numbers)
    return lambda candidate: candidate.number in chosen


def _has_flag(flag: str) -> Test:
    wanted = flag.lower()
    return lambda candidate: wanted in candidate.flags


def _larger(size: int) -> Test:
    return lambda candidate: len(candidate.opened.raw) > size


def _smaller(size: int) -> Test:
    return lambda candidate: len(candidate.opened.raw) < size


def _received(compare: Callable[[date, date], bool], day: date) -> Test:
    # Dates are compared as they are written, without time and zone (RFC 9051, 6.4.4).
    return lambda candidate: compare(candidate.stored.internal_date.date(), day)


def _sent(compare: Callable[[date, date], bool], day: date) -> Test:
    return lambda candidate: candidate.sent is not None and compare(candidate.sent.date(), day)


_DATE_TESTS: dict[str, Callable[[date, date], bool]] = {
    "BEFORE": lambda own, day: own < day,
    "ON": lambda own, day: own == day,
    "SINCE": lambda own, day: own >= day,
}

_NOTHING: Test = lambda _: False  # noqa: E731
_FLAG_KEYS: dict[str, Test] = {
    "ALL": lambda _: True,
    # No message of an archive is recent.
    "NEW": _NOTHING,
    "RECENT": _NOTHING,
    "OLD": lambda _: True,
}
for _flag in ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN"):
    _FLAG_KEYS[_flag] = _has_flag(f"\\{_flag}")
    _FLAG_KEYS[f"UN{_flag}"] = _not(_FLAG_KEYS[_flag])
