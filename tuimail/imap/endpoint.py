"""Where to connect, how, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Security(Enum):
    """What protects the connection."""

    TLS = "tls"
    """From the first octet (RFC 8314)."""
    STARTTLS = "starttls"
    """After the greeting; required, never skipped when it is not offered."""
    PLAIN = "plain"
    """Nothing; for loopback."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server and a user."""

    host: str
    port: int
    security: Security
    user: str

    @property
    def shown(self) -> str:
        """`user@host`, for the status line and questions."""
        return f"{self.user}@{self.host}"
