"""A server that says what a test wrote down, whatever it is asked."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] ready\r\n"

Answer = Callable[[bytes, bytes], bytes]
"""From a command's tag and the rest of its line to the octets that are sent back."""


@dataclass
class ScriptedServer:
    """One answer for each kind of command; records every line that it was sent."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By the command's name in capitals (`UID FETCH`); else a plain OK."""
    greeting: bytes = GREETING
    capabilities: bytes = b"CAPABILITY IMAP4rev1 SASL-IR LITERAL+"
    lines: list[bytes] = field(default_factory=list)
    port: int = 0
    hangs_up: bool = False
    """Closes the connection behind an answer that has no tag."""

    def _answer(self, line: bytes) -> bytes:
        tag, _, rest = line.partition(b" ")
        words = rest.upper().split(b" ")
        name = b" ".join(words[:2] if words[0] == b"UID" else words[:1]).decode()
        if name in self.answers:
            return self.answers[name](tag, rest)
        if name == "CAPABILITY":
            return b"* " + self.capabilities + b"\r\n" + tag + b" OK done\r\n"
        if name == "EXAMINE":
            return b"* 3 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n" + tag + b" OK [READ-ONLY] done\r\n"
        return tag + b" OK done\r\n"

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.sendall(self.greeting)
            buffered = client.makefile("rb")
            while line := buffered.readline():
                line = line.rstrip(b"\r\n")
                self.lines.append(line)
                while literal := re.search(rb"\{(\d+)\+\}\Z", line):
                    line += buffered.read(int(literal[1])) + buffered.readline().rstrip(b"\r\n")
                answer = self._answer(line)
                client.sendall(answer)
                if self.hangs_up and line.partition(b" ")[0] not in answer:
                    return

    @contextlib.contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        """Listen on a free loopback port until the block ends."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        clients: list[socket.socket] = []

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    clients.append(client)
                    threading.Thread(target=self._serve, args=(client,), daemon=True).start()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()
            for client in clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
