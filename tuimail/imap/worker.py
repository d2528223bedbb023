"""One thread of a pool and its connection."""

from __future__ import annotations

import queue
import threading
from typing import Any

from tuimail.imap.events import ConnectionState
from tuimail.imap.job import Job
from tuimail.imap.session import Session


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
    def abandoned(self) -> tuple[Job[Any], Session] | None:
        """What it is doing, and on what, if nobody waits for that any more."""
        doing, session = self.guest or self.job, self.session
        if doing is None or session is None or not doing.request.abandoned:
            return None
        return doing, session

    def has_open(self, folder: bytes | None) -> bool:
        session = self.session
        return folder is not None and session is not None and session.has_open(folder)
