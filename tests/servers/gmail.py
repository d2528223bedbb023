"""An archive server that plays Gmail.

From Google's page on its IMAP extensions, and from logs of its answers in public bug reports where
those differ from the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO

from tests.servers.archive import RecordingConnection, RecordingServer
from tests.servers.mailboxes import EPOCH
from tests.servers.structure import EXTENSIONS, Body, edit_structure, is_multipart
from tuimail.archive.command import Argument, Command, CommandReader
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.opened_message import OpenedMessage
from tuimail.archive.response import CommandError, bad, no
from tuimail.mail.entity import Entity
from tuimail.mail.mailbox_names import encode_mailbox_name

BEFORE_LOGIN = "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 AUTH=PLAIN"
CAPABILITIES = (
    *("IMAP4rev1", "UNSELECT", "IDLE", "NAMESPACE", "QUOTA", "ID", "XLIST", "CHILDREN"),
    *("X-GM-EXT-1", "UIDPLUS", "ENABLE", "MOVE", "CONDSTORE", "ESEARCH", "UTF8=ACCEPT"),
    *("LIST-EXTENDED", "LIST-STATUS", "LITERAL-", "SPECIAL-USE", "APPENDLIMIT=35651584"),
)
"""After signing in. No SORT, no THREAD, no STATUS=SIZE."""

ENGLISH = {
    "\\All": "All Mail",
    "\\Drafts": "Drafts",
    "\\Important": "Important",
    "\\Sent": "Sent Mail",
    "\\Junk": "Spam",
    "\\Flagged": "Starred",
    "\\Trash": "Trash",
}
"""The folders below `[Gmail]`, by special use."""
RUSSIAN = {
    "\\All": "Вся почта",
    "\\Drafts": "Черновики",
    "\\Important": "Важное",
    "\\Sent": "Отправленные",
    "\\Junk": "Спам",
    "\\Flagged": "Помеченные",
    "\\Trash": "Корзина",
}

FIRST_ID = 1_278_455_344_230_334_865
"""X-GM-MSGID of the first message; the next ones count on. More than a double can tell apart."""

# Labels as X-GM-LABELS calls them, whatever the language, with the folders that show them.
_FOLDER_LABELS = {
    "\\Important": "\\Important",
    "\\Sent": "\\Sent",
    "\\Flagged": "\\Starred",
    "\\Drafts": "\\Draft",
    "\\Junk": "\\Spam",
    "\\Trash": "\\Trash",
}
_HIDDEN = frozenset({"\\Spam", "\\Trash"})
"""Not in All Mail."""
# In the order of Gmail's rows.
_ITEMS = (b"UID", b"RFC822.SIZE", b"MODSEQ", b"INTERNALDATE", b"FLAGS", b"ENVELOPE")
_EXTENSIONS = (b"X-GM-THRID", b"X-GM-MSGID", b"X-GM-LABELS")
# Gmail takes `[` and `]` for letters of an atom, which they are not.
_LABEL_ATOM = re.compile(rb'[^ ()"\\{%*]+')
_TERM = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
_LITERAL_LIMIT = 4_096
"""RFC 7888, 5: LITERAL-."""


@dataclass(frozen=True, slots=True)
class GmailMessage:
    """One message, which every one of its labels shows in a folder."""

    raw: bytes
    labels: tuple[str | None, ...] = ("\\Inbox",)
    r"""`\Inbox`, `\Starred` …, or the user's own; None is sent as NIL."""
    flags: tuple[str, ...] = ()
    thread: int | None = None
    """The number of the message that began the conversation, from 1; None is this one's."""
    structure: bytes | None = None
    """What Gmail sends for its BODYSTRUCTURE, where that is not what it should be."""


