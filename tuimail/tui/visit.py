"""A page that was asked for, and where the cursor shall stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order
from tuimail.imap.summary import Summary

LAST_PAGE = 1 << 31
"""A page number past every end: the store answers with the last page."""


@dataclass(slots=True)
class Visit:
    """One wish to see a page of a folder."""

    folder: Folder
    number: int
    order: Order
    at_bottom: bool = False
    """Come in over the lower edge."""
    keep: Identity | None = None
    """Stay on this message if it is still there, else on its row."""
    row: int = 0
    shown: bool = False
    """Whether any of its rows stand on the screen."""

    def cursor(self, rows: Sequence[Summary | None]) -> int:
        """The row to start on."""
        if self.keep is not None:
            found = (i for i, row in enumerate(rows) if row and row.identity == self.keep)
            return next(found, self.row)
        return len(rows) - 1 if self.at_bottom else 0
