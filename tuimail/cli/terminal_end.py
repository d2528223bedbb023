"""The end of a terminal of which no SIGHUP tells, as under nohup or in a session of its own."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time

from tuimail.cli.status import INTERRUPTED

_PATIENCE = 5.0
"""Seconds to put away what there is. Textual may wait for ever for its thread that writes, which
the dead terminal has ended."""


def end_with_terminal() -> None:
    """End this process as SIGHUP would once the terminal behind stdin is gone.

    Textual 8.2 reads its end again and again, with a whole processor, for ever.
    """
    threading.Thread(target=_await_end, name="tuimail-terminal", daemon=True).start()


def _await_end() -> None:
    poll = select.poll()
    poll.register(sys.stdin.fileno(), 0)  # that it hung up is always told
    if any(event & select.POLLHUP for _, event in poll.poll()):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_PATIENCE)
        os._exit(INTERRUPTED)
