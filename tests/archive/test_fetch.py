"""FETCH: items, sections, sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import RecordingServer, mailbox_with

PLAIN = (
    b"From: Ada <ada@example.org>\r\nSubject: one\r\n two\r\nX-Odd : spaced\r\n\r\nThe text.\r\n"
)
NESTED = (
    b"From: outer@example.org\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n"
    b"\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@example.org\r\n\r\nnested\r\n"
    b"--b--\r\n"
)


@pytest.fixture
def client() -> Iterator[Client]:
    with RecordingServer(mailbox_with(PLAIN, NESTED)) as server, connected(server) as client:
        yield client


def literal(label: str, octets: bytes) -> bytes:
    return b"%b {%d}\r\n%b" % (label.encode(), len(octets), octets)


@pytest.mark.parametrize(
    ("item", "written"),
    [
        ("UID", b"UID 1"),
        ("FLAGS", b"FLAGS ()"),
        ("RFC822.SIZE", b"RFC822.SIZE %d" % len(PLAIN)),
        ("INTERNALDATE", b'INTERNALDATE "01-Jan-2024 00:01:00 +0000"'),
        ("(UID FLAGS)", b"UID 1 FLAGS ()"),
        ("BODY[]", literal("BODY[]", PLAIN)),
        ("RFC822", literal("RFC822", PLAIN)),
        ("RFC822.TEXT", literal("RFC822.TEXT", b"The text.\r\n")),
        ("BODY.PEEK[TEXT]", literal("BODY[TEXT]", b"The text.\r\n")),
        ("body.peek[text]<4.4>", literal("BODY[TEXT]<4>", b"text")),
        ("BODY[TEXT]<99.4>", literal("BODY[TEXT]<99>", b"")),
        ("BODY[1]", literal("BODY[1]", b"The text.\r\n")),
        ("BODY[HEADER]", literal("BODY[HEADER]", PLAIN[:-11])),
        ("RFC822.HEADER", literal("RFC822.HEADER", PLAIN[:-11])),
        (
            "BODY.PEEK[HEADER.FIELDS (subject X-ODD)]",
            literal(
                "BODY[HEADER.FIELDS (SUBJECT X-ODD)]",
                b"Subject: one\r\n two\r\nX-Odd : spaced\r\n\r\n",
            ),
        ),
        (
            'BODY[HEADER.FIELDS.NOT ("Subject" X-Odd)]',
            literal(
                "BODY[HEADER.FIELDS.NOT (SUBJECT X-ODD)]",
                b"From: Ada <ada@example.org>\r\n\r\n",
            ),
        ),
        ("BODY[HEADER.FIELDS (Bcc)]", literal("BODY[HEADER.FIELDS (BCC)]", b"\r\n")),
        ("BODY[2]", b"BODY[2] NIL"),
        ("BODY[1.HEADER]", b"BODY[1.HEADER] NIL"),
    ],
)
def test_items_of_a_plain_message(client: Client, item: str, written: bytes) -> None:
    answer = client.ask(f"FETCH 1 {item}")
    assert answer == b"* 1 FETCH (" + written + b")\r\nT OK Fetch completed.\r\n"


@pytest.mark.parametrize(
    ("section", "octets"),
    [
        ("1", b"first"),
        ("1.MIME", b"Content-Type: text/plain\r\n\r\n"),
        ("2", b"From: inner@example.org\r\n\r\nnested"),
        ("2.MIME", b"Content-Type: message/rfc822\r\n\r\n"),
        ("2.HEADER", b"From: inner@example.org\r\n\r\n"),
        ("2.HEADER.FIELDS (FROM)", b"From: inner@example.org\r\n\r\n"),
        ("2.TEXT", b"nested"),
        ("2.1", b"nested"),
        ("HEADER.FIELDS (FROM)", b"From: outer@example.org\r\n\r\n"),
    ],
)
def test_sections_of_a_nested_message(client: Client, section: str, octets: bytes) -> None:
    written = literal(f"BODY[{section}]", octets)
    assert client.ask(f"FETCH 2 BODY.PEEK[{section}]").startswith(b"* 2 FETCH (" + written + b")")


def test_macros(client: Client) -> None:
    assert client.ask("FETCH 1 FAST") == (
        b'* 1 FETCH (FLAGS () INTERNALDATE "01-Jan-2024 00:01:00 +0000" RFC822.SIZE %d)\r\n'
        b"T OK Fetch completed.\r\n" % len(PLAIN)
    )
    assert b" ENVELOPE (NIL " in client.ask("FETCH 1 ALL")
    assert b' BODY ("text" "plain" ' in client.ask("FETCH 1 FULL")


@pytest.mark.parametrize(
    ("command", "numbers"),
    [
        ("FETCH 1:2 UID", [1, 2]),
        ("FETCH 1:* UID", [1, 2]),
        ("FETCH * UID", [2]),
        ("FETCH 2,1 UID", [1, 2]),
        ("UID FETCH 2:999 FLAGS", [2]),
        ("UID FETCH 7:8 FLAGS", []),
        ("UID FETCH 7:* FLAGS", [2]),
    ],
)
def test_sets(client: Client, command: str, numbers: list[int]) -> None:
    lines = client.ask(command).splitlines()
    assert [int(line.split()[1]) for line in lines[:-1]] == numbers
    assert lines[-1] == b"T OK Fetch completed."
    assert all(b"UID %d" % number in line for number, line in zip(numbers, lines, strict=False))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("FETCH 3 UID", b"Invalid messageset"),
        ("FETCH 1:3 UID", b"Invalid messageset"),
        ("FETCH 0 UID", b"Invalid messageset"),
        ("FETCH x UID", b"Invalid messageset"),
        ("FETCH 1 NONSENSE", b"Unknown parameter NONSENSE"),
        ("FETCH 1 BODY[1..2]", b"Unknown parameter BODY[1..2]"),
        ("FETCH 1 BODY[MIME]", b"MIME needs a part"),
        ("FETCH 1 BODY[HEADER.FIELDS ()]", b"No header fields"),
        ("FETCH 1 ()", b"Invalid arguments"),
        ("FETCH 1", b"Invalid arguments"),
        ("FETCH 1 (UID) FLAGS", b"Invalid arguments"),
    ],
)
def test_what_is_refused(client: Client, command: str, reason: bytes) -> None:
    expected = b"T BAD Error in IMAP command FETCH: " + reason + b"\r\n"
    assert client.ask(command) == expected


def test_a_header_without_any_line_end() -> None:
    with RecordingServer(mailbox_with(b"Subject: x")) as server, connected(server) as client:
        written = literal("BODY[HEADER.FIELDS (SUBJECT)]", b"Subject: x\r\n\r\n")
        answer = client.ask("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]")
        assert answer.startswith(b"* 1 FETCH (" + written + b")")


def test_an_empty_folder_has_no_message_at_all() -> None:
    with RecordingServer(mailbox_with()) as server, connected(server) as client:
        assert client.ask("FETCH 1:* UID").startswith(b"T BAD ")
        assert client.ask("UID FETCH 1:* FLAGS") == b"T OK Fetch completed.\r\n"
