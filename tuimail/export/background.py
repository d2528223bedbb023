"""Work on files that goes on while somebody waits for it, or does not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from tuimail.imap.job import Request

T = TypeVar("T")


def run_in_background(work: Callable[[Request[T]], T]) -> Request[T]:
    """Start `work` and answer at once; `work` gets the request, to see whether it is wanted.

    A thread of its own, since neither the screen nor a connection may wait for the other; a
    daemon, so that it holds nobody who quits.
    """
    request: Request[T] = Request()

    def run() -> None:
        if request.set_running_or_notify_cancel():
            try:
                result = work(request)
            except BaseException as error:  # noqa: BLE001 - whoever awaits the request gets it
                request.set_exception(error)
            else:
                request.set_result(result)

    threading.Thread(target=run, name="tuimail-save", daemon=True).start()
    return request


def wait_for(step: Request[T], request: Request[Any] | None) -> T:
    """The result of one step of the work; raises CancelledError once nobody wants the whole.

    Without a `request`, somebody waits for the whole in this thread.
    """
    if request is None:
        return step.result()
    over = threading.Event()
    step.add_done_callback(lambda _: over.set())

    def abandon() -> None:
        step.cancel()
        over.set()

    request.on_abandon = abandon
    if request.abandoned:
        abandon()
    over.wait()
    if request.abandoned:
        raise CancelledError
    return step.result()


def pause_for(seconds: float, request: Request[Any] | None) -> None:
    """Let time pass; raises CancelledError once nobody wants the whole."""
    over = threading.Event()
    if request is not None:
        request.on_abandon = over.set
    if (request is not None and request.abandoned) or over.wait(seconds):
        raise CancelledError
