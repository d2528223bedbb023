"""Whole messages, straight from the socket to whoever takes them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
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
from tuimail.imap.session import Selected, Session
from tuimail.imap.wire import Pending, Response, Sink

BATCH = 20
"""Messages to a FETCH. One by one costs 13 times as much on a slow line; more than this makes a
person wait for the end of a batch where there is only one connection."""
IN_FLIGHT = 2
"""The next command is on its way before the last has ended, so that the line never falls idle."""

# Both with and without the UID in front: a server may put it behind the message.
_WHOLE = re.compile(rb"\* \d{1,10} FETCH \((?:[^\"{]* )?BODY\[\] \{\d+\+?\}\r\n\Z", re.IGNORECASE)
_UID = re.compile(rb"[ (]UID (\d{1,10})[ )]", re.IGNORECASE)


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

    def __init__(self, identities: Sequence[Identity], receiver: RawReceiver) -> None:
        self._left = {identity.uid: identity for identity in identities}
        self._receiver = receiver
        self._current: Identity | None = None

    def run(self, session: Session, pause: Callable[[], None]) -> None:
        """A job for the pool, with a pause after each batch."""
        uids = list(self._left)
        waiting = deque(uids[start : start + BATCH] for start in range(0, len(uids), BATCH))
        in_flight: deque[tuple[Pending, list[int]]] = deque()
        try:
            while waiting or in_flight:
                while waiting and len(in_flight) < IN_FLIGHT:
                    batch = waiting.popleft()
                    in_flight.append((self._send(session, batch), batch))
                self._finish(session, *in_flight.popleft())
                pause()
        finally:
            if self._current is not None:
                self._receiver.fail(self._current, MessageUnreadable("the message was cut off"))
                self._current = None

    def _send(self, session: Session, batch: list[int]) -> Pending:
        # Each time: somebody else may have opened another folder in a pause.
        check_validity(session, self._left[batch[0]])
        items = b"(UID BODY.PEEK[])"
        return session.send_uid_fetch(sequence_set(batch), items, self._receive, self._open_sink)

    def _finish(self, session: Session, pending: Pending, batch: list[int]) -> None:
        refusal: TuimailError | None = None
        try:
            session.finish(pending)
        except CommandRefused as error:
            refusal = error
        for uid in batch:
            if identity := self._left.pop(uid, None):
                self._receiver.fail(identity, refusal or MessageGone(GONE))

    def _open_sink(self, parts: Response, size: int) -> Sink | None:
        line = parts[0]
        if len(parts) > 1 or not _WHOLE.match(line) or not (uid := _UID.search(line)):
            return None
        identity = self._left.get(int(uid[1]))
        if identity is None:
            return None
        self._current = identity
        return self._receiver.begin(identity, size)

    def _receive(self, parts: Response) -> bool:
        if not _WHOLE.match(parts[0]):
            return False
        if self._current is not None:
            identity, self._current = self._current, None
        else:
            uid = _UID.search(parts[-1])
            if uid is None or int(uid[1]) not in self._left:
                return False
            identity = self._left[int(uid[1])]
            self._receiver.begin(identity, len(parts[1])).write(parts[1])
        self._receiver.end(identity)
        del self._left[identity.uid]
        return True


GONE = "the message is no longer there"


def check_validity(session: Session, identity: Identity, *, look: bool = False) -> Selected:
    """Open the identity's folder; raises FolderChanged when its UIDs are void,
    MessageUnreadable when it has no UID. For `look` see Session.examine.
    """
    if not identity.uid:
        raise MessageUnreadable("the server gave no UID for this message, so it cannot be fetched")
    return open_folder(session, identity.folder, identity.uid_validity, look=look)


def open_folder(
    session: Session, folder: bytes, uid_validity: int, *, look: bool = False
) -> Selected:
    """Open a folder whose UIDs are known; raises FolderChanged when they are void."""
    selected = session.examine(folder, look=look)
    if selected.uid_validity != uid_validity:
        raise FolderChanged("the folder was made anew on the server; look again")
    return selected
