"""The protocol's sending and receiving end, once IMAPClient has opened the connection.

From here on IMAPClient reads nothing: its parser makes one call an octet and loses a whole batch
to one bad answer.
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tuimail.errors import CommandRefused, ConnectionLost, ProtocolError
from tuimail.imap.command import Command, Literal
from tuimail.imap.stream import BUFFER, SocketStream
from tuimail.text import safe_line

TIMEOUT = 30.0
"""Seconds until a command must have been answered, plus what its data takes at `SLOWEST`."""
SLOWEST = 2048
"""Octets a second under which a line counts as dead."""
LINE_LIMIT = 64 << 20
"""Octets of a line: the SEARCH answer of a folder of five million messages is 45 MB."""
LITERAL_LIMIT = 64 << 20
"""Octets of a literal that is kept in memory; a sink takes any size."""
_CHUNK = 1 << 16

_ANNOUNCEMENT = 24
"""Octets that `{SIZE+}` and CRLF can have together."""
_NUMBERED = re.compile(rb"\* (\d{1,10}) (FETCH|EXISTS|EXPUNGE|RECENT)\b", re.IGNORECASE)
_STATUS = re.compile(
    rb"(OK|NO|BAD|BYE|PREAUTH)(?: \[([^\]\r\n]*)\])?(?: ([^\r\n]*))?", re.IGNORECASE
)

Response = list[bytes]
"""One response as [line, literal, line, …]: a literal stands between the line that announced it
and the one that goes on; lines keep their CRLF. A literal that went into a sink is `b""` here."""


class Sink(Protocol):
    """Where a literal goes as it comes."""

    def write(self, octets: bytes, /) -> object: ...


Receive = Callable[[Response], bool | None]
"""Takes a FETCH, SEARCH, LIST … response; False passes it on to the next command in flight.

Dovecot answers commands that are in flight together in any order, and interleaved, so a response
belongs to whoever knows it and not to the oldest command."""
OpenSink = Callable[[Response, int], Sink | None]
"""Asked with the response so far and the literal's size; None keeps the literal in memory, unless
another command in flight has a sink for it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The tagged response that ended a command."""

    status: str
    """OK, NO or BAD."""
    code: bytes
    """What stood in brackets, without them: `READ-ONLY`; or empty."""
    text: str
    """The server's words, safe to show."""


@dataclass(eq=False, slots=True)
class Pending:
    """A command in flight."""

    tag: bytes
    command: Command
    receive: Receive | None
    open_sink: OpenSink | None
    timeout: float
    completion: Completion | None = None


class Listener:
    """What a wire tells besides the answers; a session fills these in."""

    def on_exists(self, total: int) -> None:
        """The selected folder now holds so many messages."""

    def on_expunge(self, number: int) -> None:
        """The message at this sequence number is gone; all behind it moved up by one."""

    def on_code(self, code: bytes, text: str) -> None:
        """An OK, NO or BAD came with a response code, tagged or not; untagged also without."""


