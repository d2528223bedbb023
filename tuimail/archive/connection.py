"""One client's connection: its state, and an answer to each of its commands."""

from __future__ import annotations

import base64
import binascii
import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tuimail import __version__
from tuimail.archive.command import Argument, Command, CommandReader, parse_command
from tuimail.archive.fetch import Item, parse_fetch_items, write_row
from tuimail.archive.folder_list import (
    DELIMITER,
    parse_list,
    parse_status_items,
    write_list,
    write_status,
)
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import StoredMessage
from tuimail.archive.message_set import parse_message_set
from tuimail.archive.opened_message import OpenedMessage
from tuimail.archive.response import CommandError, bad, no
from tuimail.archive.search import Candidate, parse_charset, parse_search
from tuimail.archive.search_answer import take_return_options, write_answer
from tuimail.archive.sort import parse_sort_keys, sort_candidates

if TYPE_CHECKING:
    from tuimail.archive.server import ArchiveServer

BATCH = 256 * 1024
"""Octets gathered before they are sent."""

_ANY_STATE = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "ID"})
_SIGNED_OUT = frozenset({"LOGIN", "AUTHENTICATE"})
_SELECTED = frozenset({"CHECK", "CLOSE", "UNSELECT", "FETCH", "SEARCH", "SORT"})
_WITH_UID = frozenset({"FETCH", "SEARCH", "SORT"})
# Whatever would change something (RFC 9051, 6.3 and 6.4; RFC 6851, RFC 4314, RFC 2087, RFC 5464).
_CHANGES = frozenset(
    {
        *("APPEND", "COPY", "CREATE", "DELETE", "DELETEACL", "EXPUNGE", "MOVE", "RENAME"),
        *("REPLACE", "SETACL", "SETMETADATA", "SETQUOTA", "STORE", "SUBSCRIBE", "UNSUBSCRIBE"),
    }
)


