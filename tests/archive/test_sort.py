"""SORT by the rules of RFC 5256."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import RecordingServer
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

HEADERS = [
    # 1
    "From: Zoe <bob@z.example>\r\nSubject: Re: [list] beta\r\nDate: 2 Jan 2024 00:30 +0200\r\n",
    # 2
    "From: Ada <carol@a.example>\r\nSubject: alpha\r\nDate: 1 Jan 2024 23:00 +0000\r\nTo: b@x\r\n",
    # 3, sent before 1 and 2, and without a Subject
    "From: ALICE@example.org\r\nDate: 1 Jan 2024 23:00 +0100\r\nTo: a@x, z@x\r\nCc: q@x\r\n",
    # 4, no Date: INTERNALDATE counts
    "From: Bob@y.example, alice@x.example\r\nSubject: =?utf-8?q?=C3=84ther?=\r\nTo: B@y\r\n",
    # 5, the same subject as 1
    'From: "o\'brien" <o@x>\r\nSubject: FW: Beta (fwd)\r\nDate: nonsense\r\n',
]
RECEIVED = datetime(2024, 2, 1, tzinfo=UTC)
# 5 arrived first, 3 and 4 at the same time.
ARRIVED = [4, 3, 2, 2, 1]
SIZES = [300, 200, 200, 200, 500]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    stored = []
    for uid, (header, day, size) in enumerate(zip(HEADERS, ARRIVED, SIZES, strict=True), 101):
        raw = f"{header}\r\n".encode()
        raw += b"x" * (size - len(raw))
        stored.append(StoredMessage(uid, partial(bytes, raw), RECEIVED + timedelta(days=day)))
    mailbox = Mailbox((StoredFolder("INBOX", stored),))
    with RecordingServer(mailbox) as server, connected(server) as client:
        yield client


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        ("ARRIVAL", [5, 3, 4, 2, 1]),
        ("REVERSE ARRIVAL", [1, 2, 3, 4, 5]),
        ("SIZE", [2, 3, 4, 1, 5]),
        # ties ascend behind REVERSE too
        ("REVERSE SIZE", [5, 1, 2, 3, 4]),
        ("DATE", [3, 1, 2, 5, 4]),
        ("REVERSE DATE", [4, 5, 2, 1, 3]),
        # the mailbox of the first address; names and domains do not count
        ("FROM", [3, 1, 4, 2, 5]),
        ("TO", [1, 5, 3, 2, 4]),
        ("CC", [1, 2, 4, 5, 3]),
        # the base subject; one that is missing is empty
        ("SUBJECT", [3, 2, 4, 1, 5]),
        ("REVERSE SUBJECT", [1, 5, 4, 2, 3]),
        ("SUBJECT REVERSE ARRIVAL", [3, 2, 4, 1, 5]),
        ("SUBJECT SIZE", [3, 2, 4, 1, 5]),
        ("REVERSE TO REVERSE DATE", [4, 2, 3, 5, 1]),
    ],
)
def test_keys(client: Client, keys: str, numbers: list[int]) -> None:
    listed = "".join(f" {number}" for number in numbers)
    assert client.ask(f"SORT ({keys}) UTF-8 ALL").decode() == (
        f"* SORT{listed}\r\nT OK Sort completed.\r\n"
    )


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("UID SORT (SIZE) US-ASCII 1:2", b"* SORT 102 101\r\n"),
        ("SORT (REVERSE SIZE) UTF-8 FROM bob", b"* SORT 1 4\r\n"),
        (
            "SORT RETURN (ALL COUNT) (ARRIVAL) UTF-8 ALL",
            b'* ESEARCH (TAG "T") COUNT 5 ALL 5,3:4,2,1\r\n',
        ),
        (
            "UID SORT RETURN (MIN MAX) (DATE) UTF-8 ALL",
            b'* ESEARCH (TAG "T") UID MIN 103 MAX 104\r\n',
        ),
        (
            "SORT RETURN (PARTIAL 1:2) (DATE) UTF-8 ALL",
            b'* ESEARCH (TAG "T") PARTIAL (1:2 3,1)\r\n',
        ),
    ],
)
def test_answers(client: Client, command: str, answer: bytes) -> None:
    assert client.ask(command) == answer + b"T OK Sort completed.\r\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("SORT (NONSENSE) UTF-8 ALL", b"T BAD Error in IMAP command SORT: Unknown sort key\r\n"),
        ("SORT () UTF-8 ALL", b"T BAD Error in IMAP command SORT: Missing sort key\r\n"),
        ("SORT (REVERSE) UTF-8 ALL", b"T BAD Error in IMAP command SORT: Missing sort key\r\n"),
        ("SORT (DATE) UTF-8", b"T BAD Error in IMAP command SORT: Missing search parameters\r\n"),
        ("SORT (DATE)", b"T BAD Error in IMAP command SORT: Missing sort keys, charset"),
        ("SORT (DATE) KOI8-R ALL", b"T NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset\r\n"),
    ],
)
def test_what_is_refused(client: Client, command: str, answer: bytes) -> None:
    assert client.ask(command).startswith(answer)
