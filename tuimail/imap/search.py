"""SEARCH: which messages of the open folder match."""

from __future__ import annotations

import contextlib
import re
from array import array
from collections.abc import Sequence
from operator import lt
from typing import TypeAlias

from tuimail.errors import CommandRefused, MessageUnreadable, ProtocolError, UsageError
from tuimail.imap.command import Argument, Command, Literal, sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.number_set import HIGHEST, NumberSet, write_ranges
from tuimail.imap.query import Query
from tuimail.imap.session import Session
from tuimail.imap.structure import attachments
from tuimail.imap.wire import Receive, Response

UidArray: TypeAlias = "array[int]"
"""UIDs in four octets each: a million take 4 MB instead of 36."""

_ALL = re.compile(rb" ALL ([\d,:]+)", re.IGNORECASE)
_RANGE = re.compile(rb"(\d{1,10})(?::(\d{1,10}))?")
_PLAIN = re.compile(rb"\d{1,10}(?:,\d{1,10})*+")
_PIECE = 1 << 16
"""Octets of a set that are read at once."""
_SLACK = 10_000
"""Messages that may have come since the server last said how many there are."""
PATIENCE = 600.0
"""Seconds that SEARCH and SORT may take: through the headers of a million messages Dovecot takes
100, and without an index every word of every message is read. A line that died is noticed sooner,
by the probes that the system sends over it, and whoever has had enough leaves."""
UIDS_IN_A_COMMAND = 1_000
"""Scattered UIDs of seven digits are 8,000 octets then, which every server takes in a line (RFC
7162, 4)."""


def uid_array(uids: Sequence[int] | range = ()) -> UidArray:
    """A compact array of UIDs."""
    return array("I", uids)


def search_uids(
    session: Session,
    query: Query | None = None,
    numbers: NumberSet | None = None,
    *,
    by_uid: bool = False,
) -> UidArray:
    """UIDs that match all of these, ascending; the folder is open.

    Raises CommandRefused; UsageError when the query wants what this server has not.
    """
    arguments = search_arguments(session, query, numbers, by_uid=by_uid)
    if not arguments:
        return uid_array()
    try:
        found = _run(session, arguments)
    except CommandRefused as error:
        if error.code != "BADCHARSET" or query is None:
            raise
        from tuimail.imap.field_search import narrow_by_fields, split_query  # few servers need it

        query, tests = split_query(query)
        arguments = search_arguments(session, query, numbers, by_uid=by_uid)
        found = narrow_by_fields(session, _run(session, arguments), tests)
    return narrow_by_attachment(session, query, found)


def run_patiently(session: Session, command: Command, receive: Receive) -> None:
    """As `Session.run`, for what a server may have to look at every message for."""
    session.finish(session.wire.send(command, receive, timeout=PATIENCE))


def search_arguments(
    session: Session,
    query: Query | None = None,
    numbers: NumberSet | None = None,
    *,
    by_uid: bool = False,
) -> tuple[Argument, ...]:
    """The same as SEARCH keys; empty when nothing can match. Raises UsageError."""
    if session.selected is None or not session.selected.total:
        return ()
    arguments: list[Argument] = []
    wanted = [(numbers, by_uid)] if numbers is not None else []
    for chosen, are_uids in [*wanted, *(query.numbers if query else ())]:
        written = _clip(session, chosen, are_uids)
        if not written:
            return ()
        arguments += [b"UID", written] if are_uids else [written]
    if query is not None:
        if query.wants_gmail and "X-GM-EXT-1" not in session.capabilities:
            raise UsageError("gmail: works on Gmail's server only")
        arguments += query.arguments
    return tuple(arguments) or (b"ALL",)


def charset_of(arguments: Sequence[Argument]) -> bytes:
    """The charset that SEARCH or SORT must be told of."""
    return b"UTF-8" if any(isinstance(a, Literal) for a in arguments) else b"US-ASCII"


def read_numbers(session: Session, response: Response, name: bytes) -> UidArray:
    """The UIDs of `* SEARCH 1 2 3`; empty for another response. Raises ProtocolError."""
    line = response[0]
    prefix = b"* %b" % name
    if line[: len(prefix)].upper() != prefix:
        return uid_array()
    # a trailing `(MODSEQ 7)` comes where CONDSTORE is on (RFC 7162, 3.1.5)
    written = line[len(prefix) :].partition(b"(")[0].strip()
    while b"  " in written:
        written = written.replace(b"  ", b" ")
    return read_uids(session, written.replace(b" ", b","))


