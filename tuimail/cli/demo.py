"""`tuimail demo`: browse the built-in mailbox through a real connection."""

from __future__ import annotations

import functools
import secrets

from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.archive.server import ArchiveServer
from tuimail.cli.browse import show_screen
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust


def run_demo(*, connections: int = 4) -> int:
    """Serve the demo mailbox on loopback and browse it; gives the exit status."""
    password = secrets.token_urlsafe()
    with ArchiveServer(demo_mailbox(), user="demo", password=password) as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "demo")
        store = MailStore(
            functools.partial(Session.open, endpoint, password, Trust()), size=connections
        )
        return show_screen(store, "demo", demo=True)
