"""A signed-in connection and the few things that are asked over it."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tuimail.errors import (
    CommandForbidden,
    CommandRefused,
    ConnectError,
    ConnectionLost,
    MessageUnreadable,
    ServerBusy,
    SignInError,
)
from tuimail.imap.command import Command, Literal, astring, quoted
from tuimail.imap.connect import open_wire
from tuimail.imap.endpoint import Endpoint
from tuimail.imap.folder import Folder, folder_key
from tuimail.imap.listing import read_list
from tuimail.imap.progress import OnProgress, read_progress
from tuimail.imap.trust import Trust
from tuimail.imap.wire import (
    Completion,
    Listener,
    OpenSink,
    Pending,
    Receive,
    Response,
    Wire,
)
from tuimail.text import MailText

PASSING_CODES = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA"})
"""Response codes of a refusal for now (RFC 5530, 3, and the words of Gmail and Outlook)."""
BUSY_CODES = PASSING_CODES | {"SERVERBUG"}
"""Of one to sign in that is none of the user's name or password."""
_UID_VALIDITY = re.compile(rb"UIDVALIDITY (\d{1,19})", re.IGNORECASE)


@dataclass(slots=True)
class Selected:
    """The folder that a connection has open, as far as the server has told."""

    folder: bytes
    total: int = 0
    uid_validity: int = 0
    changes: int = 0
    """How often EXISTS or EXPUNGE came: sequence numbers from before the last one may be off."""


