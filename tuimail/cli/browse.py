"""`tuimail ACCOUNT`: browse a mailbox."""

from __future__ import annotations

import functools
from pathlib import Path

from tuimail.accounts.account_url import parse_account_url
from tuimail.cli.places import state_file
from tuimail.cli.secret import find_password
from tuimail.errors import UsageError
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust


def run_browse(
    account: str | None,
    *,
    password_command: str | None = None,
    ca_file: Path | None = None,
    fingerprint: str | None = None,
    allow_plaintext: bool = False,
    connections: int = 4,
) -> int:
    """Browse until the user quits; gives the exit status. Raises UsageError."""
    if account is None:
        raise UsageError(
            "which mailbox? name it as imaps://user@host, or try `tuimail demo`, "
            "which needs no account"
        )
    endpoint = parse_account_url(account, allow_plaintext=allow_plaintext).endpoint
    trust = Trust(ca_file, fingerprint)
    trust.context()
    password = find_password(endpoint.shown, password_command)
    store = MailStore(functools.partial(Session.open, endpoint, password, trust), size=connections)
    return show_screen(store, endpoint.shown)


def show_screen(store: MailStore, account: str, *, demo: bool = False) -> int:
    """Run the app on a store, and close the store when it ends; gives the exit status."""
    # Textual takes a quarter of a second to import; nothing but the screen needs it.
    from tuimail.tui.app import MailApp
    from tuimail.tui.state import State

    app = MailApp(store, account=account, state=State.load(state_file()), demo=demo)
    try:
        app.run()
    finally:
        store.close()
    return app.return_code or 0
