"""A client that shows what a server answered, octet by octet."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.archive import PASSWORD
from tuimail.archive.server import ArchiveServer

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class Client:
    """One connection; `ask` gives the whole answer to a command."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.stream = self.socket.makefile("rb")
        self.greeting = self.stream.readline()

    def ask(self, command: str | bytes) -> bytes:
        """Send `T COMMAND` and read up to its tagged answer."""
        self.send(command)
        return self.read_answer()

    def send(self, command: str | bytes) -> None:
        text = command.encode() if isinstance(command, str) else command
        self.socket.sendall(b"T " + text + b"\r\n")

    def read_answer(self) -> bytes:
        """Everything up to the tagged line; EOFError when the connection ends."""
        pieces: list[bytes] = []
        while True:
            line = self.read_line()
            pieces.append(line)
            literal = _LITERAL.search(line)
            if literal:
                pieces.append(self.stream.read(int(literal[1])))
            elif line.startswith(b"T "):
                return b"".join(pieces)

    def read_line(self) -> bytes:
        line = self.stream.readline()
        if not line:
            raise EOFError
        return line

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


@contextmanager
def connected(
    server: ArchiveServer, *, user: str = "demo", password: str = PASSWORD, folder: str = "INBOX"
) -> Iterator[Client]:
    """A client that has signed in, and examined a folder unless it is ""."""
    client = Client(server.port)
    try:
        assert client.ask(f"LOGIN {user} {password}").startswith(b"T OK")
        if folder:
            assert b"T OK" in client.ask(f'EXAMINE "{folder}"')
        yield client
    finally:
        client.close()
