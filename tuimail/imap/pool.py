"""Connections and the threads that use them, in two lanes.

Interactive work never queues behind bulk work: measured, a page behind an export waited 2.2 s
with one queue and 30 ms with two lanes, and the export took as long.

The threads are plain daemon threads. A ThreadPoolExecutor's hold the process until a blocked
read returns: behind a silent server quitting took 6 s, with daemon threads 0.5 s.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from tuimail.errors import (
    ConnectError,
    ConnectionLost,
    DeadlineExceeded,
    ProtocolError,
    SignInError,
)
from tuimail.imap.events import (
    ConnectionsChanged,
    ConnectionState,
    Lost,
    Reconnected,
    StoreEvent,
    Throttled,
)
from tuimail.imap.session import Session

T = TypeVar("T")
Pause = Callable[[], None]

BACK_OFF = (0.2, 1.0, 3.0)
"""Seconds before each new try to connect, once a connection was lost."""


class Lane(Enum):
    """Who waits for it: a person, or nobody just now."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class Request(Future[T]):
    """The future of something that was asked of the server.

    `cancel` means "no longer wanted": a request that has not started is never sent. One that
    runs cannot be taken back (`cancel` says False); its result is dropped, and its connection is
    shut and opened anew as soon as somebody else needs it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.abandoned = False
        self.on_abandon: Callable[[], None] = lambda: None

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

    def start(self) -> bool:
        """Whether it is still wanted; from now on it cannot be cancelled."""
        if not self.started:
            self.started = self.request.set_running_or_notify_cancel()
        return self.started


class _Worker:
    """One thread and its connection, if it has one."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self.session: Session | None = None
        self.job: Job[Any] | None = None
        self.state = ConnectionState.CLOSED
        self.thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        return self.job is None

    def has_open(self, folder: bytes | None) -> bool:
        session = self.session
        if folder is None or session is None or session.dead:
            return False
        return session.has_open(folder)


