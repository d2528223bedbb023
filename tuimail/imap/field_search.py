"""Looking through header fields here, where the server finds ASCII only.

Exchange is one: it answers NO [BADCHARSET (US-ASCII)] to every other charset.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import Literal, sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.query import Query, QueryError, Term
from tuimail.imap.search import UIDS_IN_A_COMMAND, UidArray, uid_array
from tuimail.imap.session import Session
from tuimail.imap.wire import Response
from tuimail.mail.collation import fold_case
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.header_block import read_fields

_FIELD_KEYS = frozenset({b"FROM", b"TO", b"CC", b"BCC", b"SUBJECT"})
_FIELD_NAME = re.compile(rb"[A-Za-z0-9._-]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A text that a header field is to hold, or is not to."""

    name: str
    """Lower case."""
    folded: str
    """As `fold_case` gives it."""
    negated: bool

    def fits(self, header: bytes) -> bool:
        """Whether a header block passes; as SEARCH decides it, on the decoded field."""
        is_there = any(
            self.folded in fold_case(_SPACES.sub(" ", decode_words(field.value)))
            for field in read_fields(header)
            if field.name.lower() == self.name
        )
        return is_there is not self.negated


def split_query(query: Query) -> tuple[Query, tuple[FieldTest, ...]]:
    """What the server can look for, and what is left to be looked for in header fields here.

    Raises QueryError for other letters than ASCII in texts: that would fetch every message.
    """
    left = tuple(_read_test(query, term) for term in query.terms if not term.is_ascii)
    return replace(query, terms=tuple(term for term in query.terms if term.is_ascii)), left


def narrow_by_fields(session: Session, uids: UidArray, tests: Sequence[FieldTest]) -> UidArray:
    """Those of the UIDs whose header fields pass all tests, in their order."""
    fitting: set[int] = set()

    def receive(response: Response) -> bool:
        row = Row.of(response)
        if row is None or row.uid is None:
            return False
        with contextlib.suppress(MessageUnreadable):
            header = row.header
            if header is None:
                return False
            if all(test.fits(header) for test in tests):
                fitting.add(row.uid)
        return True

    names = " ".join(sorted({test.name.upper() for test in tests})).encode("ascii")
    items = b"(UID BODY.PEEK[HEADER.FIELDS (%b)])" % names
    for start in range(0, len(uids), UIDS_IN_A_COMMAND):
        numbers = sequence_set(uids[start : start + UIDS_IN_A_COMMAND])
        session.uid_fetch(numbers, items, receive)
        session.on_progress(min(start + UIDS_IN_A_COMMAND, len(uids)), len(uids))
    return uid_array([uid for uid in uids if uid in fitting])


def _read_test(query: Query, term: Term) -> FieldTest:
    match term.arguments:
        case [bytes(key), Literal(text)] if key in _FIELD_KEYS:
            name = key
        case [b"HEADER", bytes(field), Literal(text)] if _FIELD_NAME.fullmatch(field.strip(b'"')):
            name = field.strip(b'"')
        case _:
            raise QueryError(
                "this server finds only ASCII letters in texts; others are found by from:, to:, "
                "cc:, bcc:, subject:, list: and header:",
                query.text,
                term.position,
            )
    return FieldTest(name.decode("ascii").lower(), fold_case(text.decode("utf-8")), term.negated)
