"""A proxy that proves how few round trips a client needs: it makes it wait for whole rounds."""

from __future__ import annotations

import contextlib
import re
import socket
from dataclasses import dataclass, field

from tests.servers.proxy import RecordingProxy

_TAGGED = re.compile(rb"^([A-Za-z]+\d+) (?:OK|NO|BAD) ", re.MULTILINE)
_COMMAND = re.compile(rb"([A-Za-z]+\d+) ((?:UID )?\w+)")


@dataclass
class RoundTripProxy(RecordingProxy):
    """For one connection, of a client that tags its commands with letters and a number.

    After the greeting the server's octets are held back until it has answered every command of the
    round; a client that waits for an answer before it sends the round's last command waits in vain,
    and its request ends with DeadlineExceeded. So no clock decides what is a round trip. Behind
    the last round all passes freely: compare `names` to see that nothing was sent there.
    """

    rounds: list[tuple[bytes, ...]] = field(default_factory=list)
    """Names of the commands that go out together, round by round; NOOP need not be told."""
    _greeted: bool = False

    @property
    def names(self) -> list[bytes]:
        """The commands' names, in the order in which they were sent."""
        return [name for _, name in self._sent_commands()]

    def _sent_commands(self) -> list[tuple[bytes, bytes]]:
        found = (_COMMAND.match(line) for line in bytes(self.sent).split(b"\r\n"))
        return [(one[1], one[2]) for one in found if one]

    def _copy(self, source: socket.socket, sink: socket.socket, upward: bool) -> None:
        if upward:
            super()._copy(source, sink, upward)
            return
        held, answered = b"", set[bytes]()
        with contextlib.suppress(OSError):
            while octets := source.recv(1 << 16):
                with self._lock:
                    self.received += len(octets)
                held += octets
                if self._may_pass(held, answered):
                    sink.sendall(held)
                    held = b""
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _may_pass(self, held: bytes, answered: set[bytes]) -> bool:
        """Whether the round under way is answered; `answered` are the tags of those before."""
        if not self._greeted:
            self._greeted = True
            return True
        if not self.rounds:
            return True
        done = set(_TAGGED.findall(held))
        with self._lock:
            sent = self._sent_commands()
        missing = list(self.rounds[0])
        for tag, name in sent:
            if tag in done and tag not in answered and name in missing:
                missing.remove(name)
        if missing:
            return False
        answered |= done
        del self.rounds[0]
        return True
