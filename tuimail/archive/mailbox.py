"""What an archive holds: folders of whole messages, in memory or read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message; `load` gives its raw octets, with CRLF line ends as IMAP wants them."""

    uid: int
    load: Callable[[], bytes]
    internal_date: datetime
    """With a zone."""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """One folder; its messages stand in order of UID, which is the order of arrival."""

    name: str
    """The full name, decoded, levels separated by `/`."""
    messages: Sequence[StoredMessage] = ()
    attributes: tuple[str, ...] = ()
    r"""RFC 6154 special uses and `\Noselect`; the server adds \HasChildren itself."""
    uid_validity: int = 1


@dataclass(frozen=True, slots=True)
class Mailbox:
    """All that one archive serves."""

    folders: Sequence[StoredFolder] = field(default_factory=tuple)
