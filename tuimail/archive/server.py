"""A small read-only IMAP4rev1 server on the loopback interface."""

from __future__ import annotations

import contextlib
import hmac
import secrets
import socket
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tuimail.archive.connection import Connection
from tuimail.archive.folder_list import FolderTree
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.opened_message import MessageCache

CAPABILITIES = (
    *("IMAP4rev1", "SASL-IR", "LITERAL+", "ID", "ENABLE", "IDLE", "NAMESPACE", "UNSELECT"),
    *("CHILDREN", "LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "STATUS=SIZE"),
    *("ESEARCH", "SORT", "ESORT"),
)
"""What a client is told that it may ask for."""

_HOST = "127.0.0.1"
_PATIENCE = 2.0
"""Seconds to wait for a client's thread; one that reads a huge folder ends with the process."""


class ArchiveServer:
    """Serves a mailbox until it is closed: one daemon thread listens, one serves each client.

    `start()` binds a free port of 127.0.0.1; raises OSError where there is none.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        user: str = "demo",
        password: str | None = None,
        capabilities: Sequence[str] = CAPABILITIES,
        connection_class: type[Connection] = Connection,
    ) -> None:
        """`password` is a random one unless given. `capabilities` only tells what is announced."""
        self.tree = FolderTree(tuple(mailbox.folders))
        self.messages = MessageCache()
        self.user = user
        self.password = secrets.token_urlsafe() if password is None else password
        self.capabilities = tuple(capabilities)
        self.closing = threading.Event()
        self._connection_class = connection_class
        self._listener: socket.socket | None = None
        self._views: dict[str, FolderView] = {}
        self._sizes: dict[str, int] = {}
        self._lock = threading.Lock()
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; the server has been started."""
        assert self._listener is not None
        return int(self._listener.getsockname()[1])

    def start(self) -> Self:
        """Begin to listen."""
        self._listener = socket.create_server((_HOST, 0))
        self._thread = threading.Thread(target=self._listen, name="archive-listener", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Cut every connection and wait for the threads to end. May be called twice."""
        self.closing.set()
        if self._listener is None or self._thread is None:
            return
        # Waking a blocked accept by closing its socket is not portable; connecting is.
        with contextlib.suppress(OSError):
            socket.create_connection((_HOST, self.port)).close()
        self._thread.join()
        self._listener.close()
        self._listener = None
        with self._lock:
            clients = dict(self._clients)
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in clients.values():
            thread.join(_PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def is_password(self, user: bytes, password: bytes) -> bool:
        """Whether these sign in, in a time that tells nothing about the right ones."""
        right_user = hmac.compare_digest(user, self.user.encode())
        right_password = hmac.compare_digest(password, self.password.encode())
        return right_user and right_password

    def view(self, folder: StoredFolder) -> FolderView:
        """The folder's numbers, counted once."""
        view = self._views.get(folder.name)
        if view is None:
            view = self._views[folder.name] = FolderView(folder)
        return view

    def measure(self, view: FolderView) -> int:
        """The octets of all messages of a folder. Loads every message, once."""
        name = view.folder.name
        if name not in self._sizes:
            self._sizes[name] = sum(len(message.load()) for message in view.folder.messages)
        return self._sizes[name]

    def _listen(self) -> None:
        assert self._listener is not None
        while True:
            client, _ = self._listener.accept()
            if self.closing.is_set():
                client.close()
                return
            with contextlib.suppress(OSError):  # macOS, of a client that is gone already
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(
                target=self._serve, args=(client,), name="archive-connection", daemon=True
            )
            with self._lock:
                self._clients[client] = thread
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client:
                self._connection_class(self, client).serve()
        finally:
            with self._lock:
                del self._clients[client]
