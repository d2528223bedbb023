"""Whole messages, straight from the socket to whoever takes them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tuimail.errors import (
    CommandRefused,
    FolderChanged,
    MessageGone,
    MessageUnreadable,
    TuimailError,
)
from tuimail.imap.command import sequence_set
from tuimail.imap.identity import Identity
from tuimail.imap.session import Session
from tuimail.imap.wire import Pending, Response, Sink

BATCH = 20
"""Messages to a FETCH. One by one costs 13 times as much on a slow line; more than this makes a
person wait for the end of a batch where there is only one connection."""
IN_FLIGHT = 2
"""The next command is on its way before the last has ended, so that the line never falls idle."""

_UID = re.compile(rb"\* \d+ FETCH \((?:[^\"{]*? )?UID (\d{1,10})\b", re.IGNORECASE)
_UID_BEHIND = re.compile(rb" UID (\d{1,10})[ )]", re.IGNORECASE)


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


@dataclass(eq=False, slots=True)
class _Batch:
    """One FETCH in flight, and the message that is being written just now."""

    wanted: dict[int, Identity]
    receiver: RawReceiver
    pending: Pending | None = None
    current: Identity | None = None
    done: set[Identity] = field(default_factory=set)

    def open_sink(self, parts: Response, _size: int) -> Sink | None:
        found = _UID.match(parts[0])
        identity = self.wanted.get(int(found[1])) if found else None
        if identity is None or identity in self.done:
            # The UID may stand behind the message: kept in memory until it is known.
            return None
        self.current = identity
        return self.receiver.begin(identity, _size)

    def receive(self, parts: Response) -> None:
        if self.current is not None:
            identity, self.current = self.current, None
        elif len(parts) == 3 and (found := _UID_BEHIND.search(parts[2])):
            identity = self.wanted.get(int(found[1]), Identity(b"", 0, 0))
            if identity.uid == 0 or identity in self.done:
                return
            self.receiver.begin(identity, len(parts[1])).write(parts[1])
        else:
            return
        self.receiver.end(identity)
        self.done.add(identity)


class RawFetch:
    """Fetches messages of one folder; started again, it goes on with those that are missing."""

    def __init__(self, identities: Sequence[Identity], receiver: RawReceiver) -> None:
        self._left = dict.fromkeys(identities)
        self._receiver = receiver

    def run(self, session: Session, pause: Callable[[], None]) -> None:
        """A job for the pool, with a pause after each batch."""
        waiting = deque(self._batches())
        in_flight: deque[_Batch] = deque()
        try:
            while waiting or in_flight:
                while waiting and len(in_flight) < IN_FLIGHT:
                    in_flight.append(self._send(session, waiting.popleft()))
                self._finish(session, in_flight[0])
                in_flight.popleft()
                pause()
        finally:
            for batch in in_flight:
                self._note(batch)

    def _batches(self) -> list[_Batch]:
        identities = list(self._left)
        return [
            _Batch({i.uid: i for i in identities[start : start + BATCH]}, self._receiver)
            for start in range(0, len(identities), BATCH)
        ]

    def _send(self, session: Session, batch: _Batch) -> _Batch:
        identity = next(iter(batch.wanted.values()))
        # Each time: somebody else may have opened another folder between two slices.
        check_validity(session, identity)
        batch.pending = session.send_uid_fetch(
            sequence_set(batch.wanted), b"(UID BODY.PEEK[])", batch.receive, batch.open_sink
        )
        return batch

    def _finish(self, session: Session, batch: _Batch) -> None:
        refusal: TuimailError | None = None
        try:
            if batch.pending is not None:
                session.wire.finish(batch.pending)
        except CommandRefused as error:
            refusal = error
        self._note(batch)
        for identity in batch.wanted.values():
            if identity not in batch.done:
                del self._left[identity]
                self._receiver.fail(identity, refusal or MessageGone(GONE))

    def _note(self, batch: _Batch) -> None:
        if batch.current is not None:
            self._receiver.fail(batch.current, MessageUnreadable("the message was cut off"))
            batch.current = None
        for identity in batch.done:
            self._left.pop(identity, None)


GONE = "the message is no longer there"


def check_validity(session: Session, identity: Identity) -> None:
    """Open the identity's folder; raises FolderChanged when its UIDs are void."""
    selected = session.examine(identity.folder)
    if selected.uid_validity != identity.uid_validity:
        raise FolderChanged("the folder was made anew on the server; look again")
