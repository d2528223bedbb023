"""Which message: the one identity that lasts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """A message for as long as its folder's UIDVALIDITY stands (RFC 9051, 2.3.1.1).

    Sequence numbers are no identity: they belong to one connection at one moment.
    """

    folder: bytes
    """The folder's raw name, as the server sent it."""
    uid_validity: int
    uid: int
