"""`tuimail ACCOUNT`: browse a mailbox."""

from __future__ import annotations

import sys
from contextlib import suppress

from tuimail.cli.options import Options
from tuimail.cli.places import cache_file, state_file
from tuimail.cli.sign_in import prepare_sign_in
from tuimail.cli.terminal_end import end_with_terminal
from tuimail.errors import UsageError
from tuimail.imap.endpoint import Endpoint
from tuimail.imap.folder import INBOX
from tuimail.imap.store import MailStore
from tuimail.tui.last_page import LastPage
from tuimail.tui.state import State


def run_browse(options: Options) -> int:
    """Browse until the user quits; gives the exit status. Raises UsageError."""
    sign_in = prepare_sign_in(options)
    store = MailStore(sign_in.connect, size=options.connections)
    endpoint = sign_in.endpoint
    last_page = _last_page(endpoint, keep=not options.no_cache)
    return show_screen(store, endpoint.shown, endpoint=endpoint, last_page=last_page)


def _last_page(endpoint: Endpoint, *, keep: bool) -> LastPage | None:
    account = f"{endpoint.shown}:{endpoint.port}"
    if keep:
        return LastPage(cache_file(), account)
    with suppress(ImportError):  # a Python without SQLite has kept none
        from tuimail.imap.page_file import forget_page  # SQLite takes 4 ms to import

        forget_page(cache_file(), account)
    return None


def show_screen(
    store: MailStore,
    account: str,
    *,
    demo: bool = False,
    endpoint: Endpoint | None = None,
    last_page: LastPage | None = None,
) -> int:
    """Run the app on a store, and close the store when it ends; gives the exit status.

    Raises UsageError where there is no terminal to draw on and to read keys from.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("browsing needs a terminal; for scripts there is `tuimail list`")
    state = State.load(state_file())
    store.begin(INBOX, state.order_of(account, INBOX.raw_name))
    # Textual takes a quarter of a second to import; nothing but the screen needs it.
    from tuimail.tui.app import MailApp

    app = MailApp(
        store,
        account=account,
        state=state,
        demo=demo,
        endpoint=endpoint,
        last_page=last_page,
    )
    # Threads that read rows hold the interpreter for 5 ms each otherwise, and every move of the
    # screen's needs it several times: half of the keys took 95 ms beside them, and 54 with this.
    sys.setswitchinterval(0.001)
    end_with_terminal()
    try:
        app.run()
    finally:
        store.close()
    return app.return_code or 0
