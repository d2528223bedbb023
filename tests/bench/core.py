"""tuimail's own rooms at a task, without a command: `python -m tests.bench.core TASK PORT USER …`

`list COUNT`: rows of the first messages with identity, flags, size and date decoded.
`attachments COUNT`: those of the first messages, from their structure.
`sort KEY`: the first page in that order, with its rows.
Each prints the seconds of the work alone: without start, sign-in and opening the folder.
"""

from __future__ import annotations

import gc
import sys
import time

from tests.servers.dovecot import PASSWORD
from tests.servers.stores import INBOX, store_on
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.fetch import Row, row_items
from tuimail.imap.number_set import NumberSet
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.selection import Selection
from tuimail.imap.session import Session
from tuimail.imap.sieve import ATTACHMENTS
from tuimail.imap.trust import Trust
from tuimail.imap.wire import Response

FIELDS = ("FROM", "TO", "CC", "SUBJECT", "DATE", "MESSAGE-ID", "LIST-UNSUBSCRIBE")


def list_rows(port: int, user: str, count: int) -> float:
    """Seconds."""
    endpoint = Endpoint("127.0.0.1", port, Security.PLAIN, user)
    session = Session.open(endpoint, PASSWORD, Trust())
    session.examine(b"INBOX")
    rows: list[object] = []

    def receive(parts: Response) -> None:
        row = Row(parts)
        rows.append((row.sequence_number, row.uid, row.flags, row.size, row.internal_date))

    started = time.perf_counter()
    session.fetch(b"1:%d" % count, row_items(FIELDS), receive)
    seconds = time.perf_counter() - started
    assert len(rows) == count
    session.close()
    return seconds


def find_attachments(port: int, user: str, count: int) -> float:
    """Seconds, on one connection."""
    with store_on(port, user=user, password=PASSWORD, connections=1, with_screen=False) as store:
        selection = Selection(NumberSet.parse(f"1:{count}"))
        chosen = store.choose(INBOX, selection).result()
        started = time.perf_counter()
        found = sum(
            len(row.attachments) for _, rows in store.sift(chosen, ATTACHMENTS) for row in rows
        )
        seconds = time.perf_counter() - started
    assert found
    return seconds


def sort_page(port: int, user: str, key: SortKey) -> float:
    """Seconds."""
    with store_on(port, user=user, password=PASSWORD) as store:
        store.page(INBOX, 1, Order()).result()
        started = time.perf_counter()
        page = store.page(INBOX, 1, Order(key)).result()
        seconds = time.perf_counter() - started
    assert len(page.summaries) == 50
    return seconds


def main() -> None:
    """Work, tell."""
    task, port, user, word = sys.argv[1:5]
    gc.set_threshold(50_000)  # as every command does
    match task:
        case "list":
            seconds = list_rows(int(port), user, int(word))
        case "attachments":
            seconds = find_attachments(int(port), user, int(word))
        case _:
            seconds = sort_page(int(port), user, SortKey(word))
    print(seconds)


if __name__ == "__main__":
    main()
