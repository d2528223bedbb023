"""Whole messages, straight from the socket to whoever takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from tuimail.errors import CommandRefused, MessageGone, MessageUnreadable, TuimailError
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row, announced_literal
from tuimail.imap.identity import Identity
from tuimail.imap.session import Session
from tuimail.imap.validity import GONE, WITHOUT_UID, check_validity
from tuimail.imap.wire import Pending, Response, Sink

BATCH = 20
"""Messages to a FETCH. One by one costs 13 times as much on a slow line; more than this makes a
person wait for the end of a batch where there is only one connection."""
BATCH_UNWATCHED = 50
"""The same where no person waits: a line of 40 ms is a third faster."""
IN_FLIGHT = 2
"""The next command is on its way before the last has ended, so that the line never falls idle."""


class RawReceiver(Protocol):
    """Takes raw messages, one after another, on the thread of a connection.

    What `begin`, `write` or `end` raises ends the request with that error.
    """

    def begin(self, identity: Identity, size: int) -> Sink:
        """A message of `size` octets starts; they are written to the sink."""

    def end(self, identity: Identity) -> None:
        """The message is whole."""

    def fail(self, identity: Identity, error: TuimailError) -> None:
        """It will not come; what `begin` started is void. MessageGone, MessageUnreadable, …"""


class RawFetch:
    """Fetches messages of one folder; started again, it goes on with those that are missing."""

    def __init__(
        self,
        identities: Sequence[Identity],
        receiver: RawReceiver,
        batch: int = BATCH,
        takes_more: Callable[[], bool] = lambda: True,
        on_message: Callable[[Identity], None] | None = None,
    ) -> None:
        """`on_message` is called behind each message that is whole."""
        self._on_message = on_message
        self._batch = batch
        self._takes_more = takes_more
        self._left = {identity.uid: identity for identity in identities if identity.uid}
        self._unknown = [identity for identity in identities if not identity.uid]
        self._receiver = receiver
        self._asked: set[int] = set()
        self._current: Identity | None = None
        self._is_told = False
        """The UID stood in front of the literal that comes."""

    def run(self, session: Session, pause: Callable[[], None]) -> None:
        """A job for the pool, with a pause after each batch.

        It ends early when `takes_more` says no; of what was not asked for nothing is told.
        """
        while self._unknown:
            self._receiver.fail(self._unknown.pop(), MessageUnreadable(WITHOUT_UID))
        uids = list(self._left)
        size = self._batch
        waiting = deque(uids[start : start + size] for start in range(0, len(uids), size))
        in_flight: deque[tuple[Pending, list[int]]] = deque()
        self._asked.clear()
        try:
            while True:
                while waiting and len(in_flight) < IN_FLIGHT and self._takes_more():
                    batch = waiting.popleft()
                    in_flight.append((self._send(session, batch), batch))
                if not in_flight:
                    break
                self._finish(session, *in_flight.popleft())
                pause()
        except BaseException:
            # What is still in flight would be handed to whoever uses the connection next.
            session.close()
            raise
        finally:
            if self._current is not None:
                self._receiver.fail(self._current, MessageUnreadable("the message was cut off"))
                self._current = None

    def _send(self, session: Session, batch: list[int]) -> Pending:
        # Each time: somebody else may have opened another folder in a pause.
        check_validity(session, self._left[batch[0]])
        self._asked.update(batch)
        items = b"(UID BODY.PEEK[])"
        return session.send_uid_fetch(sequence_set(batch), items, self._receive, self._open_sink)

    def _finish(self, session: Session, pending: Pending, batch: list[int]) -> None:
        refusal: TuimailError | None = None
        try:
            session.finish(pending)
        except CommandRefused as error:
            refusal = error
        self._asked.difference_update(batch)
        for uid in batch:
            if identity := self._left.pop(uid, None):
                self._receiver.fail(identity, refusal or MessageGone(GONE))

    def _open_sink(self, parts: Response, size: int) -> Sink | None:
        announced = announced_literal(parts[0]) if len(parts) == 1 else None
        if announced is None or announced[1] != b"BODY[]":
            return None
        uid = announced[0]
        self._is_told = uid is not None
        if uid is None and len(self._asked) == 1:
            # It may be too large to be kept until its UID comes, which `_receive` looks at.
            (uid,) = self._asked
        if uid is None or uid not in self._asked:
            return None
        self._current = self._left.get(uid)
        return None if self._current is None else self._receiver.begin(self._current, size)

    def _receive(self, parts: Response) -> bool:
        identity, self._current = self._current, None
        if identity is None:
            return self._receive_kept(parts)
        # Nothing came behind the literal, and its UID before it: no need to read the answer anew.
        is_whole = self._is_told and len(parts) == 3 and parts[2] == b")\r\n"
        del self._left[identity.uid]
        if is_whole or ((row := Row.of(parts)) is not None and row.uid == identity.uid):
            self._receiver.end(identity)
            if self._on_message is not None:
                self._on_message(identity)
        else:
            self._receiver.fail(identity, MessageUnreadable("the server sent another message"))
        return True

    def _receive_kept(self, parts: Response) -> bool:
        """A string, NIL, or a literal in front of its UID, which was kept in memory."""
        row = Row.of(parts)
        uid = row.uid if row is not None and row.has_item(b"BODY[]") else None
        if row is None or uid is None or uid not in self._asked or uid not in self._left:
            return False
        identity, octets = self._left.pop(uid), row.section(b"")
        if octets is None:
            self._receiver.fail(identity, MessageUnreadable("the server does not send it"))
        else:
            self._receiver.begin(identity, len(octets)).write(octets)
            self._receiver.end(identity)
        return True
