"""An end to tests that hang."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def patience(seconds: float = 60) -> Iterator[None]:
    """Raises TimeoutError when the block has not ended by then.

    For what would take minutes, or for ever, if it went wrong: far more than a busy machine needs
    when it goes right. How fast it is, tests/bench says.
    """

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done after {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
