"""How long an export bears with a server that has no time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tuimail.errors import CertificateError, CommandRefused, ConnectError, SignInError
from tuimail.imap.session import PASSING_CODES

PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)
"""Seconds before each new try, where the server has no time or is not there."""
MOST_LOSSES = 20
"""Messages in a row that fail alone by the server's fault: then it is not the messages."""


class Patience:
    """How long to wait for a server that has no time: longer each time, and not for ever."""

    def __init__(self, pauses: Sequence[float]) -> None:
        self._pauses = pauses
        self._next = iter(pauses)
        self._until = 0.0

    @property
    def seconds_left(self) -> float | None:
        """Of the pause; None when there is none."""
        left = self._until - time.monotonic()
        return left if left > 0 else None

    def begin_pause(self) -> float | None:
        """Wait, unless it does already; gives the seconds, None when it has waited enough."""
        if (left := self.seconds_left) is not None:
            return left
        pause = next(self._next, None)
        if pause is not None:
            self._until = time.monotonic() + pause
        return pause

    def renew(self) -> None:
        """The server has answered well."""
        self._next = iter(self._pauses)


def is_passing(error: BaseException) -> bool:
    """Whether the server may take the same later."""
    if isinstance(error, CommandRefused):
        return error.code in PASSING_CODES
    return isinstance(error, ConnectError) and not isinstance(error, CertificateError | SignInError)
