"""A page on its way: rows come on a thread of the store and are read on the screen's."""

from __future__ import annotations

from collections.abc import Callable

from tuimail.imap.paging import Window
from tuimail.imap.summary import Summary


class PageArrival:
    """Collects the rows of one page; `on_change` is called, on the store's thread, after each."""

    def __init__(self, on_change: Callable[[PageArrival], None]) -> None:
        self._on_change = on_change
        # Replaced as a whole when the window changes, so that a reader never sees half of it.
        self._state: tuple[Window, dict[int, Summary]] | None = None
        self.share: float | None = None
        """How much of a search or a sort is done, where that is told; from 0 to 1."""

    def take_progress(self, done: int, goal: int) -> None:
        """The store's `on_progress`; whoever waits looks by itself."""
        self.share = done / goal if goal else None

    def take_row(self, window: Window, place: int, row: Summary) -> None:
        """The store's `on_row`: with another window, what came before is void."""
        if self._state is None or self._state[0] != window:
            self._state = (window, {})
        self._state[1][place] = row
        self._on_change(self)

    @property
    def window(self) -> Window | None:
        """Known from the first row on."""
        return self._state[0] if self._state else None

    def rows(self) -> list[Summary | None]:
        """A place for each message in the order shown; None where it has not arrived."""
        if self._state is None:
            return []
        window, arrived = self._state
        return [arrived.get(place) for place in range(window.last - window.first + 1)]