class Connection:
    """Reads commands and answers them, one after another, until the client is gone.

    A command NAME is answered by the method `handle_name`: it sends untagged answers and returns
    the text of the tagged OK, or raises CommandError. A test's server overrides one of them.
    """

    def __init__(self, server: ArchiveServer, client: socket.socket) -> None:
        self.server = server
        self.client = client
        self.view: FolderView | None = None
        """The selected folder."""
        self.is_signed_in = False
        self._stream = client.makefile("rb")
        self._reader = CommandReader(self._stream, lambda: self.send_now(b"+ OK\r\n"))
        self._waiting: list[bytes] = []
        self._waiting_octets = 0
        self._ended = False

    def serve(self) -> None:
        """Greet, then answer until the end. A lost connection is no error here."""
        with self._stream, contextlib.suppress(OSError, EOFError):
            self.greet()
            while not self._ended:
                self.answer(self._reader.read_text())

    def greet(self) -> None:
        """The first line."""
        self.send_now(f"* OK [CAPABILITY {self.capabilities}] tuimail archive\r\n".encode())

    @property
    def capabilities(self) -> str:
        """What may be asked for now."""
        sign_in = () if self.is_signed_in else ("AUTH=PLAIN",)
        return " ".join((*self.server.capabilities, *sign_in))

    def send(self, data: bytes) -> None:
        """Send with what follows, or at the end of the command."""
        self._waiting.append(data)
        self._waiting_octets += len(data)
        if self._waiting_octets >= BATCH:
            self.flush()

    def send_now(self, data: bytes) -> None:
        """Send this and what waits."""
        self.send(data)
        self.flush()

    def flush(self) -> None:
        """Send what waits, in one piece."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_octets = 0
        if data:
            self.client.sendall(data)

    def answer(self, text: bytes) -> None:
        """Carry out one command, from its text to its tagged answer."""
        tag, name = b"*", ""
        try:
            command = parse_command(text)
            tag, name = command.tag, command.name
            done = f"OK {self._find_handler(command)(command)}"
        except CommandError as error:
            reason = f"Error in IMAP command {name}: " if name and error.status == "BAD" else ""
            done = f"{error.status} {reason}{error.text}"
        except EOFError:
            raise
        except Exception as error:  # noqa: BLE001
            # A file that cannot be read, or a fault in reading strangers' mail. A traceback would
            # be printed over the screen. A lost client is noticed when this is sent.
            done = f"NO [SERVERBUG] {type(error).__name__}"
        self.send_changes()
        self.send_now(tag + b" " + done.encode("utf-8", "replace") + b"\r\n")

    def send_changes(self) -> None:
        """EXISTS and EXPUNGE, before a tagged answer; an archive does not change."""

    def _find_handler(self, command: Command) -> Callable[[Command], str]:
        name = command.name
        if name in _CHANGES:
            raise no("[READ-ONLY] This mailbox cannot be changed")
        handler: Callable[[Command], str] | None = getattr(self, f"handle_{name.lower()}", None)
        if handler is None or (command.uid and name not in _WITH_UID):
            raise bad("Unknown command")
        if name in _SIGNED_OUT and self.is_signed_in:
            raise bad("Already signed in")
        if name not in _SIGNED_OUT | _ANY_STATE and not self.is_signed_in:
            raise bad("Sign in first")
        if name in _SELECTED and self.view is None:
            raise bad("No mailbox selected")
        return handler

    # Any state

    def handle_capability(self, _: Command) -> str:
        self.send(f"* CAPABILITY {self.capabilities}\r\n".encode())
        return "Capability completed."

    def handle_noop(self, _: Command) -> str:
        return "NOOP completed."

    def handle_id(self, _: Command) -> str:
        self.send(f'* ID ("name" "tuimail" "version" "{__version__}")\r\n'.encode())
        return "ID completed."

    def handle_logout(self, _: Command) -> str:
        self.send(b"* BYE Logging out\r\n")
        self._ended = True
        return "Logout completed."

    # Signing in

    def handle_login(self, command: Command) -> str:
        user, password = command.strings(2)
        return self._sign_in(user, password)

    def handle_authenticate(self, command: Command) -> str:
        match command.arguments:
            case [bytes(mechanism)]:
                initial = None
            case [bytes(mechanism), bytes(initial)]:
                pass
            case _:
                raise bad("AUTHENTICATE takes a mechanism")
        if mechanism.upper() != b"PLAIN":
            raise no("[CANNOT] Unsupported authentication mechanism.")
        if initial is None:
            self.send_now(b"+ \r\n")
            initial = self._reader.read_line().strip()
        try:
            # RFC 4616: authorisation identity NUL user NUL password
            _, user, password = base64.b64decode(initial, validate=True).split(b"\0")
        except (binascii.Error, ValueError):
            raise bad("Authentication aborted") from None
        return self._sign_in(user, password)

    def _sign_in(self, user: bytes, password: bytes) -> str:
        if not self.server.is_password(user, password):
            raise no("[AUTHENTICATIONFAILED] Authentication failed.")
        self.is_signed_in = True
        return f"[CAPABILITY {self.capabilities}] Logged in"

    # Signed in

    def handle_enable(self, _: Command) -> str:
        self.send(b"* ENABLED\r\n")
        return "Enabled."

    def handle_namespace(self, _: Command) -> str:
        self.send(f'* NAMESPACE (("" "{DELIMITER}")) NIL NIL\r\n'.encode())
        return "Namespace completed."

    def handle_list(self, command: Command) -> str:
        request = parse_list(command.arguments)
        if request.patterns == (b"",):
            self.send(write_list("LIST", "", ["\\Noselect"]))
            return "List completed."
        tree = self.server.tree
        folders = {folder.name: folder for folder in tree.folders}
        for name in tree.match(request.patterns):
            attributes = tree.attributes[name]
            subscribed = ("\\Subscribed",) if request.subscribed else ()
            self.send(write_list("LIST", name, (*attributes, *subscribed)))
            if request.status and "\\Noselect" not in attributes:
                view = self.server.view(folders[name])
                self.send(write_status(view, request.status, self.server.measure))
        return "List completed."

    def handle_lsub(self, command: Command) -> str:
        tree = self.server.tree
        for name in tree.match(parse_list(command.arguments).patterns):
            self.send(write_list("LSUB", name, tree.attributes[name]))
        return "Lsub completed."

    def handle_status(self, command: Command) -> str:
        match command.arguments:
            case [bytes(name), items]:
                view = self.server.view(self.server.tree.find(name))
                self.send(write_status(view, parse_status_items(items), self.server.measure))
                return "Status completed."
        raise bad("STATUS takes a mailbox and a list")

    def handle_examine(self, command: Command) -> str:
        match command.arguments:
            case [bytes(name), *_]:
                if self.view is not None:
                    self.view = None
                    self.send(b"* OK [CLOSED] Previous mailbox closed.\r\n")
                view = self.view = self.server.view(self.server.tree.find(name))
            case _:
                raise bad(f"{command.name} takes a mailbox")
        lines = [
            r"FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
            "OK [PERMANENTFLAGS ()] Read-only mailbox.",
            f"{view.total} EXISTS",
            "0 RECENT",
            f"OK [UIDVALIDITY {view.folder.uid_validity}] UIDs valid",
            f"OK [UIDNEXT {view.uid_next}] Predicted next UID",
        ]
        if view.first_unseen is not None:
            lines.insert(4, f"OK [UNSEEN {view.first_unseen}] First unseen.")
        self.send("".join(f"* {line}\r\n" for line in lines).encode())
        return f"[READ-ONLY] {command.name.capitalize()} completed."

    handle_select = handle_examine

    def handle_idle(self, _: Command) -> str:
        self.send_now(b"+ idling\r\n")
        if self._reader.read_line().strip().upper() != b"DONE":
            raise bad("Expected DONE.")
        return "Idle completed."

    # A folder is selected

    def handle_check(self, _: Command) -> str:
        return "Check completed."

    def handle_close(self, _: Command) -> str:
        self.view = None
        return "Close completed."

    handle_unselect = handle_close

    def handle_fetch(self, command: Command) -> str:
        view = self.view
        match command.arguments:
            case [bytes(numbers), *asked] if view is not None:
                items = parse_fetch_items(asked, uid=command.uid)
                chosen = view.numbers(parse_message_set(numbers), uid=command.uid)
            case _:
                raise bad("Invalid arguments")
        missing = 0
        for number in chosen:
            self._check_closing()
            try:
                row = self.write_row(view, number, items)
            except OSError:
                # The file of a message is gone, or cannot be read.
                missing += 1
            else:
                self.send(row)
        if missing:
            raise no(f"[SERVERBUG] {missing} messages could not be read")
        return "Fetch completed."

    def handle_search(self, command: Command) -> str:
        options, arguments = take_return_options(command.arguments)
        match arguments:
            case [bytes(word), bytes(charset), *rest] if word.upper() == b"CHARSET":
                parse_charset(charset)
                arguments = rest
        found = self._search(arguments)
        self.send(write_answer(command, options, self._numbers(found, uid=command.uid)))
        return "Search completed."

    def handle_sort(self, command: Command) -> str:
        options, arguments = take_return_options(command.arguments)
        match arguments:
            case [keys, bytes(charset), *program]:
                order = parse_sort_keys(keys)
                parse_charset(charset)
            case _:
                raise bad("Missing sort keys, charset or search")
        found = sort_candidates(list(self._search(program)), order)
        self.send(write_answer(command, options, self._numbers(found, uid=command.uid)))
        return "Sort completed."

    def _search(self, program: list[Argument]) -> Iterator[Candidate]:
        view = self.view
        assert view is not None
        test = parse_search(program, view)

        def open_message(message: StoredMessage) -> OpenedMessage:
            return self.open_message(view, message)

        candidates = (
            Candidate(number, message, open_message)
            for number, message in enumerate(view.folder.messages, 1)
        )
        for candidate in candidates:
            self._check_closing()
            if test(candidate):
                yield candidate

    def _check_closing(self) -> None:
        """A long answer does not hold up a server that closes."""
        if self.server.closing.is_set():
            raise EOFError

    def _numbers(self, found: Iterable[Candidate], *, uid: bool) -> list[int]:
        return [candidate.stored.uid if uid else candidate.number for candidate in found]

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        """The untagged FETCH of one message."""
        message = view.message(number)

        def open_message() -> OpenedMessage:
            return self.open_message(view, message)

        return write_row(number, message, open_message, items)

    def open_message(self, view: FolderView, message: StoredMessage) -> OpenedMessage:
        """A message's octets and all that is made of them; raises OSError."""
        return self.server.messages.open(view.folder, message)
