"""A loopback proxy that counts what passes and can cut the line."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class RecordingProxy:
    """Stands between a client and a server on a loopback port of its own."""

    target: int
    hidden: tuple[bytes, ...] = ()
    """Words that are cut out of what the server says: capabilities that nobody shall know of."""
    port: int = 0
    sent: bytearray = field(default_factory=bytearray)
    """Everything that clients said, of all connections, in the order in which it came."""
    received: int = 0
    """Octets that the server answered."""
    connections: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)
    _copiers: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def commands(self) -> list[bytes]:
        """The lines that clients sent, without their tags."""
        lines = bytes(self.sent).split(b"\r\n")
        return [line.partition(b" ")[2] for line in lines if b" " in line]

    def cut(self) -> None:
        """End every connection that stands."""
        with self._lock:
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def running(self) -> Iterator[RecordingProxy]:
        """Listen until the block ends."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        thread = threading.Thread(target=self._listen, args=(listener,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()
            self.cut()
            for copier in self._copiers:
                copier.join()
            for sock in self._sockets:
                sock.close()

    def _listen(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                with self._lock:
                    self.connections += 1
                    self._sockets += [client, server]
                for source, sink, upward in ((client, server, True), (server, client, False)):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    copier = threading.Thread(
                        target=self._copy, args=(source, sink, upward), daemon=True
                    )
                    self._copiers.append(copier)
                    copier.start()

    def _copy(self, source: socket.socket, sink: socket.socket, upward: bool) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(1 << 16):
                with self._lock:
                    if upward:
                        self.sent += octets
                    else:
                        self.received += len(octets)
                        for word in self.hidden:
                            octets = octets.replace(word, b"")
                sink.sendall(octets)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
