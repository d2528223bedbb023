"""What is asked of a connection, and the future of its answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from tuimail.imap.session import Session

T = TypeVar("T")
Pause = Callable[[], None]

_LOOK_UP = 1.0
"""Seconds. Python handles a signal when its main thread runs, and a lock that is waited for without
an end keeps that from running once the signal has come."""


class Lane(Enum):
    """Who waits for it: a person, or nobody just now."""

    INTERACTIVE = "interactive"
    BULK = "bulk"
    AHEAD = "ahead"
    """What may be asked for next: one at a time, and only beside a connection that stands idle."""


class Request(Future[T]):
    """The future of something that was asked of the server.

    `cancel` means "no longer wanted": a request that has not started is never sent. One that
    runs cannot be taken back (`cancel` says False); its result is dropped, and if it does not end
    soon, its connection is shut, that of bulk work only when somebody else needs it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.abandoned = False
        self.on_abandon: Callable[[], None] = lambda: None

    def result(self, timeout: float | None = None) -> T:
        """As a Future's, but a Ctrl-C that came just before it began to wait is heard."""
        while timeout is None and not self.done():
            with suppress(TimeoutError):
                self.exception(_LOOK_UP)
        return super().result(timeout)

    def cancel(self) -> bool:
        if super().cancel():
            return True
        if not self.done():
            self.abandoned = True
            self.on_abandon()
        return False


@dataclass(eq=False)
class Job(Generic[T]):
    """Work for one connection. After a lost connection it is run a second time."""

    run: Callable[[Session, Pause], T]
    """Long work calls `pause` where others may go between, and can count on nothing after it: not
    on the folder that was open, nor on being wanted any more (`pause` raises CancelledError)."""
    lane: Lane
    request: Request[T]
    folder: bytes | None = None
    """The folder it needs open; a connection that has it open already is preferred."""
    started: bool = False
    began: float = math.inf
    """When it was started, by the monotonic clock."""
    retried: bool = False
    """Whether a lost connection has cost it one try already."""

    def start(self) -> bool:
        """Whether it is still wanted; from now on it cannot be cancelled."""
        if not self.started:
            self.began = time.monotonic()
            self.started = self.request.set_running_or_notify_cancel()
        return self.started
