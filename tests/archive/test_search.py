"""SEARCH: keys, charsets, RETURN."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import RecordingServer
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

MESSAGES = [
    # 1, UID 11
    b"From: Ada Lovelace <ada@example.org>\r\n"
    b"To: Bob <bob@example.org>, team@lists.example.org\r\n"
    b"Subject: Tax 2024\r\n"
    b"Date: Mon, 1 Jul 2024 23:30:00 -0500\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    # Straßenfest
    b"\r\nU3RyYcOfZW5mZXN0\r\n",
    # 2, UID 12
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.net>\r\n"
    b"Cc: ada@example.org\r\n"
    b"Bcc: hidden@example.org\r\n"
    b"Subject: =?utf-8?q?Re=3A_Gr=C3=BC?=\r\n =?utf-8?q?=C3=9Fe?=\r\n"
    b"X-Spam-Status: No, score=-1\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n"
    b"\r\n--b\r\n\r\nplain words\r\n"
    b"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n<b>br=\r\noken</b>\r\n"
    b"--b\r\nContent-Type: application/pdf; name=secret.pdf\r\n\r\npdf words\r\n--b--\r\n",
    # 3, UID 20
    b"Subject: plain\r\nDate: nonsense\r\n\r\n" + b"x" * 2_000 + b"\r\n",
]
DATES = [
    datetime(2024, 7, 2, 4, 31, tzinfo=UTC),
    datetime(2024, 7, 3, 1, 0, tzinfo=timezone(timedelta(hours=2))),
    datetime(2024, 7, 4, tzinfo=UTC),
]
FLAGS = [("\\Seen", "\\Flagged"), ("\\Answered", "$Work"), ("\\SEEN",)]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    stored = tuple(
        StoredMessage(uid, partial(bytes, raw), date, flags)
        for uid, raw, date, flags in zip((11, 12, 20), MESSAGES, DATES, FLAGS, strict=True)
    )
    mailbox = Mailbox((StoredFolder("INBOX", stored),))
    with RecordingServer(mailbox) as server, connected(server) as client:
        yield client


@pytest.mark.parametrize(
    ("program", "numbers"),
    [
        ("ALL", [1, 2, 3]),
        ("2:3", [2, 3]),
        ("*", [3]),
        ("1,9", [1]),
        ("1:4294967295", [1, 2, 3]),
        ("UID 12:*", [2, 3]),
        ("UID 13:19", []),
        # flags
        ("SEEN", [1, 3]),
        ("UNSEEN", [2]),
        ("FLAGGED", [1]),
        ("UNFLAGGED ANSWERED", [2]),
        ("UNANSWERED", [1, 3]),
        ("DELETED", []),
        ("UNDELETED UNDRAFT", [1, 2, 3]),
        ("DRAFT", []),
        ("KEYWORD $work", [2]),
        ("UNKEYWORD $Work", [1, 3]),
        ("NEW", []),
        ("RECENT", []),
        ("OLD", [1, 2, 3]),
        # headers
        ("FROM ada", [1]),
        ('FROM "LOVELACE"', [1]),
        ("TO team@", [1]),
        ("CC ADA", [2]),
        ("BCC hidden", [2]),
        ("SUBJECT tax", [1]),
        ('SUBJECT ""', [1, 2, 3]),
        ("HEADER X-Spam-Status score", [2]),
        ('HEADER date ""', [1, 3]),
        ('HEADER X-None ""', []),
        # sizes and dates
        ("LARGER 2000", [3]),
        ("SMALLER 2000 NOT 2", [1]),
        ("BEFORE 2-Jul-2024", []),
        ("BEFORE 3-jul-2024", [1]),
        ("ON 3-Jul-2024", [2]),
        ('SINCE "3-Jul-2024"', [2, 3]),
        # the day that the Date header writes, whatever its zone
        ("SENTON 1-Jul-2024", [1]),
        ("SENTBEFORE 1-Jan-2030", [1]),
        ("SENTSINCE 1-Jan-2000", [1]),
        # texts
        ("BODY words", [2]),
        ("BODY broken", [2]),
        ("BODY secret.pdf", []),
        ('BODY "pdf words"', []),
        ("TEXT secret.pdf", [2]),
        ('TEXT "subject: tax"', [1]),
        ("BODY tax", []),
        # together
        ("OR FROM ada SUBJECT plain", [1, 3]),
        ("NOT OR SEEN FLAGGED", [2]),
        ("NOT (SEEN LARGER 100)", [2]),
        ("(OR (1 SEEN) (2 SEEN)) ALL", [1]),
        ("NOT NOT SEEN", [1, 3]),
    ],
)
def test_keys(client: Client, program: str, numbers: list[int]) -> None:
    listed = "".join(f" {number}" for number in numbers)
    assert client.ask(f"SEARCH {program}").decode() == (
        f"* SEARCH{listed}\r\nT OK Search completed.\r\n"
    )


@pytest.mark.parametrize(
    ("key", "text", "numbers"),
    [
        ("SUBJECT", "grüße", [2]),
        ("SUBJECT", "GRÜSSE", []),
        ("FROM", "JÜRGEN", [2]),
        ("FROM", "ju\u0308rgen", [2]),
        ("BODY", "straß", [1]),
        ("TEXT", "STRASS", []),
    ],
)
def test_text_that_is_not_ascii(client: Client, key: str, text: str, numbers: list[int]) -> None:
    octets = text.encode()
    command = b"SEARCH CHARSET UTF-8 %b {%d+}\r\n%b" % (key.encode(), len(octets), octets)
    listed = b"".join(b" %d" % number for number in numbers)
    assert client.ask(command) == b"* SEARCH" + listed + b"\r\nT OK Search completed.\r\n"


def test_uids(client: Client) -> None:
    assert client.ask("UID SEARCH SEEN").startswith(b"* SEARCH 11 20\r\n")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("SEARCH RETURN () ALL", b'* ESEARCH (TAG "T") ALL 1:3\r\n'),
        ("SEARCH RETURN (COUNT) SEEN", b'* ESEARCH (TAG "T") COUNT 2\r\n'),
        ("SEARCH RETURN (MIN MAX ALL) SEEN", b'* ESEARCH (TAG "T") MIN 1 MAX 3 ALL 1,3\r\n'),
        ("UID SEARCH RETURN (ALL) ALL", b'* ESEARCH (TAG "T") UID ALL 11:12,20\r\n'),
        ("SEARCH RETURN (MIN ALL COUNT) DELETED", b'* ESEARCH (TAG "T") COUNT 0\r\n'),
        ("SEARCH RETURN (PARTIAL 2:9) ALL", b'* ESEARCH (TAG "T") PARTIAL (2:9 2:3)\r\n'),
        ("SEARCH RETURN (PARTIAL -1:-2) ALL", b'* ESEARCH (TAG "T") PARTIAL (-1:-2 2:3)\r\n'),
        ("SEARCH RETURN (PARTIAL 7:9) ALL", b'* ESEARCH (TAG "T") PARTIAL (7:9 NIL)\r\n'),
        ("SEARCH RETURN (ALL) CHARSET utf-8 3", b'* ESEARCH (TAG "T") ALL 3\r\n'),
    ],
)
def test_return(client: Client, command: str, answer: bytes) -> None:
    assert client.ask(command) == answer + b"T OK Search completed.\r\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("SEARCH", b"T BAD Error in IMAP command SEARCH: Missing search parameters\r\n"),
        ("SEARCH NONSENSE", b"T BAD Error in IMAP command SEARCH: Unknown argument NONSENSE\r\n"),
        ("SEARCH FROM", b"T BAD Error in IMAP command SEARCH: Missing parameter for argument\r\n"),
        ("SEARCH LARGER x", b"T BAD Error in IMAP command SEARCH: Invalid number\r\n"),
        ("SEARCH ON 31-Feb-2024", b"T BAD Error in IMAP command SEARCH: Invalid search date"),
        ("SEARCH ON 2024-01-01", b"T BAD Error in IMAP command SEARCH: Invalid search date"),
        ("SEARCH FROM (x)", b"T BAD Error in IMAP command SEARCH: Invalid parameter"),
        ("SEARCH RETURN (SAVE) ALL", b"T BAD Error in IMAP command SEARCH: Unknown search return"),
        ("SEARCH RETURN (PARTIAL 0:5) ALL", b"T BAD Error in IMAP command SEARCH: Invalid PARTIAL"),
        ("SEARCH CHARSET latin1 ALL", b"T NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset\r\n"),
    ],
)
def test_what_is_refused(client: Client, command: str, answer: bytes) -> None:
    assert client.ask(command).startswith(answer)


def test_endless_nesting_is_an_answer(client: Client) -> None:
    assert client.ask("SEARCH " + "NOT " * 15_000 + "ALL").startswith(b"T NO [SERVERBUG]")
    assert client.ask("NOOP").startswith(b"T OK")
