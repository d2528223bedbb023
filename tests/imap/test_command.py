"""The one choke point: what may be said to a server."""

from __future__ import annotations

import pytest

from tuimail.errors import CommandForbidden
from tuimail.imap.command import Command, Literal, astring, sequence_set


@pytest.mark.parametrize(
    "name",
    b"SELECT STORE|UID STORE|APPEND|COPY|UID COPY|MOVE|UID MOVE|EXPUNGE|UID EXPUNGE|CREATE|DELETE|"
    b"RENAME|SUBSCRIBE|UNSUBSCRIBE|SETACL|SETMETADATA|SETQUOTA|CHECK|UID EXAMINE|UID|fetch|"
    b"NOOP FETCH|XYZZY".split(b"|"),
)
def test_commands_that_are_not_read_only_cannot_be_made(name: bytes) -> None:
    with pytest.raises(CommandForbidden):
        Command(name, (b"1", b"(UID)"))


@pytest.mark.parametrize(
    "items",
    [
        b"BODY[]",
        b"(UID BODY[TEXT])",
        b"(UID body[1])",
        b"(BODY[1]<0.100>)",
        b"RFC822",
        b"(RFC822 UID)",
        b"RFC822.TEXT",
        b"RFC822.HEADER",
        b"BINARY[1]",
        b"(FLAGS) UID STORE 1 +FLAGS (x)" + b'"',
        b"(UID {5}",
    ],
)
def test_fetch_that_marks_as_read_or_is_no_item_cannot_be_made(items: bytes) -> None:
    with pytest.raises(CommandForbidden):
        Command(b"UID FETCH", (b"1", items))


@pytest.mark.parametrize(
    "items",
    [
        b"(UID FLAGS RFC822.SIZE INTERNALDATE BODYSTRUCTURE)",
        b"(BODY.PEEK[] BODY.PEEK[1.MIME] BODY.PEEK[2]<0.100>)",
        b"(BINARY.PEEK[1] BINARY.SIZE[1] BODY ENVELOPE)",
        b"(BODY.PEEK[HEADER.FIELDS (FROM X-RFC822)])",
    ],
)
def test_peeking_fetches_can_be_made(items: bytes) -> None:
    assert Command(b"FETCH", (b"1:*", items)).arguments[1] == items


@pytest.mark.parametrize("octet", [b"\r", b"\n", b"\0", b"\r\nt2 DELETE x\r\n"])
@pytest.mark.parametrize("wrap", [bytes, Literal, astring])
def test_line_breaks_cannot_hide_in_arguments(octet: bytes, wrap: type) -> None:
    with pytest.raises(CommandForbidden):
        Command(b"EXAMINE", (wrap(b"a" + octet + b"b"),))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (b"INBOX", b"INBOX"),
        (b"Archive/2024", b"Archive/2024"),
        (b"two words", b'"two words"'),
        (b'a "quoted" \\ name', b'"a \\"quoted\\" \\\\ name"'),
        (b"", b'""'),
        (b"NIL", b'"NIL"'),
        (b"(x)", b'"(x)"'),
        (b"a*b%", b'"a*b%"'),
        (b"6a[2Jb", b'"6a[2Jb"'),
        (b"a{5}", b'"a{5}"'),
        (b"INBOX]", b'"INBOX]"'),
        ("Größe".encode(), Literal("Größe".encode())),
    ],
)
def test_astring(value: bytes, written: bytes) -> None:
    assert astring(value) == written


@pytest.mark.parametrize(
    ("numbers", "written"),
    [([3, 1, 2], b"1:3"), ([7], b"7"), ([1, 2, 4, 5, 9], b"1:2,4:5,9"), ([2, 2], b"2"), ([], b"")],
)
def test_sequence_set_joins_runs(numbers: list[int], written: bytes) -> None:
    assert sequence_set(numbers) == written
