"""What a store hands out: a page of a folder, and a part of a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tuimail.imap.folder import Folder
from tuimail.imap.paging import Order, Window
from tuimail.imap.summary import Summary

if TYPE_CHECKING:
    from tuimail.imap.search import UidArray


@dataclass(frozen=True, slots=True)
class Result:
    """Every message that was found or sorted, ascending, and the UIDVALIDITY of its UIDs."""

    uid_validity: int
    uids: UidArray


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was when it was fetched; it does not change when the folder does."""

    folder: Folder
    uid_validity: int
    order: Order
    window: Window
    summaries: tuple[Summary, ...]
    """In the order shown."""
    result: Result | None = None
    """Handed back with the next page, nothing is searched or sorted again. None for a page in
    order of arrival, and where the server keeps the order."""


@dataclass(frozen=True, slots=True)
class JoinedPage:
    """A page of several folders, one behind another, each in the same order."""

    order: Order
    window: Window
    summaries: tuple[Summary, ...]
    """In the order shown; `identity.folder` says which folder each is of."""
    results: Mapping[bytes, Result] | None = None
    """As `Page.result`, by the folder's raw name."""
    refused: Mapping[bytes, str] = field(default_factory=dict)
    """A sentence for each folder that could not be opened, by its raw name."""


@dataclass(frozen=True, slots=True)
class FetchedPart:
    """A body part as the server holds it."""

    mime: bytes
    """Its MIME header block (RFC 9051, 6.4.5.1, `MIME`); the message's header for a message that
    is one part."""
    body: bytes
    """Still in its Content-Transfer-Encoding."""
