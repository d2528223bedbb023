"""Commands, from octets to arguments."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.archive.command import (
    LINE_LIMIT,
    LITERAL_LIMIT,
    Argument,
    CommandReader,
    parse_arguments,
    parse_command,
)
from tuimail.archive.response import CommandError


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (b"", []),
        (b"a b\r\n", [b"a", b"b"]),
        (b'"a b" ""', [b"a b", b""]),
        (b'"say \\"hi\\" \\\\"', [b'say "hi" \\']),
        (b"(a (b c) d) ()", [[b"a", [b"b", b"c"], b"d"], []]),
        (
            b"(UID BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.10> FLAGS)",
            [[b"UID", b"BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.10>", b"FLAGS"]],
        ),
        (b'BODY[HEADER.FIELDS ("]" X)]', [b'BODY[HEADER.FIELDS ("]" X)]']),
        (b"1:*,3 % * \\Seen", [b"1:*,3", b"%", b"*", b"\\Seen"]),
        (b"   a  \r\n", [b"a"]),
    ],
)
def test_arguments(text: bytes, arguments: list[Argument]) -> None:
    assert parse_arguments(text) == arguments


@pytest.mark.parametrize("text", [b"(a", b"a)", b'"a', b"BODY[1", b"(" * 100 + b")" * 100])
def test_broken_arguments_are_refused(text: bytes) -> None:
    with pytest.raises(CommandError) as refused:
        parse_arguments(text)
    assert refused.value.status == "BAD"


@given(st.text('ab ()"[]<>\\\r\n{}1+', max_size=40))
def test_any_line_is_read_or_refused(line: str) -> None:
    with contextlib.suppress(CommandError):
        parse_arguments(line.encode())


@pytest.mark.parametrize("piece", [b"(", b'"', b"[", b"BODY[(", b'["', b"a(b) ", b"\\", b'"a" '])
def test_hostile_lines_take_linear_time(piece: bytes) -> None:
    with patience(), contextlib.suppress(CommandError):
        parse_arguments(piece * 100_000)


def test_uid_belongs_to_the_command() -> None:
    command = parse_command(b"A1 uid fetch 1:* FLAGS\r\n")
    assert (command.tag, command.name, command.uid) == (b"A1", "FETCH", True)
    assert command.arguments == [b"1:*", b"FLAGS"]


@pytest.mark.parametrize("text", [b"\r\n", b"A1\r\n", b"(A1) NOOP\r\n"])
def test_a_command_has_a_tag_and_a_name(text: bytes) -> None:
    with pytest.raises(CommandError):
        parse_command(text)


def read(octets: bytes) -> tuple[list[Argument], int]:
    """The arguments of the first command, and how often the client was told to go on."""
    times: list[None] = []
    reader = CommandReader(io.BytesIO(octets), lambda: times.append(None))
    return parse_arguments(reader.read_text()), len(times)


@pytest.mark.parametrize(
    ("octets", "arguments", "go_ahead"),
    [
        (b'a LOGIN {3}\r\nx y {2}\r\n\\"\r\n', [b"a", b"LOGIN", b"x y", b'\\"'], 2),
        (b"a LOGIN {3+}\r\nx y {0+}\r\n\r\n", [b"a", b"LOGIN", b"x y", b""], 0),
        (b"a X {4+}\r\n\r\n\0)\r\n", [b"a", b"X", b"\r\n\0)"], 0),
    ],
)
def test_literals(octets: bytes, arguments: list[Argument], go_ahead: int) -> None:
    assert read(octets) == (arguments, go_ahead)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"a NOOP",
        b"a X {10}\r\nshort",
        b"a X {%d}\r\n" % (LITERAL_LIMIT + 1),
        b"a" * (LINE_LIMIT + 1) + b"\r\n",
        b"a"
        + b" {900000+}\r\n"
        + b"x" * 900_000
        + b" {900000+}\r\n"
        + b"x" * 900_000
        + b" {1+}\r\n",
    ],
)
def test_what_has_no_end_is_given_up(octets: bytes) -> None:
    with pytest.raises(EOFError):
        read(octets)
