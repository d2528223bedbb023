"""STATUS of many folders at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from tuimail.errors import CommandForbidden, CommandRefused
from tuimail.imap.command import Command, astring
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.listing import read_status
from tuimail.imap.session import Session
from tuimail.imap.wire import Pending, Response

STATUS_BURST = 1 << 16
"""Octets of commands sent before their answers are read, 500 folders or more; what the buffers of
both ends do not hold could fill both directions and stand still."""

OnStatus = Callable[[Folder, FolderStatus], None]


def ask_statuses(
    session: Session,
    folders: Sequence[Folder],
    on_status: OnStatus,
    *,
    with_size: bool = False,
) -> None:
    """STATUS of each folder, all commands in one burst; one that is refused is left out.

    The size needs STATUS=SIZE (RFC 8438), and may cost the server a look at each message.
    """
    by_name = {folder.raw_name: folder for folder in folders}

    def receive(response: Response) -> None:
        name, status = read_status(response)
        if name in by_name:
            on_status(by_name[name], status)

    size = b" SIZE" if with_size else b""
    items = b"(MESSAGES UNSEEN RECENT UIDNEXT UIDVALIDITY%b)" % size
    names, burst, octets = list(by_name), list[Pending](), 0
    for name in names:
        command = _status(name, items)
        if command is not None:
            burst.append(session.wire.send(command, receive))
            octets += len(name) + len(items) + 20
        if octets >= STATUS_BURST or name is names[-1]:
            for pending in burst:
                # One folder that cannot be told of costs only its own counts.
                with contextlib.suppress(CommandRefused):
                    session.finish(pending)
            burst, octets = [], 0


def _status(folder: bytes, items: bytes) -> Command | None:
    """None for a name with a line break in it, which LIST can tell of and nothing can ask for."""
    try:
        return Command(b"STATUS", (astring(folder), items))
    except CommandForbidden:
        return None