class GmailServer(RecordingServer):
    """Serves messages, in the order in which they came, in the folders of their labels."""

    def __init__(
        self,
        *messages: GmailMessage,
        language: Mapping[str, str] = ENGLISH,
        max_connections: int = 15,
        **options: Any,
    ) -> None:
        self.numbered = dict(enumerate(messages, 1))
        self.folder_labels: dict[str, str | None] = {}
        """By folder; None for All Mail."""
        self.places: dict[tuple[str, int], int] = {}
        """The number of the message at a folder and UID."""
        self.max_connections = max_connections
        self.signed_in = 0
        mailbox = Mailbox(tuple(self._folders(language)))
        super().__init__(
            mailbox, capabilities=CAPABILITIES, connection_class=_GmailConnection, **options
        )

    def _folders(self, language: Mapping[str, str]) -> Iterator[StoredFolder]:
        used = {label for message in self.numbered.values() for label in message.labels}
        yield self._folder("INBOX", "\\Inbox", (), 1)
        own = sorted(label for label in used if label and label[0] != "\\")
        for validity, name in enumerate(own, 2):
            yield self._folder(name, name, (), validity)
        yield StoredFolder("[Gmail]", attributes=("\\Noselect",))
        for validity, (use, name) in enumerate(language.items(), 11):
            label = _FOLDER_LABELS.get(use)
            yield self._folder(f"[Gmail]/{name}", label, (use,), validity)

    def _folder(
        self, name: str, label: str | None, attributes: tuple[str, ...], validity: int
    ) -> StoredFolder:
        self.folder_labels[name] = label
        shown = [
            number
            for number, message in self.numbered.items()
            if (label in message.labels if label else _HIDDEN.isdisjoint(message.labels))
        ]
        messages: list[StoredMessage] = []
        for uid, number in enumerate(shown, 1):
            self.places[name, uid] = number
            message = self.numbered[number]
            received = EPOCH + timedelta(minutes=number)
            load = partial(bytes, message.raw)
            messages.append(StoredMessage(uid, load, received, message.flags))
        return StoredFolder(name, tuple(messages), attributes, validity)


