"""Listing a large folder: `python -m tests.bench.listing [COUNT]` on a Dovecot of its own.

FETCH items: UID FLAGS RFC822.SIZE INTERNALDATE BODYSTRUCTURE and seven header fields. Decoded:
sequence number, UID, flags, size and date of every row. Printed: seconds, and the ratio to the
floor, pair by pair.
"""

from __future__ import annotations

import statistics
import sys
import time

from tests.bench.floor import Floor
from tests.bench.mailboxes import append_messages, varied_messages
from tests.servers.dovecot import PASSWORD, running_dovecot
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.fetch import Row, row_items
from tuimail.imap.session import Session
from tuimail.imap.trust import Trust
from tuimail.imap.wire import Response

FIELDS = ("FROM", "TO", "CC", "SUBJECT", "DATE", "MESSAGE-ID", "LIST-UNSUBSCRIBE")
PAIRS = 5


def list_raw(port: int, count: int) -> float:
    """Seconds of the floor."""
    with Floor(port, "bench", PASSWORD) as floor:
        floor.run(b"EXAMINE INBOX")
        started = time.perf_counter()
        assert floor.run(b"FETCH 1:%d %b" % (count, row_items(FIELDS))) == count
        return time.perf_counter() - started


def list_rows(port: int, count: int) -> float:
    """Seconds of our reader."""
    endpoint = Endpoint("127.0.0.1", port, Security.PLAIN, "bench")
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


def main() -> None:
    """Fill, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with running_dovecot() as server:
        messages = varied_messages(count)
        append_messages("127.0.0.1", server.port, "bench", PASSWORD, "INBOX", messages)
        list_raw(server.port, count)
        pairs = [
            (list_raw(server.port, count), list_rows(server.port, count)) for _ in range(PAIRS)
        ]
    print(f"{count:,} rows: floor, tuimail, ratio")
    for floor, ours in pairs:
        print(f"  {floor:.3f} s  {ours:.3f} s  {ours / floor:.2f}")
    print(f"median ratio {statistics.median(ours / floor for floor, ours in pairs):.2f}")


if __name__ == "__main__":
    main()