class Session(Listener):
    """One signed-in connection; one thread at a time may use it.

    `on_total(folder, total)` and `on_alert(text)` are called on that thread, when the server says
    so in passing.
    """

    def __init__(self, wire: Wire, capabilities: frozenset[str]) -> None:
        self.wire = wire
        self.capabilities = capabilities
        self.selected: Selected | None = None
        self._is_fresh = False
        """Whether the folder was opened together with signing in, and not looked at since."""
        self._looking: Pending | None = None
        self.greeting = ""
        """The server's first words, safe to show."""
        self.early_alerts: list[MailText] = []
        """Those that came before somebody listened: while signing in."""
        self.on_total: Callable[[bytes, int], None] = lambda _folder, _total: None
        self.on_progress: OnProgress = _tell_nobody
        self.on_alert: Callable[[MailText], None] = self.early_alerts.append
        wire.listener = self

    # --- opening and closing

    @classmethod
    def open(
        cls, endpoint: Endpoint, password: str, trust: Trust, folder: bytes | None = None
    ) -> Session:
        """Connect and sign in, and open a folder in the same round trip where that can be.

        Whatever keeps the folder from being opened comes up in `examine`. Raises ConnectError,
        CertificateError, SignInError, ServerBusy, UsageError.
        """
        wire, capabilities, greeting = open_wire(endpoint, trust)
        session = cls(wire, capabilities)
        session.greeting = greeting.words
        try:
            session._sign_in(endpoint, password, folder, is_talkative=greeting.has_capabilities)
        except CommandRefused as error:
            wire.close()
            if error.code in BUSY_CODES:
                raise ServerBusy(str(error)) from error
            raise SignInError(
                f"{endpoint.host} refused to sign in {endpoint.user}: {_reason(error)}"
            ) from error
        except CommandForbidden as error:
            wire.close()
            raise SignInError("the user name or the password breaks the line") from error
        except ConnectionLost as error:
            wire.close()
            busy = ServerBusy if wire.farewell else ConnectError
            raise busy(f"{endpoint.host} did not let {endpoint.user} in: {error}") from error
        except BaseException:
            wire.close()
            raise
        return session

    def shutdown(self) -> None:
        """End it at once, from any thread."""
        self.wire.shutdown()

    def close(self) -> None:
        """Give the socket back, from the thread that uses the session."""
        self.wire.close()

    @property
    def dead(self) -> bool:
        return self.wire.dead

    def run(
        self, command: Command, receive: Receive | None = None, open_sink: OpenSink | None = None
    ) -> Completion:
        """Send one command and wait for its end; raises CommandRefused and ConnectionLost."""
        return self.finish(self.wire.send(command, receive, open_sink))

    def compress_if_slow(self) -> None:
        """Deflate from here on, once the line has shown to be slow and where the server can.

        A round trip, when it does; commands in flight are read to their ends. Raises
        ConnectionLost.
        """
        if self.wire.is_slow and "COMPRESS=DEFLATE" in self.capabilities:
            # Asked once: a server that refuses it now would do so again.
            self.capabilities -= {"COMPRESS=DEFLATE"}
            with contextlib.suppress(CommandRefused):
                self.wire.compress()

    @contextlib.contextmanager
    def telling(self, on_progress: OnProgress | None) -> Iterator[None]:
        """Tell how far commands are, as long as it lasts."""
        self.on_progress = on_progress or _tell_nobody
        try:
            yield
        finally:
            self.on_progress = _tell_nobody

    # --- folders

    def list_folders(self) -> tuple[Folder, ...]:
        """Every folder that LIST tells of, in the server's order; one that it names twice, once."""
        found: dict[bytes, Folder] = {}

        def receive(response: Response) -> None:
            for folder in read_list(response):
                found.setdefault(folder_key(folder.raw_name), folder)

        self.run(Command(b"LIST", (b'""', b'"*"')), receive)
        return tuple(found.values())

    def has_open(self, folder: bytes) -> bool:
        """Whether this folder is open on this connection."""
        return self.selected is not None and self.selected.folder == folder

    def examine(self, folder: bytes, *, look: bool = False) -> Selected:
        """Open a folder read-only; nothing is sent when it is open already.

        With `look` a folder that is open already is looked at anew: a NOOP goes out ahead of the
        next command, in the same round trip, and what it brings shows in `Selected.changes` when
        that command has ended. FETCH alone never tells of expunged messages (RFC 9051, 7.5.1).

        Raises CommandRefused when there is none of this name or it may not be opened,
        CommandForbidden for a name that cannot be sent.
        """
        if self.selected is not None and self.selected.folder == folder:
            if self._is_fresh:
                self._is_fresh = False
            elif look and not self.selected.total:
                # Of an empty folder nothing more is asked that the answer could come with.
                self.look()
            elif look:
                self._looking = self.wire.send(Command(b"NOOP"))
            return self.selected
        command = Command(b"EXAMINE", (astring(folder),))
        # What is still answered about the other folder must not be noted under this one's name.
        self.wire.settle()
        selected = Selected(folder)
        self.selected = selected
        try:
            self.run(command)
            if not selected.uid_validity:
                raise MessageUnreadable(
                    "the server gives no UIDVALIDITY for this folder, so its UIDs mean nothing"
                )
        except BaseException:
            self.selected = None
            raise
        return selected

    def look(self) -> None:
        """Let the server say what has come and gone (NOOP; RFC 9051, 6.1.2)."""
        self.run(Command(b"NOOP"))

    # --- messages

    def fetch(
        self,
        numbers: bytes,
        items: bytes,
        receive: Receive,
        open_sink: OpenSink | None = None,
    ) -> Completion:
        """FETCH by sequence numbers (a sequence set) from the folder that is open."""
        return self.run(Command(b"FETCH", (numbers, items)), receive, open_sink)

    def uid_fetch(
        self,
        uids: bytes,
        items: bytes,
        receive: Receive,
        open_sink: OpenSink | None = None,
    ) -> Completion:
        """UID FETCH by UIDs (a sequence set) from the folder that is open."""
        return self.finish(self.send_uid_fetch(uids, items, receive, open_sink))

    def send_uid_fetch(
        self,
        uids: bytes,
        items: bytes,
        receive: Receive,
        open_sink: OpenSink | None = None,
    ) -> Pending:
        """As `uid_fetch`, without waiting; `finish` ends it."""
        return self.wire.send(Command(b"UID FETCH", (uids, items)), receive, open_sink)

    def finish(self, pending: Pending) -> Completion:
        """Wait for the end of a command, and of the look that went out ahead of it.

        Dovecot puts a NOOP's answer off until the FETCH behind it has ended.
        """
        looking, self._looking = self._looking, None
        try:
            return self.wire.finish(pending)
        finally:
            if looking is not None and not self.wire.dead:
                self.wire.finish(looking)

    # --- what the server says in passing (Listener)

    def on_exists(self, total: int) -> None:
        if self.selected is not None:
            self.selected.total = total
            self._note_change(self.selected)

    def on_expunge(self, number: int) -> None:
        if self.selected is not None and number <= self.selected.total:
            self.selected.total -= 1
            self._note_change(self.selected)

    def on_code(self, code: bytes, text: str) -> None:
        if (number := _UID_VALIDITY.fullmatch(code)) and int(number[1]) < 1 << 63:
            if self.selected is not None:
                self.selected.uid_validity = int(number[1])
        elif code.upper() == b"ALERT":
            self.on_alert(MailText(text))
        elif progress := read_progress(code, text):
            self.on_progress(*progress)
        else:
            self._note_capabilities(code)

    def _note_change(self, selected: Selected) -> None:
        selected.changes += 1
        self.on_total(selected.folder, selected.total)

    def _note_capabilities(self, code: bytes) -> bool:
        name, _, words = code.partition(b" ")
        if name.upper() != b"CAPABILITY":
            return False
        self.capabilities = frozenset(words.decode("latin-1").upper().split())
        self.wire.literal_plus = not self.capabilities.isdisjoint({"LITERAL+", "LITERAL-"})
        return True

    # --- signing in

    def _sign_in(
        self, endpoint: Endpoint, password: str, folder: bytes | None, *, is_talkative: bool
    ) -> None:
        """LOGIN or AUTHENTICATE, and with LOGIN what can go out in the same round trip.

        A server that is not `is_talkative` kept its capabilities to itself in the greeting.
        """
        # An environment can hold any octets; Python gives them as surrogates.
        user, secret = endpoint.user.encode(), password.encode("utf-8", "surrogateescape")
        is_ascii = user.isascii() and secret.isascii()
        before, opening = self.capabilities, None
        if "LOGINDISABLED" in before or (not is_ascii and "AUTH=PLAIN" in before):
            completion = self._authenticate_plain(user, secret)
        else:
            arguments = [quoted(o) if o.isascii() else astring(o) for o in (user, secret)]
            login = self.wire.send(Command(b"LOGIN", tuple(arguments)), self._note_untagged)
            if folder is not None and not any(isinstance(one, Literal) for one in arguments):
                opening = self._send_opening(folder, with_capability=not is_talkative)
            completion = self.wire.finish(login)
        is_told = self._note_capabilities(completion.code) or self.capabilities is not before
        if opening is not None:
            self._finish_opening(opening)
            is_told = is_told or self.capabilities is not before
        # The answer carries the capabilities on most servers, in its code or untagged (Gmail); it
        # saves a round trip.
        if not is_told:
            self.run(Command(b"CAPABILITY"), self._note_untagged)

    def _send_opening(self, folder: bytes, *, with_capability: bool) -> Pending | None:
        """EXAMINE behind a LOGIN that is not answered yet, and CAPABILITY ahead of it.

        It is harmless where LOGIN is refused: nobody may EXAMINE then (RFC 9051, 3.1). None for a
        name that takes a literal or cannot be sent. A first page comes one round trip sooner.
        """
        try:
            command = Command(b"EXAMINE", (astring(folder),))
        except CommandForbidden:
            return None
        if any(isinstance(argument, Literal) for argument in command.arguments):
            return None
        if with_capability:
            self.wire.send(Command(b"CAPABILITY"), self._note_untagged)
        self.selected = Selected(folder)
        return self.wire.send(command)

    def _finish_opening(self, opening: Pending) -> None:
        """Proxies may drop what comes behind LOGIN, as nginx did before 1.21.

        A NOOP that follows on LOGIN's answer is answered all the same, and costs no wait: it is
        on its way while EXAMINE's answer is, and is finished with the next command.
        """
        self._looking = self.wire.send(Command(b"NOOP"))
        with contextlib.suppress(CommandRefused):
            if self.wire.reached(opening, self._looking):
                self.wire.finish(opening)
                if self.selected is not None and self.selected.uid_validity:
                    self._is_fresh = True
                    return
        self.selected = None

    def _authenticate_plain(self, user: bytes, secret: bytes) -> Completion:
        """RFC 4616, in one round trip where the server takes an initial response (RFC 4959)."""
        if "AUTH=PLAIN" not in self.capabilities:
            raise SignInError("the server offers no way to sign in with a password")
        response = base64.b64encode(b"\0" + user + b"\0" + secret)
        if "SASL-IR" in self.capabilities:
            return self.run(Command(b"AUTHENTICATE", (b"PLAIN", response)), self._note_untagged)
        pending = self.wire.send(Command(b"AUTHENTICATE", (b"PLAIN",)), self._note_untagged)
        self.wire.answer(pending, response)
        return self.wire.finish(pending)

    def _note_untagged(self, response: Response) -> None:
        self._note_capabilities(response[0][2:].strip())


def _tell_nobody(_done: int, _goal: int) -> None:
    """Where nobody wants to know how far it is."""


def _reason(error: CommandRefused) -> str:
    return str(error).partition(": ")[2]
