"""What a plan asks the server, and asks again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from tuimail.errors import CommandRefused, ConnectError, ConnectionLost, ServerBusy
from tuimail.export.background import pause_for, wait_for
from tuimail.export.patience import MOST_LOSSES, Patience, is_passing
from tuimail.imap.job import Request

T = TypeVar("T")


class Questions:
    """Waits for answers, and bears with a server that has no time; one thread uses it.

    Once nobody wants the whole (`wanted`), it raises CancelledError.
    """

    def __init__(
        self,
        pauses: Sequence[float],
        wanted: Request[Any] | None,
        on_waits: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._patience = Patience(pauses)
        self._wanted = wanted
        self._on_waits = on_waits
        self._losses = 0
        self._was_answered = False

    @property
    def is_hopeless(self) -> bool:
        """Whether so many answers in a row were lost that the next will be, too."""
        return self._losses >= MOST_LOSSES

    def count_loss(self, error: ConnectionLost) -> None:
        """A question that could not be made smaller cost a connection; raises what ends it."""
        self._losses += 1
        if self.is_hopeless:
            raise error

    def count_answer(self) -> None:
        """The server tells of messages."""
        self._losses = 0

    def require_wanted(self) -> None:
        """Raise CancelledError once nobody wants the whole: for work that waits for no answer."""
        if self._wanted is not None and self._wanted.abandoned:
            raise CancelledError

    def answer(self, send: Callable[[], Request[T]], sent: Request[T] | None = None) -> T:
        """The answer to a question that was `sent` already, or is now, and anew after a pause.

        Raises what the request ends with.
        """
        while True:
            try:
                answer = wait_for(sent or send(), self._wanted)
            except (CommandRefused, ConnectError) as error:
                pause = self._patience.begin_pause() if self._may_pass(error) else None
                if pause is None:
                    raise
                self._on_waits(f"{error}; going on in {pause:.0f} seconds")
                pause_for(pause, self._wanted)
                sent = None
            else:
                self._patience.renew()
                self._was_answered = True
                return answer

    def _may_pass(self, error: CommandRefused | ConnectError) -> bool:
        """Whether to ask again later. Where nobody has answered yet, the address may be wrong."""
        is_known = self._was_answered or isinstance(error, CommandRefused | ServerBusy)
        return is_known and is_passing(error)
