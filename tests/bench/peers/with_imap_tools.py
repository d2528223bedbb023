"""imap-tools at a task: `with_imap_tools.py TASK PORT USER PASSWORD COUNT`.

Prints the seconds of the work alone.
"""

from __future__ import annotations

import sys
import time

from imap_tools import MailBoxUnencrypted


def list_rows(mailbox: MailBoxUnencrypted, count: int) -> None:
    """Headers of the first messages, as far as this library fetches them without bodies."""
    rows = mailbox.fetch(limit=count, mark_seen=False, headers_only=True, bulk=500)
    assert sum(bool(row.subject is not None and row.uid) for row in rows) == count


def find_attachments(mailbox: MailBoxUnencrypted, count: int) -> None:
    """Attachments of the first messages, which it fetches whole."""
    rows = mailbox.fetch(limit=count, mark_seen=False, bulk=500)
    assert sum(len(row.attachments) for row in rows)


def main() -> None:
    """Sign in, work, tell."""
    task, port, user, password, count = sys.argv[1:6]
    work = {"list": list_rows, "attachments": find_attachments}[task]
    with MailBoxUnencrypted("127.0.0.1", int(port)).login(user, password) as mailbox:
        started = time.perf_counter()
        work(mailbox, int(count))
        print(time.perf_counter() - started)


main()
