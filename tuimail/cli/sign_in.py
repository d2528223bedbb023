"""From the options of a command to a mailbox that can be asked."""

from __future__ import annotations

import contextlib
import functools
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
    store.listen(functools.partial(_tell, output))
    try:
        yield store, sign_in
    finally:
        store.close()


def _tell(output: Output, event: StoreEvent) -> None:
    match event:
        case Throttled(size, reason):
            connections = "1 connection" if size == 1 else f"{size} connections"
            output.note(f"going on with {connections}: {reason}")
        case Lost(reason):
            output.note(f"{reason}; connecting anew")
        case Alert(text):
            output.note(f"the server says: {text}")