class _GmailConnection(RecordingConnection):
    server: GmailServer
    _extensions: tuple[bytes, ...] = ()
    _is_extended_list = False

    def __init__(self, server: GmailServer, client: Any) -> None:
        super().__init__(server, client)
        self._strict = _GmailReader(self._stream, lambda: self.send_now(b"+ go ahead\r\n"))
        self._reader = self._strict

    def serve(self) -> None:
        super().serve()
        with self.server.changed:
            self.server.signed_in -= self.is_signed_in

    def greet(self) -> None:
        self.send_now(b"* OK Gimap ready for requests from 127.0.0.1 k2if6111336rvb\r\n")

    @property
    def capabilities(self) -> str:
        return super().capabilities if self.is_signed_in else BEFORE_LOGIN

    def handle_login(self, command: Command) -> str:
        user, password = command.strings(2)
        if not self.server.is_password(user, password):
            raise no("[AUTHENTICATIONFAILED] Invalid credentials (Failure)")
        with self.server.changed:
            if self.server.signed_in == self.server.max_connections:
                raise no("[ALERT] Too many simultaneous connections. (Failure)")
            self.server.signed_in += 1
            self.is_signed_in = True
        self.handle_capability(command)
        return f"{self.server.user} authenticated (Success)"

    def answer(self, text: bytes) -> None:
        if self._strict.take_fault():
            self.server.record(text)
            self.send_now(text.split(b" ", 1)[0] + b" BAD Could not parse command\r\n")
        else:
            super().answer(text)

    def handle_sort(self, _: Command) -> str:
        raise bad("Could not parse command")

    def handle_list(self, command: Command) -> str:
        self._is_extended_list = len(command.arguments) > 2
        try:
            return super().handle_list(command)
        finally:
            self._is_extended_list = False

    def send(self, data: bytes) -> None:
        if self._is_extended_list:
            data = data.replace(rb"\Noselect", rb"\NonExistent")
        super().send(data)

    def handle_status(self, command: Command) -> str:
        match command.arguments:
            case [_, list(items)] if b"SIZE" in items:
                raise bad("Could not parse command")
        try:
            return super().handle_status(command)
        except CommandError as error:
            if error.status == "BAD":
                raise
            name = command.arguments[0]
            assert isinstance(name, bytes)
            raise no(f"[NONEXISTENT] Unknown Mailbox: {name.decode()} (Failure)") from None

    # FETCH

    def handle_fetch(self, command: Command) -> str:
        numbers, *asked = command.arguments
        names = asked[0] if asked and isinstance(asked[0], list) else asked
        plain = [name for name in names if name not in _EXTENSIONS]
        self._extensions = tuple(name for name in _EXTENSIONS if name in names)
        # The archive answers in the order in which it is asked.
        plain.sort(key=lambda name: _ITEMS.index(name) if name in _ITEMS else len(_ITEMS))
        if self._extensions and not plain:
            plain = [b"UID"]
        return super().handle_fetch(
            Command(command.tag, command.name, [numbers, plain], uid=command.uid)
        )

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        head, rest = super().write_row(view, number, items).split(b"(", 1)
        extensions = (self._write_extension(view, number, name) for name in self._extensions)
        return head + b"(" + b"".join(b"%b " % one for one in extensions) + rest

    def _write_extension(self, view: FolderView, number: int, name: bytes) -> bytes:
        at = self.server.places[view.folder.name, view.message(number).uid]
        message = self.server.numbered[at]
        if name == b"X-GM-MSGID":
            return b"X-GM-MSGID %d" % (FIRST_ID + at - 1)
        if name == b"X-GM-THRID":
            return b"X-GM-THRID %d" % (FIRST_ID + (message.thread or at) - 1)
        # The label of the folder that is open is not told.
        own = self.server.folder_labels[view.folder.name]
        labels = (label for label in message.labels if label is None or label != own)
        return b"X-GM-LABELS (" + b" ".join(map(_write_label, labels)) + b")"

    def open_message(self, view: FolderView, message: StoredMessage) -> OpenedMessage:
        opened = OpenedMessage(super().open_message(view, message).raw)
        at = self.server.places[view.folder.name, message.uid]
        odd = self.server.numbered[at].structure
        structure = odd or edit_structure(opened.body_structure, _as_gmail_writes)
        vars(opened).update(body_structure=structure)
        return opened

    # SEARCH

    def handle_search(self, command: Command) -> str:
        arguments = [*command.arguments]
        while b"X-GM-RAW" in arguments:
            at = arguments.index(b"X-GM-RAW")
            match arguments[at + 1 : at + 2]:
                case [bytes(query)]:
                    arguments[at : at + 2] = self._find_raw(query.decode("utf-8"))
                case _:
                    raise bad("Could not parse command")
        return super().handle_search(Command(command.tag, command.name, arguments, uid=command.uid))

    def _find_raw(self, query: str) -> list[Argument]:
        """X-GM-RAW as a key that the archive knows."""
        view = self.view
        assert view is not None
        found = [
            b"%d" % message.uid
            for message in view.folder.messages
            if self._fits(view, message, query)
        ]
        return [b"UID", b",".join(found)] if found else [b"NOT", b"ALL"]

    def _fits(self, view: FolderView, message: StoredMessage, query: str) -> bool:
        """A few of Gmail's operators; a word is looked for in the whole message."""
        own = self.server.numbered[self.server.places[view.folder.name, message.uid]]
        opened = self.open_message(view, message)
        text = opened.raw.decode("utf-8", "replace").lower()
        for key, quoted, plain in _TERM.findall(query):
            value = (quoted or plain).lower()
            if key == "label":
                fits = value in [label.lower() for label in own.labels if label]
            elif (key, value) == ("has", "attachment"):
                fits = any(map(_is_attached, opened.entity.walk()))
            elif (key, value) == ("in", "anywhere"):
                fits = True
            else:
                fits = value in text
            if not fits:
                return False
        return True


class _GmailReader(CommandReader):
    """Notices what Gmail cannot parse: 8-bit text outside literals, and large literals at once."""

    def __init__(self, stream: BinaryIO, go_ahead: Callable[[], None]) -> None:
        super().__init__(stream, go_ahead)
        self._fault = False

    def read_line(self) -> bytes:
        line = super().read_line()
        literal = re.search(rb"\{(\d+)\+\}\r\n\Z", line)
        is_large = literal is not None and int(literal[1]) > _LITERAL_LIMIT
        self._fault = self._fault or is_large or not line.isascii()
        return line

    def take_fault(self) -> bool:
        fault, self._fault = self._fault, False
        return fault


def _is_attached(entity: Entity) -> bool:
    return entity.disposition is not None and entity.disposition.value == "attachment"


def _write_label(label: str | None) -> bytes:
    if label is None:
        return b"NIL"
    octets = encode_mailbox_name(label)
    if _LABEL_ATOM.fullmatch(octets):
        return octets
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", octets) + b'"'


def _as_gmail_writes(part: Body) -> Body:
    """In capitals, and without the location."""
    capitals = (-EXTENSIONS - 1,) if is_multipart(part) else (0, 1, 5)
    changed: Body = [*part]
    for at in capitals:
        word = changed[at]
        assert isinstance(word, bytes)
        changed[at] = word.upper()
    return changed[:-1]
