"""What a store tells whoever listens. Callbacks run on the store's threads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tuimail.text import MailText


class ConnectionState(Enum):
    """One connection's state, for the status line."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    IDLE = "idle"
    BUSY = "busy"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ConnectionsChanged:
    """A connection of the pool changed its state; `MailStore.connection_states` tells all, since
    what two threads would tell may come in either order."""


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """The server said EXISTS or EXPUNGE: the folder now holds `total` messages."""

    folder: bytes
    total: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection was lost and is being opened anew; `reason` is one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A connection that was lost is open again."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """The server allows fewer connections than were asked for; `size` are left."""

    size: int
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """The server's words that must be shown to the user (RFC 9051, 7.1, ALERT)."""

    text: MailText


StoreEvent = ConnectionsChanged | MessagesChanged | Lost | Reconnected | Throttled | Alert
