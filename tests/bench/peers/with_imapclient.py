"""IMAPClient at a task: `with_imapclient.py TASK PORT USER PASSWORD [COUNT]`.

`page` prints the newest 50 messages; the others print the seconds of the work alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from imapclient import IMAPClient

FIELDS = "BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID LIST-UNSUBSCRIBE)]"
ROW = ["UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE", "BODYSTRUCTURE", FIELDS]
ATTACHED = "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]"
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
    """What `tuimail attachments` tells of messages one to `count`: of each attachment its part,
    type, size and name, and of its message sender, date and subject, decoded by the stdlib.
    """
    found: list[tuple[object, ...]] = []
    for first in range(1, count + 1, CHUNK):
        numbers = list(range(first, min(count, first + CHUNK - 1) + 1))
        rows = client.fetch(numbers, ["UID", "BODYSTRUCTURE", ATTACHED])
        for row in rows.values():
            attached = list(_attachments(row[b"BODYSTRUCTURE"], ""))
            if attached:
                header = message_from_bytes(row[ATTACHED.replace(".PEEK", "").encode()])
                message = (
                    row[b"UID"],
                    _decode(header["Subject"] or ""),
                    [(_decode(name), one) for name, one in getaddresses([header["From"] or ""])],
                    _read_date(header["Date"]),
                )
                found += [(*message, *one) for one in attached]
    assert found


def _attachments(structure: Any, section: str) -> Iterator[tuple[object, ...]]:
    if isinstance(structure[0], list):
        for number, part in enumerate(structure[0], 1):
            yield from _attachments(part, f"{section}.{number}" if section else f"{number}")
        return
    disposition = structure[9] if structure[0].lower() == b"text" else structure[8]
    if disposition and disposition[0].lower() == b"attachment":
        names = disposition[1] or ()
        named = dict(zip(names[::2], names[1::2], strict=True))
        kind = b"/".join(structure[:2]).decode().lower()
        size = structure[6] * 3 // 4 if structure[5].lower() == b"base64" else structure[6]
        yield section or "1", kind, size, _decode(named.get(b"filename", b"").decode())


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "")
    except ValueError:
        return None


def _decode(text: str) -> str:
    return str(make_header(decode_header(text)))


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
