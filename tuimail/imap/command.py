"""What may be said to a server: the read-only list, and how arguments are written.

The one choke point of two promises: nothing changes the mailbox, and nothing that a user, a
message or a server supplied becomes a command of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tuimail.errors import CommandForbidden

ALLOWED = frozenset(
    b"CAPABILITY NOOP ID STARTTLS LOGIN AUTHENTICATE ENABLE COMPRESS NAMESPACE LIST LSUB STATUS "
    b"EXAMINE FETCH SEARCH SORT THREAD IDLE UNSELECT CLOSE GETQUOTAROOT LOGOUT".split()
)
"""CLOSE expunges nothing after EXAMINE (RFC 9051, 6.4.1); SELECT is not here."""
_WITH_UID = frozenset((b"FETCH", b"SEARCH", b"SORT", b"THREAD"))
_BREAKS = re.compile(rb"[\r\n\0]")
# Fewer than RFC 9051 lets an atom have: `[`, for one, begins a section to some servers.
_ATOM = re.compile(rb"[A-Za-z0-9&+,\-./=_@:$#~]+")
# Everything that FETCH is sent here: names, sections, partials, lists of header names.
_NUMBERS = re.compile(rb"[0-9:*,]+")
_FETCH_ITEMS = re.compile(rb"[A-Za-z0-9.\-_\[\]()<>: ]+")
# Without PEEK these set \Seen (RFC 9051, 6.4.5; RFC 3516); RFC822.SIZE alone does not.
_MARKS_AS_READ = re.compile(rb"(?<![A-Z0-9.])(?:BODY|BINARY) *\[|(?<![A-Z0-9.\-])RFC822(?!\.SIZE)")


@dataclass(frozen=True, slots=True)
class Literal:
    """An argument whose octets follow their count (RFC 9051, 4.3)."""

    octets: bytes


Argument = bytes | Literal


@dataclass(frozen=True, slots=True)
class Command:
    """A command without its tag; making one checks it.

    Raises CommandForbidden when the name is not on the read-only list, when FETCH would mark a
    message as read, and when an argument holds CR, LF or NUL.
    """

    name: bytes
    """In capitals; `UID FETCH` counts as FETCH."""
    arguments: tuple[Argument, ...] = field(default=(), repr=False)
    """Not shown: LOGIN's are secrets."""

    def __post_init__(self) -> None:
        uid, _, rest = self.name.rpartition(b" ")
        if rest not in ALLOWED or (uid and (uid != b"UID" or rest not in _WITH_UID)):
            raise CommandForbidden(f"{self.name!r} is not on the list of read-only commands")
        for argument in self.arguments:
            octets = argument.octets if isinstance(argument, Literal) else argument
            if _BREAKS.search(octets):
                raise CommandForbidden(f"an argument of {self.name.decode()} breaks the line")
        if rest == b"FETCH":
            self._check_fetch()

    def _check_fetch(self) -> None:
        if len(self.arguments) != 2:
            raise CommandForbidden("FETCH takes a set of numbers and a list of items")
        numbers, items = self.arguments
        if isinstance(numbers, Literal) or not _NUMBERS.fullmatch(numbers):
            raise CommandForbidden("FETCH is given something else than a set of numbers")
        if isinstance(items, Literal) or not _FETCH_ITEMS.fullmatch(items):
            raise CommandForbidden("FETCH is given something else than names of items")
        if _MARKS_AS_READ.search(items.upper()):
            raise CommandForbidden("FETCH without PEEK would mark messages as read")


def astring(value: bytes) -> Argument:
    """A name or a text as an argument: an atom, a quoted string, or a literal for 8-bit text."""
    if _ATOM.fullmatch(value) and value.upper() != b"NIL":
        return value
    if value.isascii() and len(value) < 1000:
        return quoted(value)
    return Literal(value)


def quoted(value: bytes) -> bytes:
    """An ASCII text as a quoted string (RFC 9051, 4.3)."""
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def sequence_set(numbers: Iterable[int]) -> bytes:
    """Numbers as a sequence set with runs as ranges: 1, 2, 3, 7 -> `1:3,7`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in runs)
