"""What is not as the ledger of an export says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What is different; the value is the word in the output."""

    # of the files
    MISSING = "missing"
    """A file is not where it was saved."""
    ALTERED = "altered"
    """A file does not hold what was saved."""
    UNREADABLE = "unreadable"
    """A file or a folder cannot be read, so nothing is known of it."""
    UNKNOWN = "unknown"
    """A file that the export did not write."""
    # of the ledger itself
    FAILED = "failed"
    """A message, or a folder, could not be saved."""
    SHORT = "short"
    """A message came shorter than the server told of, and was saved so."""
    UNFINISHED = "unfinished"
    """Messages were asked for and have not come."""
    # of the server
    NEW = "new"
    """A message, or a folder, that the export has not."""
    GONE = "gone"
    """A message, or a folder, that the server no longer has."""
    CHANGED = "changed"
    """A message is another one on the server, or a folder was made anew."""
    UNCHECKED = "unchecked"
    """The server did not let itself be asked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference."""

    kind: Kind
    sentence: str
    folder: str | None = None
    """The server's name of the folder exactly as decoded; None where only a path is known."""
    uid_validity: int | None = None
    uid: int | None = None
    path: str | None = None
    """Relative to the export, as the disk has it: octets that are no UTF-8 are surrogates."""
