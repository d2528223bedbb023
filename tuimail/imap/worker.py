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
    def abandoned_job(self) -> Job[Any] | None:
        """What it is doing, if nobody waits for that any more."""
        doing = self.guest or self.job
        return doing if doing is not None and doing.request.abandoned else None

    def has_open(self, folder: bytes | None) -> bool:
        session = self.session
        return folder is not None and session is not None and session.has_open(folder)