class ConnectionPool:
    """Up to `size` connections, opened when there is work for them.

    `connect` opens one (Session.open with everything filled in). With `keep_one_free` bulk work
    leaves one connection to interactive work, or takes turns where there is only one.
    """

    def __init__(
        self,
        connect: Callable[[], Session],
        *,
        size: int,
        publish: Callable[[StoreEvent], None],
        prepare: Callable[[Session], None],
        keep_one_free: bool = True,
    ) -> None:
        self._connect = connect
        self._publish = publish
        self._prepare = prepare
        self._keep_one_free = keep_one_free
        self._lock = threading.RLock()
        self._workers = [_Worker() for _ in range(size)]
        self._waiting: dict[Lane, deque[Job[Any]]] = {lane: deque() for lane in Lane}
        self._closed = threading.Event()

    @property
    def states(self) -> tuple[ConnectionState, ...]:
        """One entry a connection."""
        with self._lock:
            return tuple(worker.state for worker in self._workers)

    def submit(self, job: Job[T]) -> Request[T]:
        """Queue a job; its request ends with the result or with an error of our tree."""
        job.request.on_abandon = self._dispatch
        with self._lock:
            if self._closed.is_set():
                job.request.cancel()
                return job.request
            self._waiting[job.lane].append(job)
        self._dispatch()
        return job.request

    def close(self) -> None:
        """End everything at once; never blocks."""
        with self._lock:
            self._closed.set()
            for waiting in self._waiting.values():
                for job in waiting:
                    job.request.cancel()
                waiting.clear()
            for worker in self._workers:
                worker.inbox.put(None)
                if worker.job is not None:
                    worker.job.request.abandoned = True
                if worker.session is not None:
                    worker.session.shutdown()

    # --- handing out work

    def _dispatch(self) -> None:
        with self._lock:
            for lane in Lane:
                waiting = self._waiting[lane]
                while waiting:
                    if waiting[0].request.cancelled():
                        waiting.popleft()
                        continue
                    worker = self._choose_worker(waiting[0])
                    if worker is None:
                        break
                    self._start(worker, waiting.popleft())
            if self._waiting[Lane.INTERACTIVE]:
                self._free_an_abandoned_worker()

    def _choose_worker(self, job: Job[Any]) -> _Worker | None:
        idle = [worker for worker in self._workers if worker.idle]
        if job.lane is Lane.BULK and not self._bulk_may_start(idle):
            return None
        by_preference = sorted(
            idle,
            key=lambda worker: (
                not worker.has_open(job.folder),
                worker.session is None or worker.session.dead,
            ),
        )
        return by_preference[0] if by_preference else None

    def _bulk_may_start(self, idle: list[_Worker]) -> bool:
        if len(self._workers) == 1 or not self._keep_one_free:
            return bool(idle)
        running = sum(
            worker.job is not None and worker.job.lane is Lane.BULK for worker in self._workers
        )
        return running < len(self._workers) - 1

    def _start(self, worker: _Worker, job: Job[Any]) -> None:
        worker.job = job
        if worker.thread is None:
            worker.thread = threading.Thread(
                target=self._work, args=(worker,), name="tuimail-imap", daemon=True
            )
            worker.thread.start()
        worker.inbox.put(job)

    def _free_an_abandoned_worker(self) -> None:
        for worker in self._workers:
            if worker.job is not None and worker.job.request.abandoned and worker.session:
                worker.session.shutdown()
                return

    # --- on the worker's thread

    def _work(self, worker: _Worker) -> None:
        while (job := worker.inbox.get()) is not None:
            if job.start():
                self._run(worker, job)
            with self._lock:
                worker.job = None
            # Dropped before waiting: a job holds on to what its caller handed in.
            del job
            self._dispatch()
        if worker.session is not None:
            worker.session.close()

    def _run(self, worker: _Worker, job: Job[Any]) -> None:
        retries = iter(BACK_OFF)
        lost = False
        while True:
            try:
                session = self._open_session(worker)
                if lost:
                    lost = False
                    self._publish(Reconnected())
                self._set_state(worker, ConnectionState.BUSY)
                result = self._run_on(session, job)
            except (ConnectionLost, ConnectError) as error:
                self._drop_session(worker)
                if self._hand_back(worker, job, error):
                    return
                wait = None if self._is_final(job, error, lost) else next(retries, None)
                if wait is None:
                    job.request.set_exception(error)
                    return
                lost = True
                self._set_state(worker, ConnectionState.LOST)
                self._publish(Lost(str(error)))
                if self._closed.wait(wait):
                    job.request.set_exception(error)
                    return
            except BaseException as error:  # noqa: BLE001 - whoever awaits the request gets it
                self._rest(worker)
                job.request.set_exception(error)
                return
            else:
                self._rest(worker)
                job.request.set_result(result)
                return

    def _run_on(self, session: Session, job: Job[T]) -> T:
        if job.lane is Lane.INTERACTIVE:
            return job.run(session, _go_on)
        return job.run(session, lambda: self._pause(job, session))

    def _pause(self, job: Job[Any], session: Session) -> None:
        if job.request.abandoned:
            raise CancelledError
        self._let_interactive_through(session)

    def _let_interactive_through(self, session: Session) -> None:
        """What a person waits for and no other connection has taken, between two slices of bulk."""
        while True:
            with self._lock:
                waiting = self._waiting[Lane.INTERACTIVE]
                if not waiting:
                    return
                job = waiting.popleft()
            if not job.start():
                continue
            try:
                result = job.run(session, _go_on)
            except ConnectionLost:
                # The connection's own job notices too, and opens a new one; the caller may ask
                # again then.
                job.request.set_exception(ConnectionLost("the connection was lost; ask again"))
                raise
            except BaseException as error:  # noqa: BLE001 - whoever awaits the request gets it
                job.request.set_exception(error)
            else:
                job.request.set_result(result)

    def _open_session(self, worker: _Worker) -> Session:
        session = worker.session
        if session is not None and not session.dead:
            return session
        self._set_state(worker, ConnectionState.CONNECTING)
        session = self._connect()
        self._prepare(session)
        with self._lock:
            worker.session = session
            if self._closed.is_set():
                session.shutdown()
        return session

    def _hand_back(self, worker: _Worker, job: Job[Any], error: Exception) -> bool:
        """One more connection was refused while others stand: do with one fewer."""
        with self._lock:
            others = [w for w in self._workers if w is not worker and w.session is not None]
            if not isinstance(error, ConnectError) or not others or self._closed.is_set():
                return False
            self._workers.remove(worker)
            worker.inbox.put(None)
            self._waiting[job.lane].appendleft(job)
            size = len(self._workers)
        self._publish(Throttled(size, str(error)))
        return True

    @staticmethod
    def _is_final(job: Job[Any], error: Exception, lost: bool) -> bool:
        """Whether trying again is no use: nobody waits, or the server would do the same again.

        A first connection that fails is final too: the user is there and sees the reason.
        """
        if job.request.abandoned or isinstance(
            error, DeadlineExceeded | ProtocolError | SignInError
        ):
            return True
        return isinstance(error, ConnectError) and not lost

    def _drop_session(self, worker: _Worker) -> None:
        session, worker.session = worker.session, None
        if session is not None:
            session.close()
        self._set_state(worker, ConnectionState.CLOSED)

    def _rest(self, worker: _Worker) -> None:
        alive = worker.session is not None and not worker.session.dead
        self._set_state(worker, ConnectionState.IDLE if alive else ConnectionState.CLOSED)

    def _set_state(self, worker: _Worker, state: ConnectionState) -> None:
        if worker.state is not state:
            worker.state = state
            self._publish(ConnectionsChanged(self.states))


def _go_on() -> None:
    """The pause of work that is short."""
