"""An archive server that plays Outlook.com, which is Exchange Online.

From Microsoft's [MS-STANXIMAP] and from logs of its answers in public bug reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.servers.archive import RecordingConnection, RecordingServer
from tests.servers.mailboxes import EPOCH
from tests.servers.structure import (
    EXTENSIONS,
    Body,
    Edit,
    edit_structure,
    is_multipart,
    media_type,
)
from tuimail.archive.command import Command
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.opened_message import OpenedMessage
from tuimail.archive.response import CommandError, bad, no

CAPABILITIES = (
    *("IMAP4", "IMAP4rev1", "AUTH=PLAIN", "AUTH=XOAUTH2", "SASL-IR", "UIDPLUS", "MOVE", "ID"),
    *("UNSELECT", "CLIENTACCESSRULES", "CLIENTNETWORKPRESENCELOCATION", "BACKENDAUTHENTICATE"),
    *("CHILDREN", "IDLE", "NAMESPACE", "LITERAL+"),
)
FOLDERS = (
    ("Archive", ()),
    ("Calendar", ()),
    ("Deleted Items", ("\\Trash",)),
    ("Drafts", ("\\Drafts",)),
    ("Junk Email", ("\\Junk",)),
    ("Outbox", ()),
    ("Projects", ("\\Noselect",)),
    ("Projects/Größe", ()),
    ("Sent Items", ("\\Sent",)),
)
"""Besides INBOX. Special uses are told though SPECIAL-USE is not among the capabilities."""

STORED_SIZE = 2_048
"""What the store needs for a message besides its octets: RFC822.SIZE is that of the store, unless
the administrator has asked for exact ones ([MS-STANXIMAP], V0040 and FETCH)."""


@dataclass(frozen=True, slots=True)
class OutlookMessage:
    """One message in the INBOX."""

    raw: bytes
    oddity: Edit = lambda part: part
    """What becomes of each part of its BODYSTRUCTURE."""
    flags: tuple[str, ...] = ()
    received: datetime | None = None
    """None: a minute after the message before it."""


class OutlookServer(RecordingServer):
    """Serves the messages in the INBOX; the other folders are empty."""

    def __init__(self, *messages: OutlookMessage, **options: Any) -> None:
        self.oddities: Sequence[Edit] = [message.oddity for message in messages]
        inbox = StoredFolder("INBOX", tuple(_store(messages)), uid_validity=14)
        others = (StoredFolder(name, (), attributes, 14) for name, attributes in FOLDERS)
        super().__init__(
            Mailbox((inbox, *others)),
            capabilities=CAPABILITIES,
            connection_class=_OutlookConnection,
            **options,
        )


class _OutlookConnection(RecordingConnection):
    server: OutlookServer

    @property
    def capabilities(self) -> str:
        return " ".join(CAPABILITIES)

    def greet(self) -> None:
        greeting = b"* OK The Microsoft Exchange IMAP4 service is ready. [TQBOADIAUABSADEANgBDAA==]"
        self.send_now(greeting + b"\r\n")

    def handle_login(self, command: Command) -> str:
        user, password = command.strings(2)
        if not self.server.is_password(user, password):
            raise no("LOGIN failed.")
        self.is_signed_in = True
        return "LOGIN completed."

    def handle_sort(self, _: Command) -> str:
        raise bad("Command Error. 12")

    handle_enable = handle_sort

    def handle_list(self, command: Command) -> str:
        if len(command.arguments) != 2:
            raise bad("Command Argument Error. 11")
        return super().handle_list(command)

    def send(self, data: bytes) -> None:
        # It does not quote what need not be quoted.
        super().send(data.replace(b'* LIST (\\HasNoChildren) "/" "INBOX"', _INBOX_LINE))

    def handle_status(self, command: Command) -> str:
        match command.arguments:
            case [_, list(items)] if b"SIZE" in items:
                raise bad("Command Argument Error. 11")
        try:
            return super().handle_status(command)
        except CommandError as error:
            if error.status == "BAD":
                raise
            name = command.arguments[0]
            assert isinstance(name, bytes)
            raise no(f"{name.decode()} doesn't exist.") from None

    def handle_examine(self, command: Command) -> str:
        super().handle_examine(command)
        assert self.view is not None
        lines = b"".join(self._waiting)
        self._waiting.clear()
        # No \Recent among the flags, and every message is new to each who looks.
        lines = lines.replace(rb"\Draft)", rb"\Draft $MDNSent)", 1)
        self.send(lines.replace(b"* 0 RECENT", b"* %d RECENT" % self.view.total))
        return "[READ-ONLY] EXAMINE completed."

    def handle_search(self, command: Command) -> str:
        match command.arguments:
            case [b"RETURN", *_]:
                raise bad("Command Argument Error. 11")
            case [b"CHARSET", bytes(charset), *_] if charset.upper() != b"US-ASCII":
                raise no("[BADCHARSET (US-ASCII)] The specified charset is not supported.")
        return super().handle_search(command)

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        row = super().write_row(view, number, items)
        return _SIZE.sub(lambda size: b"RFC822.SIZE %d" % (int(size[1]) + STORED_SIZE), row, 1)

    def open_message(self, view: FolderView, message: StoredMessage) -> OpenedMessage:
        opened = OpenedMessage(super().open_message(view, message).raw)
        oddity = self.server.oddities[message.uid - 1]
        vars(opened).update(body_structure=edit_structure(opened.body_structure, oddity))
        return opened


_INBOX_LINE = b'* LIST (\\Marked \\HasNoChildren) "/" INBOX'
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def _store(messages: Sequence[OutlookMessage]) -> Iterator[StoredMessage]:
    for uid, message in enumerate(messages, 1):
        received = message.received or EPOCH + timedelta(minutes=uid)
        yield StoredMessage(uid, partial(bytes, message.raw), received, message.flags)


# What has been seen of its BODYSTRUCTUREs


def without_extensions(part: Body) -> Body:
    """No disposition, so that names stand in Content-Type only."""
    return part[:-EXTENSIONS]


def without_dispositions(part: Body) -> Body:
    """NIL where a disposition was."""
    return [*part[:-3], b"NIL", *part[-2:]]


def with_bare_dispositions(part: Body) -> Body:
    """`"inline"` instead of `("inline" NIL)`."""
    match part[-3]:
        case [bytes(word), b"NIL"]:
            return [*part[:-3], word, *part[-2:]]
    return part


def with_description_as_disposition(part: Body) -> Body:
    """A multipart's Content-Description in the place of its disposition."""
    if not is_multipart(part):
        return part
    return [*part[:-3], b'"S/MIME Encrypted Message"', *part[-2:-1]]


def without_encodings(part: Body) -> Body:
    """The string NIL instead of an encoding."""
    return part if is_multipart(part) else [*part[:5], b'"NIL"', *part[6:]]


def with_messages_as_files(part: Body) -> Body:
    """A nested message is no message but application/octet-stream."""
    if is_multipart(part) or media_type(part) != b"message/rfc822":
        return part
    return [b'"application"', b'"octet-stream"', *part[2:7], *part[-EXTENSIONS:]]
