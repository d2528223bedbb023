"""From the options of a command to a mailbox that can be asked."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tuimail.accounts.account_url import parse_account_url
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.secret import find_password
from tuimail.errors import UsageError
from tuimail.imap.endpoint import Endpoint
from tuimail.imap.events import Alert, Lost, StoreEvent, Throttled
from tuimail.imap.pool import Connect
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust

QUIET = 60.0
"""Seconds in which the same is not said again: each connection has its own word of it."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account, and how to open a connection to it."""

    endpoint: Endpoint
    start_folder: str | None
    """The folder that the account's URL ends with."""
    connect: Connect


def prepare_sign_in(options: Options) -> SignIn:
    """Read the account and find its password; nothing is sent yet. Raises UsageError."""
    if options.account is None:
        raise UsageError(
            "which mailbox? name it as imaps://user@host, or try `tuimail demo`, "
            "which needs no account"
        )
    account = parse_account_url(options.account, allow_plaintext=options.allow_plaintext)
    endpoint = account.endpoint
    trust = Trust(options.ca_file, options.fingerprint)
    # Before the password is asked for: whoever mistyped a file name need not type it too.
    if options.ca_file is not None or options.fingerprint is not None:
        trust.context()
    password = find_password(endpoint.shown, options.password_command)
    connect = functools.partial(Session.open, endpoint, password, trust)
    return SignIn(endpoint, account.start_folder, connect)


@contextlib.contextmanager
def open_store(options: Options, output: Output) -> Iterator[tuple[MailStore, SignIn]]:
    """A store without a screen, closed when the block ends. Raises UsageError."""
    sign_in = prepare_sign_in(options)
    store = MailStore(sign_in.connect, size=options.connections, with_screen=False)
    store.listen(_Told(output).tell)
    try:
        yield store, sign_in
    finally:
        store.close()


class _Told:
    """Tells what happens to the connections; each of several that says the same says it once."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._until: dict[str, float] = {}
        """Sentences that were told, and how long they need not be told again."""
        self._lock = threading.Lock()

    def tell(self, event: StoreEvent) -> None:
        """Any thread of the store may call it."""
        match event:
            case Throttled(_, reason):
                sentence = f"going on with fewer connections: {reason}"
            case Lost(reason):
                sentence = f"{reason}; connecting anew"
            case Alert(text):
                sentence = f"the server says: {text}"
            case _:
                return
        now = time.monotonic()
        with self._lock:
            if self._until.get(sentence, 0.0) > now:
                return
            for old in [old for old, until in self._until.items() if until <= now]:
                del self._until[old]
            self._until[sentence] = now + QUIET
        self._output.note(sentence)
