"""IMAPClient at a task: `with_imapclient.py TASK PORT USER PASSWORD [COUNT]`.

`page` prints the newest 50 messages; the others print the seconds of the work alone.
"""

from __future__ import annotations

import sys
import time

from imapclient import IMAPClient

FIELDS = "BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID LIST-UNSUBSCRIBE)]"
ROW = ["UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE", "BODYSTRUCTURE", FIELDS]
CHUNK = 500


def list_page(client: IMAPClient, total: int) -> None:
    """What `tuimail list` fetches, printed."""
    rows = client.fetch(list(range(max(1, total - 49), total + 1)), ROW)
    for number in sorted(rows, reverse=True):
        row = rows[number]
        print(number, row[b"UID"], row[b"FLAGS"], row[b"INTERNALDATE"], row[b"RFC822.SIZE"])


def list_rows(client: IMAPClient, count: int) -> None:
    """Rows one to `count`; UID, flags, size and date come decoded."""
    for first in range(1, count + 1, CHUNK):
        numbers = list(range(first, min(count, first + CHUNK - 1) + 1))
        assert len(client.fetch(numbers, ROW)) == len(numbers)


def find_attachments(client: IMAPClient, count: int) -> None:
    """The parts of messages one to `count` that are attachments."""
    found = 0
    for first in range(1, count + 1, CHUNK):
        numbers = list(range(first, min(count, first + CHUNK - 1) + 1))
        rows = client.fetch(
            numbers, ["UID", "BODYSTRUCTURE", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]"]
        )
        found += sum(_count(row[b"BODYSTRUCTURE"]) for row in rows.values())
    assert found


def _count(structure: object) -> int:
    assert isinstance(structure, tuple)
    if isinstance(structure[0], list):
        return sum(map(_count, structure[0]))
    return sum(
        isinstance(element, tuple) and bool(element) and element[0] in (b"attachment",)
        for element in structure
    )


def main() -> None:
    """Sign in, work, tell."""
    task, port, user, password = sys.argv[1:5]
    client = IMAPClient("127.0.0.1", int(port), ssl=False, use_uid=False)
    client.login(user, password)
    total = client.select_folder("INBOX", readonly=True)[b"EXISTS"]
    if task == "page":
        list_page(client, total)
        return
    work = {"list": list_rows, "attachments": find_attachments}[task]
    started = time.perf_counter()
    work(client, int(sys.argv[5]))
    print(time.perf_counter() - started)


main()
