"""The floor of every measurement: a client that only finds the ends of responses.

`python -m tests.bench.floor PORT USER PASSWORD COMMAND` opens the INBOX, sends the
command and prints the seconds to its end.
"""

from __future__ import annotations

import re
import socket
import sys
import time
from typing import Self

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class Floor:
    """One connection on a raw socket; nothing of an answer is kept or understood."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._sock.makefile("rb", 1 << 18)
        self._file.readline()
        self.run(f'LOGIN {user} "{password}"'.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        self._sock.close()

    def run(self, command: bytes) -> int:
        """Send a command and read to its end; gives the number of untagged responses."""
        self._sock.sendall(b"f " + command + b"\r\n")
        readline, read = self._file.readline, self._file.read
        responses = 0
        while True:
            line = readline()
            if not line:
                raise EOFError
            if line.startswith(b"f "):
                if not line.startswith(b"f OK"):
                    raise RuntimeError(line)
                return responses
            while line[-3:] == b"}\r\n" and (announced := _LITERAL.search(line)):
                read(int(announced[1]))
                line = readline()
            responses += 1


def main() -> None:
    """Sign in, work, tell."""
    port, user, password, command = sys.argv[1:5]
    with Floor(int(port), user, password) as floor:
        floor.run(b"EXAMINE INBOX")
        started = time.perf_counter()
        floor.run(command.encode())
        print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
