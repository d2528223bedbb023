"""Stores on the test servers."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator

from tests.servers.archive import PASSWORD
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.folder import Folder
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.trust import Trust
from tuimail.text import MailText

INBOX = Folder(b"INBOX", MailText("INBOX"), "/", ())


@contextlib.contextmanager
def store_on(
    port: int,
    *,
    user: str = "demo",
    password: str = PASSWORD,
    connections: int = 4,
    with_screen: bool = True,
) -> Iterator[MailStore]:
    """A store on a loopback server, closed when the block ends."""
    endpoint = Endpoint("127.0.0.1", port, Security.PLAIN, user)
    connect = functools.partial(Session.open, endpoint, password, Trust())
    store = MailStore(connect, size=connections, with_screen=with_screen)
    try:
        yield store
    finally:
        store.close()
