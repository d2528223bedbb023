"""What people type to find messages, compiled to one SEARCH (RFC 9051, 6.4.4).

Words match anywhere in a message; `from:ada larger:1M is:unread` narrow it; a `-` before any of
them turns it round. All of them must hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tuimail.errors import UsageError
from tuimail.imap.command import Argument, Literal, quoted
from tuimail.imap.number_set import NumberSet


class QueryError(UsageError):
    """A query that cannot be read; `position` counts characters from 0."""

    def __init__(self, sentence: str, query: str, position: int) -> None:
        super().__init__(sentence)
        self.query = query
        self.position = position

    @property
    def pointer(self) -> str:
        """The query, and under it a caret at the place of the mistake; two lines."""
        shown = "".join(c if c.isprintable() else " " for c in self.query)
        return f"{shown}\n{' ' * self.position}^"


@dataclass(frozen=True, slots=True)
class Term:
    """One SEARCH key, and what it looks for."""

    arguments: tuple[Argument, ...]
    """The key first."""
    negated: bool
    position: int
    """Where the value stands in what was typed, in characters from 0."""

    @property
    def is_ascii(self) -> bool:
        """Whether it can be sent without CHARSET."""
        return not any(isinstance(argument, Literal) for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class Query:
    """A query, ready to be sent."""

    text: str
    """As it was typed."""
    terms: tuple[Term, ...]
    """All of which must hold."""
    has_attachment: bool | None = None
    """Decided by BODYSTRUCTURE afterwards, since SEARCH has no key for it; None: not asked."""
    wants_gmail: bool = False
    """Uses X-GM-RAW, which Gmail alone understands."""
    numbers: tuple[tuple[NumberSet, bool], ...] = ()
    """Sets of numbers, each with whether it is of UIDs; clipped when the folder is known."""

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """SEARCH keys, all of which must hold; never empty."""
        found: list[Argument] = []
        for term in self.terms:
            found += [b"NOT", *term.arguments] if term.negated else term.arguments
        return tuple(found) or (b"ALL",)

    @property
    def is_ascii(self) -> bool:
        """Whether it can be sent without CHARSET."""
        return all(term.is_ascii for term in self.terms)


_TERM = re.compile(
    r"""(?P<minus>-)?(?:(?P<key>[A-Za-z][A-Za-z-]*):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>\S*))"""
)
_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,3}))?([kmg]?)b?", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FLAGS = {
    "read": b"SEEN",
    "seen": b"SEEN",
    "unread": b"UNSEEN",
    "unseen": b"UNSEEN",
    "flagged": b"FLAGGED",
    "starred": b"FLAGGED",
    "unflagged": b"UNFLAGGED",
    "answered": b"ANSWERED",
    "unanswered": b"UNANSWERED",
    "deleted": b"DELETED",
    "draft": b"DRAFT",
    "recent": b"RECENT",
    "new": b"NEW",
}
_TEXT_KEYS = {
    "from": b"FROM",
    "to": b"TO",
    "cc": b"CC",
    "bcc": b"BCC",
    "subject": b"SUBJECT",
    "body": b"BODY",
    "text": b"TEXT",
}
_DATE_KEYS = {
    "since": b"SINCE",
    "before": b"BEFORE",
    "on": b"ON",
    "sent-since": b"SENTSINCE",
    "sent-before": b"SENTBEFORE",
    "sent-on": b"SENTON",
}
_SIZE_KEYS = {"larger": b"LARGER", "smaller": b"SMALLER"}
_HEADER_KEYS = {"list": b"List-Id", "message-id": b"Message-ID"}
_HEADER = re.compile(r"([!-9;-<>-~]+)=(.*)", re.DOTALL)
_KEYWORD = re.compile(r"[A-Za-z0-9$_.\-]+")

KEYS = (
    *_TEXT_KEYS,
    *_DATE_KEYS,
    *_SIZE_KEYS,
    *_HEADER_KEYS,
    *("is", "keyword", "header", "has", "uid", "seq", "gmail"),
)
"""Every word that may stand before a colon."""


def parse_query(text: str) -> Query:
    """Read a query; raises QueryError with the place of the mistake."""
    return _Reader(text).read()


class _Reader:
    """Reads one query, term by term."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._terms: list[Term] = []
        self._has_attachment: bool | None = None
        self._wants_gmail = False
        self._numbers: list[tuple[NumberSet, bool]] = []

    def read(self) -> Query:
        position = 0
        while position < len(self._text):
            if self._text[position].isspace():
                position += 1
                continue
            term = _TERM.match(self._text, position)
            assert term is not None  # every branch may be empty
            if term["quoted"] is None and term["plain"][:1] == '"':
                raise self._error("this quotation mark is never closed", term.start("plain"))
            self._read_term(term)
            position = term.end()
        if not self._terms and self._has_attachment is None and not self._numbers:
            raise self._error("there is nothing to look for", 0)
        return Query(
            self._text,
            tuple(self._terms),
            self._has_attachment,
            self._wants_gmail,
            tuple(self._numbers),
        )

    def _read_term(self, term: re.Match[str]) -> None:
        key = (term["key"] or "").lower()
        if term["quoted"] is not None:
            value = re.sub(r"\\(.)", r"\1", term["quoted"])
        else:
            value = term["plain"]
        place = term.start("plain") if term["quoted"] is None else term.start("quoted")
        if key and key not in KEYS:
            if value.startswith("//"):
                # a link is a word, not a key
                key, value = "", f"{term['key']}:{value}"
            else:
                raise self._error(
                    f"no key is called {term['key']}; there are {', '.join(KEYS)}",
                    term.start("key"),
                )
        if not value:
            what = f"behind {key}:" if key else "here"
            raise self._error(f"a value is missing {what}", place)
        self._add(key, value, place, negated=term["minus"] is not None)

    def _add(self, key: str, value: str, place: int, *, negated: bool) -> None:
        if key == "has":
            if value.lower() not in ("attachment", "attachments"):
                raise self._error("has: knows attachment only", place)
            self._has_attachment = not negated
            return
        if key in ("uid", "seq"):
            if negated:
                raise self._error(f"{key}: cannot be turned round", place)
            try:
                self._numbers.append((NumberSet.parse(value), key == "uid"))
            except UsageError as error:
                raise self._error(str(error), place) from error
            return
        self._terms.append(Term(tuple(self._compile(key, value, place)), negated, place))

    def _compile(self, key: str, value: str, place: int) -> list[Argument]:
        if not key:
            return [b"TEXT", self._string(value, place)]
        if key in _TEXT_KEYS:
            return [_TEXT_KEYS[key], self._string(value, place)]
        if key in _DATE_KEYS:
            return [_DATE_KEYS[key], self._date(value, place)]
        if key in _SIZE_KEYS:
            return [_SIZE_KEYS[key], self._size(value, place)]
        if key in _HEADER_KEYS:
            return [b"HEADER", _HEADER_KEYS[key], self._string(value, place)]
        others: dict[str, Callable[[str, int], list[Argument]]] = {
            "is": self._flag,
            "keyword": self._keyword,
            "header": self._header,
            "gmail": self._gmail,
        }
        return others[key](value, place)

    def _flag(self, value: str, place: int) -> list[Argument]:
        if value.lower() not in _FLAGS:
            raise self._error(f"is: knows {', '.join(_FLAGS)}", place)
        return [_FLAGS[value.lower()]]

    def _keyword(self, value: str, place: int) -> list[Argument]:
        if not _KEYWORD.fullmatch(value):
            raise self._error("a keyword is letters, digits, $ _ . and -", place)
        return [b"KEYWORD", value.encode("ascii")]

    def _header(self, value: str, place: int) -> list[Argument]:
        found = _HEADER.fullmatch(value)
        if found is None:
            raise self._error("write it as header:NAME=VALUE", place)
        return [b"HEADER", quoted(found[1].encode("ascii")), self._string(found[2], place)]

    def _gmail(self, value: str, place: int) -> list[Argument]:
        self._wants_gmail = True
        return [b"X-GM-RAW", self._string(value, place)]

    def _string(self, value: str, place: int) -> Argument:
        if any(c in value for c in "\r\n\0"):
            raise self._error("a line break cannot be looked for", place)
        if value.isascii():
            return quoted(value.encode("ascii"))
        return Literal(value.encode("utf-8", "replace"))

    def _date(self, value: str, place: int) -> bytes:
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self._error("write a day as 2024-12-31", place) from error
        return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}".encode("ascii")

    def _size(self, value: str, place: int) -> bytes:
        octets = parse_size(value)
        if octets is None:
            raise self._error("write a size as 500k, 1M or 1.5M", place)
        return b"%d" % octets

    def _error(self, sentence: str, position: int) -> QueryError:
        return QueryError(sentence, self._text, position)


def parse_size(text: str) -> int | None:
    """Octets of `500k`, `1M` (1,048,576) or `1.5M`; None when it is no size."""
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    whole, fraction, unit = found.groups()
    return int(float(f"{whole}.{fraction or 0}") * _UNITS[unit.lower()])
