"""Connections and the threads that use them, in two lanes.

Interactive work never queues behind bulk work: measured, a page behind an export waited 2.2 s
with one queue and 30 ms with two lanes, and the export took as long.

The threads are plain daemon threads. A ThreadPoolExecutor's hold the process until a blocked
read returns: behind a silent server quitting took 6 s, with daemon threads 0.5 s.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from typing import Any, Protocol

from tuimail.errors import (
    CommandRefused,
    ConnectError,
    ConnectionLost,
    DeadlineExceeded,
    ProtocolError,
    ServerBusy,
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
from tuimail.imap.job import Job, Lane, Request, T
from tuimail.imap.session import Session
from tuimail.imap.worker import Worker

BACK_OFF = (0.2, 1.0, 3.0)
"""Seconds before each new try to connect, once a connection was lost."""

LITTLE = 1.0
"""Seconds since it began in which work is left to its end when nobody waits for it any more: a
connection costs four round trips to open."""

Outcome = Callable[[], None]
"""Ends a request, once its connection is free again."""


class Connect(Protocol):
    """Opens a connection, and on it the folder that is needed first, if any."""

    def __call__(self, folder: bytes | None = None, /) -> Session: ...


class ConnectionPool:
    """Up to `size` connections, opened when there is work for them.

    `connect` opens one (Session.open with all but the folder filled in). With `keep_one_free`
    bulk work leaves one connection to interactive work, or takes turns where there is only one.
    """

    def __init__(
        self,
        connect: Connect,
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
        self._workers = [Worker() for _ in range(size)]
        self._waiting: dict[Lane, deque[Job[Any]]] = {lane: deque() for lane in Lane}
        self._closed = threading.Event()
        self._was_connected = False
        self._second_look: threading.Timer | None = None

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
            self._shut_abandoned()
            left = [job for waiting in self._waiting.values() for job in waiting]
            for waiting in self._waiting.values():
                waiting.clear()
            for worker in self._workers:
                worker.inbox.put(None)
                for job in (worker.job, worker.guest):
                    if job is not None:
                        job.request.abandoned = True
                if worker.session is not None:
                    worker.session.shutdown()
        for job in left:
            if job.started:
                job.request.set_exception(ConnectionLost("the mailbox was closed"))
            else:
                job.request.cancel()

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
            self._shut_abandoned()

    def _choose_worker(self, job: Job[Any]) -> Worker | None:
        idle = [worker for worker in self._workers if worker.idle]
        if job.lane is Lane.BULK and not self._bulk_may_start(idle):
            return None
        by_preference = sorted(
            idle,
            key=lambda worker: (
                not (worker.is_connected and worker.has_open(job.folder)),
                not worker.is_connected,
            ),
        )
        if job.lane is Lane.AHEAD:
            # The best one is left to whoever presses the next key.
            spare = by_preference[1:] if self._ahead_may_start(by_preference) else []
            return spare[0] if spare else None
        return by_preference[0] if by_preference else None

    def _ahead_may_start(self, idle: list[Worker]) -> bool:
        if not (self._keep_one_free and idle and idle[0].is_connected):
            return False
        return not any(w.job is not None and w.job.lane is Lane.AHEAD for w in self._workers)

    def _bulk_may_start(self, idle: list[Worker]) -> bool:
        if len(self._workers) == 1 or not self._keep_one_free:
            return bool(idle)
        running = sum(
            worker.job is not None and worker.job.lane is not Lane.INTERACTIVE
            for worker in self._workers
        )
        return running < len(self._workers) - 1

    def _start(self, worker: Worker, job: Job[Any]) -> None:
        worker.job = job
        if worker.thread is None:
            worker.thread = threading.Thread(
                target=self._work, args=(worker,), name="tuimail-imap", daemon=True
            )
            worker.thread.start()
        worker.inbox.put(job)

    def _shut_abandoned(self) -> None:
        """Shut the connections that have long been at something nobody waits for any more.

        A search through a million messages would go on for minutes, here or on the server. Bulk
        work ends by itself, at its next pause; what a person waits for is worth one such
        connection each.
        """
        if self._second_look is not None:
            self._second_look.cancel()
            self._second_look = None
        if self._closed.is_set():
            return
        needed = sum(not job.request.abandoned for job in self._waiting[Lane.INTERACTIVE])
        abandoned = [one for worker in self._workers if (one := worker.abandoned) is not None]
        waits: list[float] = []
        for job, session in sorted(abandoned, key=lambda one: one[0].lane is Lane.BULK):
            if job.lane is Lane.BULK and not needed:
                continue
            wait = job.began + LITTLE - time.monotonic()
            if wait > 0:
                waits.append(wait)
                continue
            session.shutdown()
            needed = max(0, needed - 1)
        if waits:
            self._second_look = threading.Timer(min(waits), self._dispatch)
            self._second_look.daemon = True
            self._second_look.start()

    # --- on the worker's thread

    def _work(self, worker: Worker) -> None:
        while (job := worker.inbox.get()) is not None:
            outcome: Outcome | None = None
            if job.start():
                try:
                    outcome = self._run(worker, job)
                except BaseException as error:  # noqa: BLE001 - a listener's fault must not hang it
                    outcome = partial(job.request.set_exception, error)
            # Free before the request ends: whoever waits for it may ask for more at once.
            with self._lock:
                worker.job = None
            if outcome is not None:
                outcome()
            # Dropped before waiting: a job holds on to what its caller handed in.
            del job, outcome
            self._dispatch()
        if worker.session is not None:
            worker.session.close()

    def _run(self, worker: Worker, job: Job[Any]) -> Outcome | None:
        """Run a job, on a second connection if need be; None when it was handed back."""
        pauses = iter(BACK_OFF)
        is_lost = False
        while True:
            was_connected = worker.is_connected
            try:
                session = self._open_session(worker, job.folder)
                if is_lost:
                    is_lost = False
                    self._publish(Reconnected())
                if job.request.abandoned and not self._closed.is_set():
                    # Left while connecting. From here on whoever leaves it finds the session.
                    raise CancelledError
                self._set_state(worker, ConnectionState.BUSY)
                result = self._run_on(worker, session, job)
            except (ConnectionLost, ConnectError) as fault:
                error = self._judge_refusal(fault) if isinstance(fault, SignInError) else fault
                self._drop_session(worker)
                if self._hand_back(worker, job, error):
                    return None
                if self._is_final(job, error, was_connected=was_connected, is_lost=is_lost):
                    return partial(job.request.set_exception, error)
                if isinstance(error, DeadlineExceeded):
                    # A line that died in silence; those that stand idle died with it.
                    self._drop_idle_sessions()
                pause = next(pauses, None)
                if pause is None:
                    return partial(job.request.set_exception, error)
                is_lost = True
                self._set_state(worker, ConnectionState.LOST)
                self._publish(Lost(str(error)))
                if self._closed.wait(pause):
                    return partial(job.request.set_exception, error)
            except BaseException as error:  # noqa: BLE001 - whoever awaits the request gets it
                self._rest(worker)
                return partial(job.request.set_exception, error)
            else:
                self._rest(worker)
                return partial(job.request.set_result, result)

    def _run_on(self, worker: Worker, session: Session, job: Job[T]) -> T:
        if job.lane is not Lane.BULK:
            return job.run(session, _go_on)

        def pause() -> None:
            if job.request.abandoned:
                raise CancelledError
            self._let_interactive_through(worker, session)
            session.compress_if_slow()

        session.compress_if_slow()
        return job.run(session, pause)

    def _let_interactive_through(self, worker: Worker, session: Session) -> None:
        """What a person waits for and no other connection has taken, between two slices of bulk.

        Its faults are not the bulk work's: a connection that it cost is merely lost to that.
        """
        while True:
            with self._lock:
                waiting = self._waiting[Lane.INTERACTIVE]
                guest = worker.guest = waiting.popleft() if waiting else None
            if guest is None:
                return
            if not guest.start():
                continue
            outcome: Outcome | None = None
            try:
                outcome = partial(guest.request.set_result, guest.run(session, _go_on))
            except ConnectionLost as error:
                if guest.retried or guest.request.abandoned or _would_happen_again(error):
                    outcome = partial(guest.request.set_exception, error)
                else:
                    guest.retried = True
                    with self._lock:
                        self._waiting[Lane.INTERACTIVE].appendleft(guest)
                raise ConnectionLost(str(error)) from error
            except BaseException as error:  # noqa: BLE001 - whoever awaits the request gets it
                outcome = partial(guest.request.set_exception, error)
            finally:
                worker.guest = None
                if outcome is not None:
                    outcome()

    def _open_session(self, worker: Worker, folder: bytes | None) -> Session:
        session = worker.session
        if session is not None:
            if not session.dead:
                return session
            # shut by somebody else; only this thread may give the socket back
            session.close()
        self._set_state(worker, ConnectionState.CONNECTING)
        session = self._connect(folder)
        self._prepare(session)
        with self._lock:
            self._was_connected = True
            worker.session = session
            if self._closed.is_set():
                session.shutdown()
        return session

    def _judge_refusal(self, error: SignInError) -> ConnectError:
        """Whoever was let in once is refused for a while only, unless it is for the password.

        Gmail says "Too many simultaneous connections" without a code.
        """
        refusal = error.__cause__
        code = refusal.code if isinstance(refusal, CommandRefused) else ""
        if not self._was_connected or code == "AUTHENTICATIONFAILED":
            return error
        return ServerBusy(str(error))

    def _hand_back(self, worker: Worker, job: Job[Any], error: Exception) -> bool:
        """Do with one connection fewer, when the server refused this one while others stand."""
        with self._lock:
            others = any(w.is_connected for w in self._workers if w is not worker)
            is_refusal = isinstance(error, ServerBusy | SignInError)
            if not is_refusal or not others or self._closed.is_set():
                return False
            self._workers.remove(worker)
            worker.inbox.put(None)
            self._waiting[job.lane].appendleft(job)
            size = len(self._workers)
        self._publish(Throttled(size, str(error)))
        self._publish(ConnectionsChanged())
        return True

    def _is_final(
        self, job: Job[Any], error: Exception, *, was_connected: bool, is_lost: bool
    ) -> bool:
        """Whether trying again is no use: nobody waits, or it would only happen again.

        The very first connection is not tried twice: the user is there and sees the reason.
        """
        if job.request.abandoned or job.lane is Lane.AHEAD:
            return True
        if isinstance(error, ProtocolError | SignInError):
            return True
        if isinstance(error, DeadlineExceeded):
            return not was_connected
        return isinstance(error, ConnectError) and not (is_lost or self._was_connected)

    def _drop_idle_sessions(self) -> None:
        with self._lock:
            for worker in self._workers:
                if worker.idle and worker.session is not None:
                    worker.session.shutdown()

    def _drop_session(self, worker: Worker) -> None:
        session, worker.session = worker.session, None
        if session is not None:
            session.close()
        self._set_state(worker, ConnectionState.CLOSED)

    def _rest(self, worker: Worker) -> None:
        connected = worker.is_connected
        self._set_state(worker, ConnectionState.IDLE if connected else ConnectionState.CLOSED)

    def _set_state(self, worker: Worker, state: ConnectionState) -> None:
        if worker.state is not state:
            worker.state = state
            self._publish(ConnectionsChanged())


def _would_happen_again(error: Exception) -> bool:
    return isinstance(error, ProtocolError | DeadlineExceeded)


def _go_on() -> None:
    """The pause of work that is short."""
