"""Who is told of what happens in a mailbox."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from tuimail.imap.events import StoreEvent


class Listeners:
    """Callbacks for events, on whichever thread these come up.

    The first who listens hears what came before, too: connections are opened ahead of the screen.
    """

    def __init__(self) -> None:
        self._callbacks: list[Callable[[StoreEvent], None]] = []
        self._unheard: deque[StoreEvent] = deque(maxlen=64)
        self._lock = threading.Lock()

    def add(self, callback: Callable[[StoreEvent], None]) -> None:
        with self._lock:
            self._callbacks.append(callback)
            unheard = tuple(self._unheard)
            self._unheard.clear()
        for event in unheard:
            callback(event)

    def publish(self, event: StoreEvent) -> None:
        with self._lock:
            if not self._callbacks:
                self._unheard.append(event)
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback(event)
