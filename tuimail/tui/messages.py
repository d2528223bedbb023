"""What the store's threads tell the screen.

Posting is the only thing that such a thread may do to the app; bursts coalesce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

from tuimail.imap.events import Alert, ConnectionsChanged, MessagesChanged, StoreEvent
from tuimail.imap.folder import FolderStatus
from tuimail.tui.arrival import PageArrival

if TYPE_CHECKING:
    from tuimail.export.message_files import SaveProgress
    from tuimail.export.plan import PlanProgress


@dataclass
class StoreReported(Message):
    """The store had something to tell."""

    event: StoreEvent

    def can_replace(self, message: Message) -> bool:
        if not isinstance(message, StoreReported):
            return False
        mine, other = self.event, message.event
        if isinstance(mine, MessagesChanged):
            return isinstance(other, MessagesChanged) and mine.folder == other.folder
        return isinstance(mine, ConnectionsChanged | Alert) and type(mine) is type(other)


def post_from_thread(pump: MessagePump, message: Message) -> None:
    """Post from a thread of the store; nothing happens when the app has already ended."""
    try:
        pump.post_message(message)
    except RuntimeError:
        # The event loop was closed between Textual's own check and the post: the app is gone,
        # and nobody is left to be told.
        return


@dataclass
class RowsArrived(Message):
    """Rows of a page that is on its way have come."""

    arrival: PageArrival
    """All of them so far."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RowsArrived) and message.arrival is self.arrival


@dataclass
class SaveProgressed(Message):
    """A running save has come further."""

    progress: SaveProgress
    """How far."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SaveProgressed)


@dataclass
class PlanProgressed(Message):
    """The plan of an export has come further."""

    progress: PlanProgress
    """How far."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, PlanProgressed)


@dataclass
class ExportProgressed(Message):
    """A running export has come further."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ExportProgressed)


@dataclass
class ExportWaits(Message):
    """The server has no time for a running export, or is gone; it goes on by itself."""

    sentence: str
    """Why, and for how long."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ExportWaits)


@dataclass
class ExportEnded(Message):
    """The export runs no more."""


@dataclass
class StatusesArrived(Message):
    """Counts of folders have come."""

    statuses: dict[bytes, FolderStatus]
    """By raw name, all of them so far."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StatusesArrived) and message.statuses is self.statuses