@dataclass(eq=False)
class Wire:
    """One connection. One thread at a time may use it; `shutdown` may come from any.

    After any fault it is dead: what follows in the stream cannot be told apart any more.
    """

    sock: socket.socket
    leftover: bytes = b""
    listener: Listener = field(default_factory=Listener)
    literal_plus: bool = False
    dead: bool = False

    def __post_init__(self) -> None:
        self._stream = SocketStream(self.sock, self.leftover)
        self._file = self._stream.buffered()
        self._readline = self._file.readline
        self._in_flight: dict[bytes, Pending] = {}
        self._given_up: set[bytes] = set()
        self._count = 0
        self._continuations = 0
        self.farewell = ""
        """What the server said with BYE."""
        self._patience = TIMEOUT

    def run(
        self,
        command: Command,
        receive: Receive | None = None,
        open_sink: OpenSink | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> Completion:
        """Send one command and finish it: see `send` and `finish`."""
        return self.finish(self.send(command, receive, open_sink, timeout=timeout))

    def send(
        self,
        command: Command,
        receive: Receive | None = None,
        open_sink: OpenSink | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> Pending:
        """Send a command; several may be in flight, each of them is to be finished.

        Raises ConnectionLost and DeadlineExceeded; with a literal the server may refuse it
        before the end (CommandRefused).
        """
        self._count += 1
        tag = b"t%d" % self._count
        pending = Pending(tag, command, receive, open_sink, timeout)
        with self._dying_on_fault():
            is_alone = not (self._in_flight or self._given_up)
            self._in_flight[tag] = pending
            octets = tag + b" " + command.name
            for argument in command.arguments:
                octets += b" "
                if isinstance(argument, Literal):  # LITERAL- ends at 4,096 octets (RFC 7888, 5)
                    plus = b"+" if self.literal_plus and len(argument.octets) <= 4_096 else b""
                    octets += b"{%d%b}\r\n" % (len(argument.octets), plus)
                    if not plus:
                        self._stream.send_all(octets, pending.timeout)
                        octets = b""
                        if not self._wait_for_continuation(pending):
                            return pending
                    octets += argument.octets
                else:
                    octets += argument
            self._stream.send_all(octets + b"\r\n", pending.timeout, is_alone=is_alone)
        return pending

    def answer(self, pending: Pending, octets: bytes) -> None:
        """Wait for a continuation request of AUTHENTICATE and answer it with one line."""
        with self._dying_on_fault():
            if self._wait_for_continuation(pending):
                self._stream.send_all(octets + b"\r\n", pending.timeout)

    def finish(self, pending: Pending) -> Completion:
        """Read until this command has ended; earlier ones in flight end on the way.

        Raises CommandRefused on NO and BAD, ConnectionLost, DeadlineExceeded, ProtocolError, and
        whatever `receive` or the sink raised.
        """
        with self._dying_on_fault():
            # Counted from here: the answers before it in the stream had their own time.
            self._begin_waiting(pending)
            while pending.completion is None:
                self._read_response()
        completion = pending.completion
        if completion.status != "OK":
            # \r, \n and such are gone from the text; an empty one still needs a sentence.
            words = completion.text or "without a reason"
            raise CommandRefused(
                f"the server refused {pending.command.name.decode()}: {words}",
                status=completion.status,
                code=_first_word(completion.code),
            )
        return completion

    def reached(self, pending: Pending, later: Pending) -> bool:
        """Read until either has ended; False when the server dropped all before `later`."""
        with self._dying_on_fault():
            self._begin_waiting(pending)
            while pending.completion is None and later.completion is None:
                self._read_response()
            if pending.completion is None:
                # An answer that comes all the same is passed over.
                self._given_up.update(self._in_flight)
                self._in_flight.clear()
        return pending.completion is not None

    def settle(self) -> None:
        """Read until nothing is in flight; what came of each command `finish` still tells."""
        with self._dying_on_fault():
            while self._in_flight:
                self._begin_waiting(next(iter(self._in_flight.values())))
                before = len(self._in_flight)
                while len(self._in_flight) == before:
                    self._read_response()

    @property
    def is_slow(self) -> bool:
        """Whether the line has shown to be so slow that `compress` pays."""
        return self._stream.is_slow and not self._stream.is_deflated

    def compress(self) -> None:
        """Have both ends deflate what they send (RFC 4978). Raises as `run`."""
        # No answer may be on its way: its octets could not be told from deflated ones.
        self.settle()
        self.run(Command(b"COMPRESS", (b"DEFLATE",)))
        self._file = self._stream.begin_deflate(self._file)
        self._readline = self._file.readline

    def shutdown(self) -> None:
        """End the connection at once, from any thread: a blocked read returns."""
        self.dead = True
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown: it takes the TLS object from under a blocked reader.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back; from the thread that uses the wire."""
        self.shutdown()
        with contextlib.suppress(OSError):
            self.sock.close()

    def _read_response(self) -> None:
        parts = self._read_parts()
        line = parts[0]
        if line.startswith(b"* "):
            # The first test alone for most: a regular expression costs 0.5 us a row.
            if line.find(b" FETCH ", 2, 14) > 0 or not self._note_untagged(line):
                for pending in self._in_flight.values():
                    if pending.receive is not None and pending.receive(parts) is not False:
                        break
        elif line.startswith(b"+"):
            self._continuations += 1
        else:
            self._note_tagged(line)

    def _read_parts(self) -> Response:
        """One response; wanted data earn their command the time that they take at `SLOWEST`."""
        line = self._readline(LINE_LIMIT)
        parts = [line]
        while line[-3:] == b"}\r\n" and (size := _announced_size(parts[0], line)) is not None:
            parts += (self._read_literal(parts, size), line := self._readline(LINE_LIMIT))
            if len(parts) > 20_000:
                raise ProtocolError("the server's answer has more literals than make sense")
        if line[-1:] != b"\n":
            raise self._end_of_stream(line)
        return parts

    def _read_literal(self, parts: Response, size: int) -> bytes:
        if size <= _CHUNK:
            octets = self._file.read(size)
            if len(octets) < size:
                raise self._end_of_stream(octets)
            self._earn(size)
            sink = self._sink_for(parts, size)
            if sink is None:
                return octets
            sink.write(octets)
            return b""
        sink = self._sink_for(parts, size)
        if sink is None and size > LITERAL_LIMIT:
            raise ProtocolError(f"the server announced {size:,} octets where none are expected")
        kept = io.BytesIO()
        target = kept if sink is None else sink
        while size:
            octets = self._file.read1(min(size, BUFFER))
            if not octets:
                raise self._end_of_stream(b"")
            target.write(octets)
            size -= len(octets)
            self._earn(len(octets))
        return kept.getvalue()

    def _begin_waiting(self, pending: Pending) -> None:
        self._patience = pending.timeout
        self._stream.deadline = time.monotonic() + pending.timeout

    def _earn(self, octets: int) -> None:
        """Data that came put the deadline off, never further than silence is borne."""
        self._stream.deadline = min(
            self._stream.deadline + octets / SLOWEST, time.monotonic() + self._patience
        )

    def _sink_for(self, parts: Response, size: int) -> Sink | None:
        for pending in self._in_flight.values():
            if pending.open_sink is not None:
                sink = pending.open_sink(parts, size)
                if sink is not None:
                    return sink
        return None

    def _note_untagged(self, line: bytes) -> bool:
        """Route what is not an answer; True when it is used up."""
        if numbered := _NUMBERED.match(line):
            kind = numbered[2].upper()
            if kind == b"FETCH":
                return False
            if kind == b"EXISTS":
                self.listener.on_exists(int(numbered[1]))
            elif kind == b"EXPUNGE":
                self.listener.on_expunge(int(numbered[1]))
            return True
        status = _STATUS.match(line, 2)
        if status is None:
            return False
        text = _server_words(status[3])
        if status[1].upper() == b"BYE":
            self.farewell = text
        self.listener.on_code(status[2] or b"", text)
        return True

    def _note_tagged(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        if tag in self._given_up:
            self._given_up.discard(tag)
            return
        pending = self._in_flight.pop(tag, None)
        status = _STATUS.match(rest)
        if pending is None or status is None:
            raise ProtocolError("the server sent a line that answers no command")
        code, text = status[2] or b"", _server_words(status[3])
        pending.completion = Completion(status[1].decode().upper(), code, text)
        if code:
            self.listener.on_code(code, text)

    def _wait_for_continuation(self, pending: Pending) -> bool:
        self._begin_waiting(pending)
        self._continuations = 0
        while not self._continuations and pending.completion is None:
            self._read_response()
        return pending.completion is None

    def _end_of_stream(self, line: bytes) -> ConnectionLost:
        if self.dead:
            return ConnectionLost("the connection was closed")
        if len(line) >= LINE_LIMIT:
            return ProtocolError("the server sent a line without an end")
        if self.farewell:
            return ConnectionLost(f"the server closed the connection: {self.farewell}")
        return ConnectionLost("the server closed the connection")

    @contextlib.contextmanager
    def _dying_on_fault(self) -> Any:
        if self.dead:
            raise ConnectionLost("the connection was closed")
        try:
            yield
        except BaseException:
            self.close()
            raise


def _announced_size(first: bytes, line: bytes) -> int | None:
    """Octets of the literal that a line announces at its end, `{123}`; None when it does not.

    `first` is the response's first line: the words of a status response may end like that too.

    By hand: a regular expression looks through the whole line, 1 us a row.
    """
    if not first.startswith(b"* ") or _STATUS.match(first, 2):
        return None
    digits = line[line.rfind(b"{", -_ANNOUNCEMENT) + 1 : -3].removesuffix(b"+")
    return int(digits) if digits.isdigit() and len(digits) < _ANNOUNCEMENT - 5 else None


def _server_words(text: bytes | None) -> str:
    return safe_line((text or b"").decode("utf-8", "replace").strip(), 300)


def _first_word(code: bytes) -> str:
    return code.partition(b" ")[0].decode("ascii", "replace").upper()