def read_uids(session: Session, written: bytes) -> UidArray:
    """A set as the server writes it, `5,3,7:9`, in its order.

    Raises ProtocolError for what is no set of UIDs, or has more of them than the folder has
    messages: `1:4294967295` would fill the memory.
    """
    room = _SLACK + (session.selected.total if session.selected is not None else 0)
    found = uid_array()
    start = 0
    while start < len(written):
        # Not all at once: a million numbers as objects are 80 MB.
        end = written.find(b",", start + _PIECE)
        piece = written[start : end if end >= 0 else len(written)]
        start += len(piece) + 1
        _add_uids(found, piece, room)
    return found


def _add_uids(found: UidArray, written: bytes, room: int) -> None:
    if _PLAIN.fullmatch(written):
        # A fourth of the time of one by one: 0.3 us a number.
        with contextlib.suppress(OverflowError):
            numbers = uid_array([int(number) for number in written.split(b",")])
            if all(numbers) and len(found) + len(numbers) <= room:
                found.extend(numbers)
                return
    for piece in written.split(b","):
        run = _RANGE.fullmatch(piece)
        low, high = (int(run[1]), int(run[2] or run[1])) if run else (0, 0)
        if not (1 <= low <= HIGHEST and 1 <= high <= HIGHEST):
            raise ProtocolError("the server found messages that cannot be")
        if len(found) + abs(high - low) >= room:
            raise ProtocolError("the server found more messages than there are")
        found.extend(range(low, high + 1) if low <= high else range(low, high - 1, -1))


def _clip(session: Session, numbers: NumberSet, by_uid: bool) -> bytes:
    if session.selected is None:
        return b""
    highest = highest_uid(session) if by_uid else session.selected.total
    return write_ranges(numbers.clipped(highest))


def highest_uid(session: Session) -> int:
    """The UID of the last message; 0 in an empty folder."""
    selected = session.selected
    if selected is None or not selected.total:
        return 0
    found: list[int] = []

    def receive(response: Response) -> bool:
        row = Row.of(response)
        if row is None or row.uid is None:
            return False
        found.append(row.uid)
        return True

    session.fetch(b"%d" % selected.total, b"(UID)", receive)
    return max(found, default=0)


def _run(session: Session, arguments: tuple[Argument, ...]) -> UidArray:
    charset = charset_of(arguments)
    # Only where needed: not every server takes the argument (RFC 9051, 6.4.4).
    if charset != b"US-ASCII":
        arguments = (b"CHARSET", charset, *arguments)
    found = uid_array()
    is_extended = "ESEARCH" in session.capabilities

    def receive(response: Response) -> None:
        if is_extended:
            found.extend(_read_all(session, response))
        else:
            found.extend(read_numbers(session, response, b"SEARCH"))

    returned = (b"RETURN", b"(ALL)") if is_extended else ()
    run_patiently(session, Command(b"UID SEARCH", (*returned, *arguments)), receive)
    # Nearly always they are; a million numbers to be sorted are 40 MB of objects. One that is named
    # twice counts once, or it would make up for one that is left out.
    return found if all(map(lt, found, found[1:])) else uid_array(sorted(set(found)))


def _read_all(session: Session, response: Response) -> UidArray:
    """The set of `* ESEARCH (TAG "t1") UID ALL 1:17,21` (RFC 4731): 130,000 messages in a line
    of twelve octets rather than 900 KB."""
    matched = _ALL.search(response[0]) if response[0][:9].upper() == b"* ESEARCH" else None
    return uid_array() if matched is None else read_uids(session, matched[1])


def narrow_by_attachment(session: Session, query: Query | None, uids: UidArray) -> UidArray:
    """Those of the UIDs that have attachments, or have none, as the query asks; in their order.

    SEARCH has no key for it, and what Gmail's has:attachment counts is documented nowhere: the
    candidates' BODYSTRUCTURE decides. One that cannot be read decides nothing: the message stays.
    """
    if query is None or query.has_attachment is None:
        return uids
    fitting: set[int] = set()

    def receive(response: Response) -> bool:
        row = Row.of(response)
        if row is None or row.uid is None:
            return False
        try:
            structure = row.structure
        except MessageUnreadable:
            fitting.add(row.uid)
            return True
        if structure is None:  # flags that changed meanwhile
            return False
        if bool(attachments(structure)) is query.has_attachment:
            fitting.add(row.uid)
        return True

    for start in range(0, len(uids), UIDS_IN_A_COMMAND):
        numbers = sequence_set(uids[start : start + UIDS_IN_A_COMMAND])
        session.uid_fetch(numbers, b"(UID BODYSTRUCTURE)", receive)
        session.on_progress(min(start + UIDS_IN_A_COMMAND, len(uids)), len(uids))
    return uid_array([uid for uid in uids if uid in fitting])
