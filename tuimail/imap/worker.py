"""One thread of a pool and its connection."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from tuimail.imap.events import ConnectionState
from tuimail.imap.job import Job, Lane
from tuimail.imap.session import Session

LITTLE = 1.0
"""Seconds that work may have taken to be left to its end when nobody waits for it any more; a
connection costs four round trips to open."""


class Worker:
    """One thread and its connection, if it has one."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self.session: Session | None = None
        self.job: Job[Any] | None = None
        self.guest: Job[Any] | None = None
        """Interactive work that goes between two slices of `job`."""
        self.state = ConnectionState.CLOSED
        self.thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        return self.job is None

    @property
    def is_connected(self) -> bool:
        return self.session is not None and not self.session.dead

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody waits any more for what it is doing."""
        doing = self.guest or self.job
        return doing is not None and doing.request.abandoned

    @property
    def is_wasted(self) -> bool:
        """Whether it has long been at something that nobody waits for any more.

        A search through a million messages would go on for minutes, here or on the server. Bulk
        work ends by itself, at its next pause.
        """
        doing = self.guest or self.job
        if doing is None or doing.lane is Lane.BULK or not doing.request.abandoned:
            return False
        return time.monotonic() - doing.began > LITTLE

    def has_open(self, folder: bytes | None) -> bool:
        session = self.session
        return folder is not None and session is not None and session.has_open(folder)
