"""What a server says of itself, and how fast it answers. Nothing is changed by asking."""

from __future__ import annotations

import ssl
import statistics
import time
from dataclasses import dataclass

from tuimail.errors import CommandRefused
from tuimail.imap.command import Command, sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.session import Session
from tuimail.imap.tokens import read_pairs, read_tokens
from tuimail.imap.wire import Response
from tuimail.text import MailText

ROUND_TRIPS = 5
_LAST_MESSAGES = 50
_ENOUGH = 2 << 20
"""Octets that are fetched to measure the throughput: some seconds on a slow line."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """How fast whole messages came."""

    messages: int
    octets: int
    seconds: float


class _Counter:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.octets = 0

    def write(self, octets: bytes, /) -> None:
        self.octets += len(octets)


def ask_identity(session: Session) -> dict[str, MailText]:
    """What the server calls itself (RFC 2971): `name`, `version` …; empty where it does not say."""
    found: dict[str, MailText] = {}

    def receive(response: Response) -> bool:
        if response[0][:5].upper() != b"* ID ":
            return False
        (pairs,) = read_tokens(response, 5, single=True) or [None]
        for name, value in read_pairs(pairs if isinstance(pairs, list) else []).items():
            if isinstance(value, bytes):
                found[name.decode("ascii", "replace").lower()] = MailText(
                    value.decode("utf-8", "replace")
                )
        return True

    if "ID" in session.capabilities:
        try:
            session.run(Command(b"ID", (b"NIL",)), receive)
        except CommandRefused:
            return {}
    return found


def measure_round_trip(session: Session) -> float:
    """Seconds from a NOOP to its answer: the median of some."""
    taken = []
    for _ in range(ROUND_TRIPS):
        start = time.monotonic()
        session.look()
        taken.append(time.monotonic() - start)
    return statistics.median(taken)


def measure_throughput(session: Session) -> Throughput | None:
    """Fetch some of the last messages of the INBOX whole, and drop them; None when it is empty.

    Raises CommandRefused.
    """
    total = session.examine(b"INBOX").total
    if not total:
        return None
    sizes: dict[int, int] = {}

    def receive(response: Response) -> bool:
        row = Row.of(response)
        if row is None or row.uid is None or row.size is None:
            return False
        sizes[row.uid] = row.size
        return True

    numbers = b"%d:%d" % (max(1, total - _LAST_MESSAGES + 1), total)
    session.fetch(numbers, b"(UID RFC822.SIZE)", receive)
    chosen: list[int] = []
    octets = 0
    # The smallest first, so that one huge message does not make it wait for minutes.
    for uid, size in sorted(sizes.items(), key=lambda pair: pair[1]):
        if chosen and octets + size > _ENOUGH:
            break
        chosen.append(uid)
        octets += size
    if not chosen:
        return None
    counter = _Counter()
    start = time.monotonic()
    session.uid_fetch(
        sequence_set(chosen),
        b"(UID BODY.PEEK[])",
        lambda response: Row.of(response) is not None,
        lambda _response, _size: counter,
    )
    return Throughput(len(chosen), counter.octets, time.monotonic() - start)


def protection(session: Session) -> str:
    """`TLSv1.3`; empty where nothing protects the connection."""
    version: str | None = None
    if isinstance(session.wire.sock, ssl.SSLSocket):
        version = session.wire.sock.version()
    return version or ""
