"""One body part, straight from the socket to whoever takes it."""

from __future__ import annotations

from collections.abc import Callable

from tuimail.errors import MessageGone, MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, announced_literal
from tuimail.imap.identity import Identity
from tuimail.imap.session import Session
from tuimail.imap.structure import Part
from tuimail.imap.validity import GONE, check_validity
from tuimail.imap.wire import Response, Sink

_TO_THE_END = 2_147_483_647
"""Octets that a partial fetch asks for: more than any part has, and what every server can count."""


class PartFetch:
    """Fetches one part, still encoded; started again, it goes on with what is missing."""

    def __init__(self, identity: Identity, part: Part, sink: Sink) -> None:
        self._identity = identity
        self._section = part.section.encode("ascii")
        self._sink = sink
        self._written = 0

    def write(self, octets: bytes, /) -> None:
        """A sink that counts: a connection may be lost at any octet."""
        self._sink.write(octets)
        self._written += len(octets)

    def run(self, session: Session, _pause: Callable[[], None]) -> None:
        """A job for the pool. Raises MessageGone, MessageUnreadable, and what the sink raises."""
        check_validity(session, self._identity)
        origin = self._written or None
        asked, answered = b"", b""
        if origin is not None:
            asked, answered = b"<%d.%d>" % (origin, _TO_THE_END), b"<%d>" % origin
        found = is_missing = False

        def open_sink(parts: Response, _size: int) -> Sink | None:
            wanted = (self._identity.uid, b"BODY[%b]%b" % (self._section, answered))
            return self if len(parts) == 1 and announced_literal(parts[0]) == wanted else None

        def receive(parts: Response) -> bool:
            nonlocal found, is_missing
            row = Row.of(parts)
            if row is None or row.uid != self._identity.uid:
                return False
            if not row.has_item(b"BODY[%b]%b" % (self._section, answered)):
                return False
            octets = row.section(self._section, origin)
            # Empty when it went into the sink; a string, or what came before its UID, did not.
            self.write(octets or b"")
            found, is_missing = True, octets is None
            return True

        items = b"(UID BODY.PEEK[%b]%b)" % (self._section, asked)
        session.uid_fetch(sequence_set([self._identity.uid]), items, receive, open_sink)
        if not found:
            raise MessageGone(GONE)
        if is_missing:
            raise MessageUnreadable("the server does not send this part")
