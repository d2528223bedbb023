"""Archive servers that misbehave, each in one way.

Each is a context manager: `with StallingServer(mailbox) as server:` listens on `server.port`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from tests.servers.mailboxes import (
    EPOCH,
    LazyMessages,
    mailbox_of,
    mailbox_with,
    plain_message,
)
from tuimail.archive.command import Command
from tuimail.archive.connection import Connection
from tuimail.archive.fetch import Item
from tuimail.archive.folder_list import FolderTree
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.opened_message import OpenedMessage
from tuimail.archive.server import CAPABILITIES, ArchiveServer

__all__ = [
    "EPOCH",
    "PASSWORD",
    "ChangingServer",
    "DroppingServer",
    "EndlessServer",
    "GarbageServer",
    "LazyMessages",
    "RecordingConnection",
    "RecordingServer",
    "SilentServer",
    "StallingServer",
    "archive_threads",
    "mailbox_of",
    "mailbox_with",
    "plain_message",
    "wait_until",
]

PASSWORD = "open-sesame"


class RecordingServer(ArchiveServer):
    """Keeps every command that it is sent; the base of those below."""

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        password: str = PASSWORD,
        capabilities: Sequence[str] = CAPABILITIES,
        connection_class: type[RecordingConnection] | None = None,
    ) -> None:
        super().__init__(
            mailbox,
            password=password,
            capabilities=capabilities,
            connection_class=connection_class or RecordingConnection,
        )
        self.commands: list[bytes] = []
        """Whole commands without their tags, in the order in which they came."""
        self.connections: list[RecordingConnection] = []
        self.changed = threading.Condition()

    def record(self, text: bytes) -> None:
        with self.changed:
            self.commands.append(text.strip().partition(b" ")[2])
            self.changed.notify_all()

    def count(self, name: bytes) -> int:
        """How many commands began with these words; `FETCH` is not `UID FETCH`."""
        return sum(command.upper().startswith(name) for command in self.commands)

    def wait_for(self, name: bytes, times: int = 1, timeout: float = 10) -> None:
        """Wait until commands that begin with these words have come; raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.count(name) >= times, timeout):
                raise TimeoutError(f"no {name!r} among {self.commands}")


class RecordingConnection(Connection):
    server: RecordingServer

    def __init__(self, server: ArchiveServer, client: Any) -> None:
        super().__init__(server, client)
        self.server.connections.append(self)

    def answer(self, text: bytes) -> None:
        self.server.record(text)
        super().answer(text)


class StallingServer(RecordingServer):
    """Answers FETCH only while `may_answer` is set, and greets while `may_greet` is."""

    def __init__(self, mailbox: Mailbox, **options: Any) -> None:
        super().__init__(mailbox, connection_class=_StallingConnection, **options)
        self.may_answer = threading.Event()
        self.may_greet = threading.Event()
        self.may_greet.set()

    def close(self) -> None:
        self.may_answer.set()
        self.may_greet.set()
        super().close()


class _StallingConnection(RecordingConnection):
    server: StallingServer

    def greet(self) -> None:
        self.server.may_greet.wait()
        super().greet()

    def handle_fetch(self, command: Command) -> str:
        self.server.may_answer.wait()
        return super().handle_fetch(command)


class DroppingServer(RecordingServer):
    """Cuts the connection in the middle of its answer to some FETCH commands.

    `cut` holds their numbers, counted from 1 over all connections: `{2}`, `range(1, 100)`.
    """

    def __init__(self, mailbox: Mailbox, *, cut: Container[int], **options: Any) -> None:
        super().__init__(mailbox, connection_class=_DroppingConnection, **options)
        self.cut = cut
        self.fetches = 0


