"""Rows that a store hands on before their page is whole."""

from __future__ import annotations

from tuimail.imap.paging import Window
from tuimail.imap.summary import Summary


class Came:
    """Takes them and puts them in their places."""

    def __init__(self) -> None:
        self.window: Window | None = None
        self._rows: dict[int, Summary] = {}

    def take_row(self, window: Window, place: int, row: Summary) -> None:
        """A store's `on_row`."""
        assert window == (self.window or window)
        assert place not in self._rows
        self.window = window
        self._rows[place] = row

    @property
    def order(self) -> list[int]:
        """The places in the order in which their rows came."""
        return list(self._rows)

    @property
    def page(self) -> tuple[Window | None, tuple[Summary, ...]]:
        return self.window, tuple(self._rows[place] for place in sorted(self._rows))
