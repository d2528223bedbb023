"""Every folder with its counts, in one command where the server can (RFC 5819)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from tuimail.errors import CommandRefused
from tuimail.imap.command import Command
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.listing import read_list, read_status
from tuimail.imap.session import Session
from tuimail.imap.statuses import ask_statuses
from tuimail.imap.wire import Response

_SUBSCRIBED = "\\Subscribed"


@dataclass(frozen=True, slots=True)
class CountedFolder:
    """A folder, what it holds, and whether the user's client is to show it."""

    folder: Folder
    status: FolderStatus
    subscribed: bool | None
    """None where the server does not say."""


def list_counted_folders(session: Session) -> tuple[CountedFolder, ...]:
    """Every folder, in the server's order. Raises CommandRefused."""
    if session.capabilities >= {"LIST-EXTENDED", "LIST-STATUS"}:
        # Whoever promises an extension and refuses it is asked in the old way.
        with contextlib.suppress(CommandRefused):
            return _list_with_status(session)
    return _list_then_ask(session)


def _list_with_status(session: Session) -> tuple[CountedFolder, ...]:
    special_use = b" SPECIAL-USE" if "SPECIAL-USE" in session.capabilities else b""
    size = b" SIZE" if "STATUS=SIZE" in session.capabilities else b""
    options = b"(SUBSCRIBED CHILDREN%b STATUS (MESSAGES UNSEEN RECENT UIDNEXT UIDVALIDITY%b))"
    found: list[Folder] = []
    statuses: dict[bytes, FolderStatus] = {}

    def receive(response: Response) -> None:
        found.extend(read_list(response))
        if response[0][:9].upper() == b"* STATUS ":
            name, status = read_status(response)
            statuses[name] = status

    arguments = (b'""', b'"*"', b"RETURN", options % (special_use, size))
    session.run(Command(b"LIST", arguments), receive)
    return tuple(
        CountedFolder(
            # An answer to our question rather than an attribute: other servers tell by LSUB.
            replace(folder, attributes=tuple(a for a in folder.attributes if a != _SUBSCRIBED)),
            statuses.get(folder.raw_name, FolderStatus()),
            folder.has_attribute(_SUBSCRIBED),
        )
        for folder in found
    )


def _list_then_ask(session: Session) -> tuple[CountedFolder, ...]:
    found: list[Folder] = []
    subscribed: list[Folder] = []
    # In one round trip; each of them knows its own answers.
    listing = session.wire.send(Command(b"LIST", (b'""', b'"*"')), _collect(found, b"* LIST "))
    lsub = session.wire.send(Command(b"LSUB", (b'""', b'"*"')), _collect(subscribed, b"* LSUB "))
    session.finish(listing)
    names: set[bytes] | None = None
    # LSUB is obsolete (RFC 9051, F), and a server may have dropped it.
    with contextlib.suppress(CommandRefused):
        session.finish(lsub)
        names = {folder.raw_name for folder in subscribed}
    statuses: dict[bytes, FolderStatus] = {}

    def keep(folder: Folder, status: FolderStatus) -> None:
        statuses[folder.raw_name] = status

    ask_statuses(
        session,
        [folder for folder in found if folder.selectable],
        keep,
        with_size="STATUS=SIZE" in session.capabilities,
    )
    return tuple(
        CountedFolder(
            folder,
            statuses.get(folder.raw_name, FolderStatus()),
            None if names is None else folder.raw_name in names,
        )
        for folder in found
    )


def _collect(folders: list[Folder], beginning: bytes) -> Callable[[Response], bool]:
    def receive(response: Response) -> bool:
        if response[0][: len(beginning)].upper() != beginning:
            return False
        folders.extend(read_list(response))
        return True

    return receive
