"""Octets to and from a socket, no later than a deadline, deflated where both ends agreed to."""

from __future__ import annotations

import contextlib
import io
import math
import socket
import ssl
import time
import zlib
from typing import TYPE_CHECKING

from tuimail.errors import ConnectionLost, DeadlineExceeded

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 18
"""Octets; 58 MB of rows take 230 reads instead of 7,000 with Python's 8 KB."""
LATE = "the server did not answer in time"
SLOW_LINE = 4 << 20
"""Octets a second. At 20 Mbit/s deflating made 5,000 rows 2.2 times and 1,000 messages 2.4 times as
fast, at 5 Mbit/s 5.5 and 2.9 times; at 100 Mbit/s rows took 1.4 times as long, and messages on a
line without limit 10 times: Dovecot deflates no more than that."""
SHOWN_AFTER = 0.25
"""Seconds of waiting after which a line is judged."""
NEAR = 0.005
"""Seconds in which the server has answered on a line that counts as quick whatever comes later: a
server that is busy is slow too, and deflating would cost it more. Of 6 whole lists on loopback 2
were deflated without it. Lines that are both near and narrow are rare, and not deflated."""
_PROBES = {"TCP_KEEPIDLE": 30, "TCP_KEEPALIVE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 4}
"""After 30 seconds of silence one each 10 seconds; four without an answer end the connection.
(macOS calls the first TCP_KEEPALIVE.)"""
_RAW_DEFLATE = -zlib.MAX_WBITS
_DEFLATED_READ = 1 << 16


class SocketStream(io.RawIOBase):
    """The raw end under a BufferedReader, and the sending end; every read keeps to `deadline`.

    One deadline for the whole answer, not a time-out for each read: a server that sends an
    octet a second would otherwise never be late.
    """

    def __init__(self, sock: socket.socket, leftover: bytes = b"") -> None:
        super().__init__()
        with contextlib.suppress(OSError):
            # A search waited 44 ms for an acknowledgement without it, 0.1 ms with it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _probe_while_silent(sock)
        self._sock = sock
        self._leftover = leftover
        self._is_withheld = False
        self._inflate: zlib._Decompress | None = None
        self._deflate: zlib._Compress | None = None
        self._may_hold_more = False
        self._is_answering = False
        self._octets = 0
        self._waited = 0.0
        self._asked = math.nan
        self._nearest = math.inf
        self.deadline = time.monotonic()

    @property
    def is_deflated(self) -> bool:
        return self._inflate is not None

    @property
    def is_slow(self) -> bool:
        """Whether so much time went by between the octets of an answer that deflating would pay."""
        if self._nearest <= NEAR or self._waited <= SHOWN_AFTER:
            return False
        return self._octets <= SLOW_LINE * self._waited

    def buffered(self) -> io.BufferedReader:
        """A reader of what comes from now on."""
        return io.BufferedReader(self, BUFFER)

    def begin_deflate(self, reader: io.BufferedReader) -> io.BufferedReader:
        """From here on both ends send deflated octets (RFC 4978); a reader to go on with.

        What `reader` has read ahead is deflated already.
        """
        self._is_withheld = True
        self._leftover = reader.peek() + self._leftover
        reader.detach()  # or it would close this stream when it is forgotten
        self._is_withheld = False
        self._inflate = zlib.decompressobj(_RAW_DEFLATE)
        self._deflate = zlib.compressobj(wbits=_RAW_DEFLATE)
        return self.buffered()

    def send_all(self, octets: bytes, timeout: float, *, is_alone: bool = False) -> None:
        """Send it within so many seconds; `is_alone` where no answer is on its way, so that what
        comes next is this one's. Raises ConnectionLost and DeadlineExceeded.
        """
        if self._deflate is not None:
            octets = self._deflate.compress(octets) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._is_answering = False
        self._asked = time.monotonic() if is_alone else math.nan
        try:
            self._sock.settimeout(timeout)
            self._sock.sendall(octets)
        except TimeoutError:
            raise DeadlineExceeded(LATE) from None
        except OSError as error:
            raise ConnectionLost(_lost_sentence(error)) from error

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if self._is_withheld:
            return None
        view = memoryview(buffer).cast("B")
        if self._inflate is not None:
            return self._read_inflated(self._inflate, view)
        if self._leftover:
            taken = self._leftover[: len(view)]
            view[: len(taken)] = taken
            self._leftover = self._leftover[len(taken) :]
            return len(taken)
        return self._receive_into(view)

    def _read_inflated(self, inflate: zlib._Decompress, view: memoryview) -> int:
        while True:
            deflated = inflate.unconsumed_tail or self._leftover
            if not deflated and not self._may_hold_more:
                deflated = self._receive()
                if not deflated:
                    return 0
            self._leftover = b""
            try:
                # No more than there is room for: a few octets can stand for gigabytes.
                octets = inflate.decompress(deflated, len(view))
            except zlib.error:
                raise ConnectionLost("the connection was lost: it was deflated wrongly") from None
            # zlib keeps the end of a run that did not fit where `unconsumed_tail` does not show it.
            self._may_hold_more = len(octets) == len(view)
            if octets or inflate.eof:
                view[: len(octets)] = octets
                return len(octets)

    def _receive(self) -> bytes:
        buffer = bytearray(_DEFLATED_READ)
        return bytes(buffer[: self._receive_into(memoryview(buffer))])

    def _receive_into(self, view: memoryview) -> int:
        began = time.monotonic()
        if began >= self.deadline:
            raise DeadlineExceeded(LATE)
        try:
            self._sock.settimeout(self.deadline - began)
            octets = self._sock.recv_into(view)
        except TimeoutError:
            raise DeadlineExceeded(LATE) from None
        except OSError as error:
            raise ConnectionLost(_lost_sentence(error)) from error
        ended = time.monotonic()
        if self._is_answering:
            self._octets += octets
            self._waited += ended - began
        elif ended - self._asked < self._nearest:
            self._nearest = ended - self._asked
        # The time until an answer begins says nothing of how wide the line is.
        self._is_answering = True
        return octets


def _probe_while_silent(sock: socket.socket) -> None:
    """Let the system ask the other end's system whether it is there, once nothing was said for a
    while: a search may take minutes, and a line that died shall not count as one."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _PROBES.items():
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def read_ahead(sock: socket.socket, file: io.BufferedReader) -> bytes:
    """What a reader of this socket holds already, without waiting for more."""
    sock.setblocking(False)
    try:
        return bytes(file.peek())
    except (BlockingIOError, ssl.SSLWantReadError):
        return b""
    finally:
        sock.setblocking(True)


def _lost_sentence(error: OSError) -> str:
    """A sentence for a socket's error, without the library's numbers."""
    if isinstance(error, ssl.SSLError):
        return "the connection was lost: TLS broke off"
    reason = (error.strerror or "no reason given").lower()
    return f"the connection was lost: {reason}"
