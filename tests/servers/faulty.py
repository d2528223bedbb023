"""An archive server that will not give everything that it is asked for."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

from tests.servers.archive import ChangingServer, _ChangingConnection
from tuimail.archive.command import Command
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox
from tuimail.archive.response import no


class Fault(Enum):
    """What becomes of a message that is fetched whole."""

    REFUSED = "NO"
    LOST = "the connection is cut in the middle of it"
    GARBAGE = "what is no FETCH response at all"
    NOTHING = "everything but this message"
    NIL = "NIL"
    EMPTY = "no octets of it"
    SHORT = "its first five octets"
    GUESSED = "less than it told of"


class FaultyServer(ChangingServer):
    """Fails in these ways, at these places; every one of them may be changed meanwhile."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        faults: Mapping[int, Fault] | None = None,
        closed: Collection[str] = (),
        most_connections: int = 100,
        busy: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(mailbox, **options)
        self._connection_class = _FaultyConnection
        self.faults = faults or {}
        """By UID, in whatever folder."""
        self.recovers = False
        """Whether each fault happens once."""
        self.closed = closed
        """Folders that cannot be opened."""
        self.most_connections = most_connections
        """That may be signed in at once."""
        self.busy = busy
        """How many times FETCH of whole messages is refused for want of time."""
        self.refusals: list[str] = []
        """What whoever signs in next is answered NO with."""
        self.untold: Collection[int] = ()
        """UIDs of which nothing else is told until they are fetched whole."""
        self.is_away = False
        """Hangs up on whoever connects."""
        self.signed_in = 0
        self.most_signed_in = 0
        self.lock = threading.Lock()

    def cut_all(self) -> None:
        """Every connection is lost."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.client.shutdown(socket.SHUT_RDWR)


class _FaultyConnection(_ChangingConnection):
    server: FaultyServer
    _is_counted = False
    _fetches_whole = False

    def serve(self) -> None:
        try:
            super().serve()
        finally:
            if self._is_counted:
                with self.server.lock:
                    self.server.signed_in -= 1

    def greet(self) -> None:
        if self.server.is_away:
            raise EOFError
        super().greet()

    def _sign_in(self, user: bytes, password: bytes) -> str:
        server = self.server
        with server.lock:
            if server.refusals:
                raise no(server.refusals.pop())
            if server.signed_in >= server.most_connections:
                raise no("[LIMIT] Too many simultaneous connections")
            server.signed_in += 1
            server.most_signed_in = max(server.most_signed_in, server.signed_in)
            self._is_counted = True
        return super()._sign_in(user, password)

    def handle_examine(self, command: Command) -> str:
        (name,) = command.strings(1)
        if name.decode() in self.server.closed:
            self.view = None
            raise no("[NOPERM] Permission denied")
        return super().handle_examine(command)

    def handle_fetch(self, command: Command) -> str:
        self._fetches_whole = b"BODY.PEEK[]" in str(command.arguments).encode()
        if self._fetches_whole:
            with self.server.lock:
                if self.server.busy:
                    self.server.busy -= 1
                    raise no("[THROTTLED] Come back later")
        return super().handle_fetch(command)

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        uid = view.message(number).uid
        if uid in self.server.untold and not self._fetches_whole:
            return b"* %d FETCH (UID %d)\r\n" % (number, uid)
        fault = self.server.faults.get(uid) if self._fetches_whole else None
        if fault is not None and self.server.recovers:
            self.server.faults = {
                other: one for other, one in self.server.faults.items() if other != uid
            }
        row = super().write_row(view, number, items)
        match fault:
            case None:
                return row
            case Fault.REFUSED:
                raise no("[SERVERBUG] Internal error occurred")
            case Fault.LOST:
                self.send_now(row[: len(row) // 2])
                raise EOFError
            case Fault.GARBAGE:
                return b"* %d FETCH (UID %d BODY[] {99999999999999999999}\r\n" % (number, uid)
            case Fault.NOTHING:
                return b""
            case Fault.NIL:
                return b"* %d FETCH (UID %d BODY[] NIL)\r\n" % (number, uid)
            case Fault.EMPTY:
                return b'* %d FETCH (UID %d BODY[] "")\r\n' % (number, uid)
            case Fault.GUESSED:
                raw = view.message(number).load()[:-5]
                return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (number, uid, len(raw), raw)
            case Fault.SHORT:
                return b"* %d FETCH (UID %d BODY[] {5}\r\nhello)\r\n" % (number, uid)
