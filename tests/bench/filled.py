"""Dovecot with mailboxes of all sizes, which can be kept from one run to the next."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

from tests.bench.mailboxes import (
    Sample,
    append_messages,
    make_small,
    make_varied,
    small_messages,
    varied_messages,
)
from tests.servers.dovecot import PASSWORD, Dovecot, running_dovecot

_MESSAGES_A_TASK = 500
_TASKS_AHEAD = 8


class Kind(StrEnum):
    """What the messages of a mailbox are like."""

    VARIED = "varied"
    """All shapes, 1 to 50 KB."""
    TINY = "tiny"
    """1 KB each."""
    LARGE = "large"
    """30 MB each."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The INBOX of a user of its own."""

    kind: Kind
    count: int

    @property
    def user(self) -> str:
        return f"{self.kind}{self.count}"


@dataclass(frozen=True, slots=True)
class FilledServer:
    """A running server, which fills a mailbox when it is first asked for."""

    server: Dovecot
    mail: Path

    @property
    def port(self) -> int:
        return self.server.port

    def fill(self, mailbox: Mailbox) -> float:
        """Make sure that a mailbox is full; gives the seconds that it took."""
        mark = self.mail / f"{mailbox.user}.filled"
        content = f"{_digest(mailbox.kind)}\n"
        if mark.exists():
            # The generator has changed since: nobody would know what was measured.
            assert mark.read_text() == content, f"{self.mail} holds other mail; empty it first"
            return 0.0
        begun = self.mail / f"{mailbox.user}.begun"
        if begun.exists():
            # An earlier run was stopped before it came to the end.
            shutil.rmtree(self.mail / mailbox.user, ignore_errors=True)
        assert not (self.mail / mailbox.user).exists(), f"{self.mail} holds mail of somebody else"
        begun.touch()
        started = time.perf_counter()
        large = mailbox.kind is Kind.LARGE
        samples = _large_messages(mailbox.count) if large else _make_ahead(mailbox)
        append_messages("127.0.0.1", self.port, mailbox.user, PASSWORD, "INBOX", samples)
        mark.write_text(content)
        begun.unlink()
        return time.perf_counter() - started


@contextlib.contextmanager
def filled_server(keep: Path | None) -> Iterator[FilledServer]:
    """Start a server of our own; its mail stays below `keep` when there is such a folder."""
    if keep is not None:
        keep = keep.resolve()
        keep.mkdir(parents=True, exist_ok=True)
    with running_dovecot(keep) as server:
        yield FilledServer(server, keep or server.base / "mail")


def _make_ahead(mailbox: Mailbox) -> Iterator[Sample]:
    """Messages that other processes make while the server saves those before.

    One connection appends them in their order: the newest message is the one with the highest
    number.
    """
    ahead: deque[Future[list[Sample]]] = deque()
    # Not forked: this process may have threads.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for first in range(1, mailbox.count + 1, _MESSAGES_A_TASK):
            last = min(mailbox.count, first + _MESSAGES_A_TASK - 1)
            ahead.append(pool.submit(_make_some, mailbox.kind, first, last))
            if len(ahead) > _TASKS_AHEAD:
                yield from ahead.popleft().result()
        for made in ahead:
            yield from made.result()


def _make_some(kind: Kind, first: int, last: int) -> list[Sample]:
    make = make_small if kind is Kind.TINY else make_varied
    return [make(number) for number in range(first, last + 1)]


def _large_messages(count: int) -> Iterator[Sample]:
    """Varied messages with 30 MB behind them."""
    line = b"x" * 76 + b"\r\n"
    for sample in varied_messages(count):
        header = sample.raw.partition(b"\r\nMIME-Version:")[0]
        yield sample._replace(raw=header + b"\r\n\r\n" + line * (30_000_000 // len(line)))


def _digest(kind: Kind) -> str:
    """Tells mail that was made by another version of the generator."""
    messages = small_messages if kind is Kind.TINY else varied_messages
    return f"{crc32(b''.join(sample.raw for sample in islice(messages(50), 50))):08x}"