class _DroppingConnection(RecordingConnection):
    server: DroppingServer
    _cutting = False

    def handle_fetch(self, command: Command) -> str:
        with self.server.changed:
            self.server.fetches += 1
            self._cutting = self.server.fetches in self.server.cut
        return super().handle_fetch(command)

    def flush(self) -> None:
        if self._cutting:
            data = b"".join(self._waiting)
            self.client.sendall(data[: len(data) // 2])
            raise EOFError
        super().flush()


class GarbageServer(RecordingServer):
    """Answers badly for some messages, told by their sequence numbers.

    `garbled` gives what is sent instead: `{3: {"body_structure": b"NIL", "envelope": b"()"}}`.
    `without_uid` names messages whose FETCH has no UID, `foreign_uids` another UID for some,
    `expunged_before` which sequence number is expunged right before which one's row.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        garbled: Mapping[int, Mapping[str, bytes]] | None = None,
        without_uid: Container[int] = (),
        foreign_uids: Mapping[int, int] | None = None,
        expunged_before: Mapping[int, int] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(mailbox, connection_class=_GarbageConnection, **options)
        self.garbled = garbled or {}
        self.without_uid = without_uid
        self.foreign_uids = foreign_uids or {}
        self.expunged_before = dict(expunged_before or {})


class _GarbageConnection(RecordingConnection):
    server: GarbageServer
    _gone: tuple[int, ...] = ()
    _number = 0

    def handle_fetch(self, command: Command) -> str:
        self._gone = ()
        return super().handle_fetch(command)

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        self._number = number
        row = super().write_row(view, number, items)
        if number in self.server.without_uid:
            row = _UID.sub(b"", row, count=1)
        if number in self.server.foreign_uids:
            row = _UID.sub(b"UID %d " % self.server.foreign_uids[number], row, count=1)
        expunged = self.server.expunged_before.pop(number, None)
        notice = b""
        if expunged is not None:
            assert self.view is not None
            self.view = _view_without(self.view, expunged)
            self._gone = (*self._gone, expunged)
            notice = b"* %d EXPUNGE\r\n" % expunged
        if number in self._gone:
            return notice
        moved = number - sum(gone < number for gone in self._gone)
        return notice + row.replace(b"* %d " % number, b"* %d " % moved, 1)

    def open_message(self, view: FolderView, message: StoredMessage) -> OpenedMessage:
        opened = super().open_message(view, message)
        garbled = self.server.garbled.get(self._number)
        if garbled is None:
            return opened
        copy = OpenedMessage(opened.raw)
        # What the properties would have cached.
        vars(copy).update(garbled)
        return copy


_UID = re.compile(rb"(?<=[( ])UID \d+ ")


class ChangingServer(RecordingServer):
    """Mail comes and goes: told to clients before the next tagged answer, at once while IDLE."""

    def __init__(self, mailbox: Mailbox, **options: Any) -> None:
        super().__init__(mailbox, connection_class=_ChangingConnection, **options)

    def add(self, *raws: bytes, folder: str = "INBOX") -> None:
        """New messages, with the next UIDs."""
        view = self.view(self.tree.find(folder.encode()))
        new = (
            StoredMessage(uid, partial(bytes, raw), EPOCH + timedelta(minutes=uid))
            for uid, raw in enumerate(raws, view.uid_next)
        )
        self._replace(replace(view.folder, messages=(*view.folder.messages, *new)))

    def expunge(self, *uids: int, folder: str = "INBOX") -> None:
        """Messages go for good."""
        old = self.tree.find(folder.encode())
        left = tuple(message for message in old.messages if message.uid not in uids)
        self._replace(replace(old, messages=left))

    def renew(self, uid_validity: int, folder: str = "INBOX") -> None:
        """Another UIDVALIDITY, for those who examine the folder from now on."""
        self._replace(replace(self.tree.find(folder.encode()), uid_validity=uid_validity))

    def _replace(self, folder: StoredFolder) -> None:
        with self.changed:
            others = self.tree.folders
            self.tree = FolderTree(tuple(folder if f.name == folder.name else f for f in others))
            self._views.pop(folder.name, None)
            self._sizes.pop(folder.name, None)
            for connection in self.connections:
                if isinstance(connection, _ChangingConnection) and connection.is_idle:
                    connection.send_changes()
                    connection.flush()


class _ChangingConnection(RecordingConnection):
    server: ChangingServer
    is_idle = False

    def handle_idle(self, command: Command) -> str:
        with self.server.changed:
            self.send_changes()
            self.is_idle = True
        try:
            return super().handle_idle(command)
        finally:
            self.is_idle = False

    def handle_fetch(self, command: Command) -> str:
        return self._without_expunges(super().handle_fetch, command)

    def handle_search(self, command: Command) -> str:
        return self._without_expunges(super().handle_search, command)

    def handle_sort(self, command: Command) -> str:
        return self._without_expunges(super().handle_sort, command)

    def _without_expunges(self, handler: Callable[[Command], str], command: Command) -> str:
        """RFC 9051, 7.5.1: no EXPUNGE while a command with sequence numbers is answered."""
        self._may_expunge = command.uid
        return handler(command)

    _may_expunge = True

    def send_changes(self) -> None:
        may_expunge, self._may_expunge = self._may_expunge, True
        if self.view is None:
            return
        old = self.view
        new = self.server.view(self.server.tree.find(old.folder.name.encode()))
        if new.folder.uid_validity != old.folder.uid_validity:
            return
        left = set(new.uids)
        gone = [number for number, uid in enumerate(old.uids, 1) if uid not in left]
        if gone and not may_expunge:
            return
        for number in reversed(gone):
            self.send(b"* %d EXPUNGE\r\n" % number)
        if new.total != old.total - len(gone):
            self.send(b"* %d EXISTS\r\n" % new.total)
        self.view = new


class SilentServer(RecordingServer):
    """Says nothing any more from the command that begins with `at` on; b"" is the greeting."""

    def __init__(self, mailbox: Mailbox, *, at: bytes = b"", **options: Any) -> None:
        super().__init__(mailbox, connection_class=_SilentConnection, **options)
        self.at = at


class _SilentConnection(RecordingConnection):
    server: SilentServer

    def greet(self) -> None:
        if not self.server.at:
            self.server.closing.wait()
        super().greet()

    def answer(self, text: bytes) -> None:
        if text.partition(b" ")[2].upper().startswith(self.server.at):
            self.server.record(text)
            self.server.closing.wait()
        super().answer(text)


class EndlessServer(RecordingServer):
    """Answers the command that begins with `at` by `head`, then by `again` without end.

    Where `again` is empty, silence follows.
    """

    OK = (b"", b"* OK Still here\r\n" * 500)
    LINE = (b"* OK ", b"x" * 8_192)
    LITERAL = (b"* 1 FETCH (UID 1 BODY[] {1900000000}\r\nFrom: a", b"")

    def __init__(
        self,
        mailbox: Mailbox,
        answer: tuple[bytes, bytes] = OK,
        *,
        at: bytes = b"FETCH",
        **options: Any,
    ) -> None:
        super().__init__(mailbox, connection_class=_EndlessConnection, **options)
        self.at = at
        self.head, self.again = answer


class _EndlessConnection(RecordingConnection):
    server: EndlessServer

    def answer(self, text: bytes) -> None:
        if not text.partition(b" ")[2].upper().startswith(self.server.at):
            super().answer(text)
            return
        self.server.record(text)
        self.client.sendall(self.server.head)
        if not self.server.again:
            self.server.closing.wait()
        while not self.server.closing.is_set():
            self.client.sendall(self.server.again)


# Waiting


def wait_until(condition: Callable[[], bool], timeout: float = 10) -> None:
    """Wait until something is so that no event tells of; raises TimeoutError."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not become so")
        time.sleep(0.005)


def archive_threads() -> Iterator[threading.Thread]:
    """The threads of archive servers that still run."""
    return (thread for thread in threading.enumerate() if thread.name.startswith("archive-"))


def _view_without(view: FolderView, number: int) -> FolderView:
    messages = [m for at, m in enumerate(view.folder.messages, 1) if at != number]
    return FolderView(replace(view.folder, messages=messages))
