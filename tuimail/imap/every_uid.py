"""Every message of a folder, whatever SEARCH says."""

from __future__ import annotations

from tuimail.errors import CommandRefused
from tuimail.imap.fetch import Row
from tuimail.imap.number_set import HIGHEST
from tuimail.imap.search import UidArray, search_uids, uid_array
from tuimail.imap.session import PASSING_CODES, Session
from tuimail.imap.wire import Response

_AT_ONCE = 1_000
"""Messages of a command; some servers limit them (RFC 9738)."""


def find_every_uid(session: Session) -> tuple[UidArray, int]:
    """UIDs of all messages of the open folder, ascending, and how many more there are.

    EXISTS tells how many there are. An index that is behind, or a limit on SEARCH (RFC 9738),
    leaves messages out, and its answer looks whole: then they are asked for by their sequence
    numbers. Raises CommandRefused.
    """
    found = _search(session)
    if len(found) < _count(session):
        session.look()
        found = _search(session)
    if len(found) < _count(session):
        found = uid_array(sorted({*found, *_fetch(session)}))
    return found, max(0, _count(session) - len(found))


def _count(session: Session) -> int:
    return session.selected.total if session.selected is not None else 0


def _search(session: Session) -> UidArray:
    try:
        return search_uids(session)
    except CommandRefused as error:
        if error.code in PASSING_CODES:
            raise
        return uid_array()


def _fetch(session: Session) -> UidArray:
    found = uid_array()

    def receive(response: Response) -> bool:
        row = Row.of(response)
        if row is None or not 1 <= (row.uid or 0) <= HIGHEST:
            return False
        found.append(row.uid or 0)
        return True

    for first in range(1, _count(session) + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, _count(session))
        if first <= last:
            session.fetch(b"%d:%d" % (first, last), b"(UID)", receive)
    return found
