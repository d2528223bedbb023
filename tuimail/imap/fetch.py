"""One FETCH response as a row whose fields are found when they are asked for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from tuimail.errors import MessageUnreadable
from tuimail.imap.quick_structure import (
    ONLY_TEXT,
    find_quick_attachments,
    is_only_text,
    read_quick_structure,
)
from tuimail.imap.structure import Attachment, Part, attachments, read_structure
from tuimail.imap.tokens import Token, read_number, read_pairs, read_tokens
from tuimail.mail.dates import parse_internal_date
from tuimail.mail.header_block import read_values
from tuimail.mail.mailbox_names import shown_name

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

_KEPT = 200
"""Octets of flags that may be kept."""
LISTED_FIELDS = (
    "FROM",
    "TO",
    "CC",
    "SUBJECT",
    "DATE",
    "MESSAGE-ID",
    "LIST-UNSUBSCRIBE",
    "LIST-UNSUBSCRIBE-POST",
)


def row_items(
    fields: Sequence[str] = LISTED_FIELDS, items: Sequence[str] = (), *, with_structure: bool = True
) -> bytes:
    """The items that a row is made of, and further ones.

    Chosen header fields and BODYSTRUCTURE rather than ENVELOPE: 58 against 86 MB for 100,000
    messages, and half the parsing.
    """
    names = " ".join(fields).encode("ascii")
    more = "".join(f" {name}" for name in items).encode("ascii")
    if with_structure:
        more += b" BODYSTRUCTURE"
    return b"(UID FLAGS RFC822.SIZE INTERNALDATE%b BODY.PEEK[HEADER.FIELDS (%b)])" % (more, names)


# The plain items in any order, each anchored behind the one before: a search over the whole line
# would find `UID 7` inside a quoted file name.
_PLAIN = re.compile(
    rb"\* (\d{1,10}) FETCH \((?:UID (\d{1,19}) ?|FLAGS \(([^()\"]*)\) ?|RFC822\.SIZE (\d{1,19}) ?"
    rb'|INTERNALDATE "([^"\\]*)" ?|MODSEQ \(\d+\) ?)*'
)
_FETCH = re.compile(rb"\* \d{1,10} FETCH ", re.IGNORECASE)
_STRUCTURE = b"BODYSTRUCTURE "
_HEADER = b"BODY[HEADER"
# The label before the one literal, at the end of its line. Behind that literal only `)` may
# follow, so it cannot be a string of BODYSTRUCTURE.
_HEADER_LAST = re.compile(rb"BODY\[HEADER\.FIELDS[^\]\r\n]*\] \{\d+\+?\}\r\n\Z")
# Looked at once, where nothing else is wanted to be known: 3.5 us less a row than piece by piece.
_WITHOUT_ATTACHMENTS = re.compile(
    _PLAIN.pattern + _STRUCTURE + ONLY_TEXT + b" " + _HEADER_LAST.pattern
)
_ANNOUNCED = re.compile(rb"(BODY\[[^\] \r\n]*\](?:<\d{1,10}>)?) \{\d+\+?\}\r\n", re.IGNORECASE)
_LABEL_LIMIT = 1_000
_ONE_VALUE = frozenset({b"MODSEQ", b"EMAILID", b"THREADID"})
# Also where they are all digits: those of an identity are more than a number in JSON can hold
# (RFC 7493, 2.2), and 007 is the name of a label.
_TEXTS = frozenset({b"EMAILID", b"THREADID", b"PREVIEW", b"X-GM-MSGID", b"X-GM-THRID"})
_LABELS = b"X-GM-LABELS"


def announced_literal(line: bytes) -> tuple[int | None, bytes] | None:
    """The UID and the item's name (`BODY[]`) of the literal that a line ends with announcing.

    The UID is None when it does not stand in front, where it is found anchored: keywords may be
    called `UID` and `7`.
    """
    plain = _PLAIN.match(line)
    announced = _ANNOUNCED.fullmatch(line, plain.end()) if plain else None
    if plain is None or announced is None:
        return None
    return int(plain[2]) if plain[2] else None, announced[1].upper()


def uid_without_attachments(parts: Response) -> int | None:
    """The UID of a listed message that is nothing but text; None says nothing."""
    if len(parts) == 3 and parts[2] == b")\r\n":
        found = _WITHOUT_ATTACHMENTS.match(parts[0])
        if found is not None and found[2] is not None:
            return int(found[2])
    return None


def _read_flags(flags: bytes) -> tuple[str, ...]:
    return tuple(flags.decode("ascii", "replace").split())


_keep_flags = lru_cache(maxsize=1_000)(_read_flags)
"""A folder knows few combinations, and 100,000 rows share them."""


ItemValue: TypeAlias = "str | int | list[ItemValue] | None"
"""A FETCH item as JSON can hold it."""


class Row:
    """What FETCH said of one message.

    Nothing is decoded before it is asked for: a row that takes every token apart costs 3.5 to 4
    times what the network does.
    """

    __slots__ = ("_header", "_items", "_parts", "_plain")

    @classmethod
    def of(cls, parts: Response) -> Row | None:
        """The row of a response; None when it is no FETCH response at all."""
        row = cls(parts)
        return row if row._plain is not None or _FETCH.match(parts[0]) else None

    def __init__(self, parts: Response) -> None:
        self._parts = parts
        self._plain = _PLAIN.match(parts[0])
        self._items: dict[bytes, Token] | None = None
        self._header: bytes | None = None

    @property
    def response(self) -> Response:
        """What it is made of."""
        return self._parts

    @property
    def sequence_number(self) -> int:
        """The place in the folder at the moment of the answer."""
        if self._plain is not None:
            return int(self._plain[1])
        return int(self._parts[0].split(b" ", 2)[1])

    @property
    def uid(self) -> int | None:
        """None when the answer has none: then it is not known which message this is."""
        value = self._plain and self._plain[2]
        if value is None:
            with contextlib.suppress(MessageUnreadable):
                value = self._atom(b"UID")
        return read_number(value)

    @property
    def flags(self) -> tuple[str, ...]:
        r"""As sent, backslash and all."""
        if self._plain and self._plain[3] is not None:
            flags = self._plain[3]
            return _keep_flags(flags) if len(flags) <= _KEPT else _read_flags(flags)
        token = self._tolerant_items().get(b"FLAGS")
        if not isinstance(token, list):
            return ()
        return tuple(f.decode("ascii", "replace") for f in token if isinstance(f, bytes))

    @property
    def size(self) -> int | None:
        """RFC822.SIZE in octets."""
        value = self._plain and self._plain[4]
        return read_number(value if value is not None else self._atom(b"RFC822.SIZE"))

    @property
    def internal_date(self) -> datetime | None:
        """INTERNALDATE with its zone; None when unreadable."""
        value = self._plain and self._plain[5]
        if value is None:
            value = self._atom(b"INTERNALDATE")
        return None if value is None else parse_internal_date(value)

    @property
    def structure(self) -> Part | None:
        """BODYSTRUCTURE; None when it was not sent. Raises MessageUnreadable."""
        if self._plain is not None:
            start = self._plain.end()
            if self._parts[0].startswith(_STRUCTURE, start):
                start += len(_STRUCTURE)
                quick = read_quick_structure(self._parts[0], start)
                if quick is not None:
                    return quick
                (token,) = read_tokens(self._parts, start, single=True)
                return read_structure(token)
            is_header_all = _HEADER_LAST.match(self._parts[0], start) is not None
            if is_header_all and len(self._parts) == 3 and self._parts[2] == b")\r\n":
                return None  # it was not asked for
        token = self._tolerant_items().get(b"BODYSTRUCTURE")
        return None if token is None else read_structure(token)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Of BODYSTRUCTURE; none when it was not sent. Raises MessageUnreadable."""
        if self._plain is not None:
            start = self._plain.end()
            if self._parts[0].startswith(_STRUCTURE, start):
                quick = find_quick_attachments(self._parts[0], start + len(_STRUCTURE))
                if quick is not None:
                    return quick
        structure = self.structure
        return () if structure is None else attachments(structure)

    @property
    def is_only_text(self) -> bool:
        """Whether one look at BODYSTRUCTURE shows no attachment; False says nothing."""
        if self._plain is None:
            return False
        start = self._plain.end()
        line = self._parts[0]
        return line.startswith(_STRUCTURE, start) and is_only_text(line, start + len(_STRUCTURE))

    @property
    def header(self) -> bytes | None:
        """The octets of the header fields that were asked for; None when they were not sent."""
        if self._header is None:
            self._header = self._find_header()
        return self._header

    def _find_header(self) -> bytes | None:
        parts = self._parts
        if len(parts) == 3 and parts[2] == b")\r\n":
            line = parts[0]
            # From the label on: a pattern that looks for it took 1.1 us more a row.
            label = line.rfind(_HEADER, max(0, len(line) - _LABEL_LIMIT))
            if label >= 0 and _HEADER_LAST.match(line, label):
                return parts[1]
        for name, token in self._tolerant_items().items():
            if name.startswith(_HEADER) and isinstance(token, bytes):
                return token
        return None

    @property
    def is_listed(self) -> bool:
        """Whether it answers a listing, rather than tells in passing of flags that changed."""
        try:
            return self.header is not None
        except MessageUnreadable:
            return True

    @property
    def fields(self) -> dict[str, bytes]:
        """Header fields by lower-case name, the first of each, raw and folded as they came."""
        return read_values(self.header or b"")

    def section(self, name: bytes, origin: int | None = None) -> bytes | None:
        """The octets of `BODY[name]`; None when the server sent NIL or nothing.

        `origin` is where a partial fetch began.
        """
        begun = b"" if origin is None else b"<%d>" % origin
        token = self._tolerant_items().get(b"BODY[" + name.upper() + b"]" + begun)
        return token if isinstance(token, bytes) else None

    def has_item(self, name: bytes) -> bool:
        """Whether the answer holds this item at all, and can be read."""
        try:
            return name in self._tolerant_items()
        except MessageUnreadable:
            return False

    def item(self, name: bytes) -> ItemValue:
        """Any item of the answer by its name in capitals; None when it is NIL or not there."""
        token = self._tolerant_items().get(name)
        if name == _LABELS and isinstance(token, list):
            # Gmail's folders by another name, and written as their names are.
            return [shown_name(label) if isinstance(label, bytes) else None for label in token]
        value = _plain_value(token, is_text=name in _TEXTS)
        # `(12)`, as these are written, is one value and no list of one
        return value[0] if name in _ONE_VALUE and isinstance(value, list) and value else value

    def _atom(self, name: bytes) -> bytes | None:
        token = self._tolerant_items().get(name)
        return token if isinstance(token, bytes) else None

    def _tolerant_items(self) -> dict[bytes, Token]:
        if self._items is None:
            start = self._parts[0].find(b"(")
            (pairs,) = read_tokens(self._parts, start, single=True) if start >= 0 else ([],)
            if not isinstance(pairs, list):
                raise MessageUnreadable("the server's answer cannot be read")
            self._items = read_pairs(pairs)
        return self._items


def _plain_value(token: Token, *, is_text: bool = False) -> ItemValue:
    if isinstance(token, list):
        return [_plain_value(t, is_text=is_text) for t in token]
    if token is None:
        return None
    number = None if is_text else read_number(token)
    return token.decode("utf-8", "backslashreplace") if number is None else number
