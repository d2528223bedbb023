"""What people type, and what is sent for it."""

from __future__ import annotations

import pytest

from tuimail.imap.command import Argument, Literal
from tuimail.imap.query import QueryError, parse_query


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("invoice", (b"TEXT", b'"invoice"')),
        ("two words", (b"TEXT", b'"two"', b"TEXT", b'"words"')),
        ('"two words"', (b"TEXT", b'"two words"')),
        ("from:ada", (b"FROM", b'"ada"')),
        ('subject:"tax 2024"', (b"SUBJECT", b'"tax 2024"')),
        ("SUBJECT:x", (b"SUBJECT", b'"x"')),
        ("since:2024-01-01", (b"SINCE", b"1-Jan-2024")),
        ("sent-before:2025-12-31", (b"SENTBEFORE", b"31-Dec-2025")),
        ("larger:1M", (b"LARGER", b"1048576")),
        ("smaller:1.5k", (b"SMALLER", b"1536")),
        ("larger:10", (b"LARGER", b"10")),
        ("is:unread", (b"UNSEEN",)),
        ("-is:read", (b"NOT", b"SEEN")),
        ("-spam", (b"NOT", b"TEXT", b'"spam"')),
        ("header:X-Foo=bar", (b"HEADER", b'"X-Foo"', b'"bar"')),
        ('header:"X-Foo=b a=r"', (b"HEADER", b'"X-Foo"', b'"b a=r"')),
        ("list:python-dev", (b"HEADER", b"List-Id", b'"python-dev"')),
        ("keyword:$Work", (b"KEYWORD", b"$Work")),
        ("from:größe", (b"FROM", Literal("größe".encode()))),
        ('say:"x"' .replace("say", "text"), (b"TEXT", b'"x"')),
        ('"a \\"b\\" \\\\"', (b"TEXT", b'"a \\"b\\" \\\\"')),
        ("https://example.org/x", (b"TEXT", b'"https://example.org/x"')),
        ("10:30", (b"TEXT", b'"10:30"')),
        ("has:attachment", (b"ALL",)),
        ("uid:1:20", (b"ALL",)),
        ('gmail:"in:anywhere"', (b"X-GM-RAW", b'"in:anywhere"')),
    ],
)  # fmt: skip
def test_compiled(text: str, arguments: tuple[Argument, ...]) -> None:
    assert parse_query(text).arguments == arguments


def test_what_search_cannot_decide() -> None:
    assert parse_query("x has:attachment").has_attachment is True
    assert parse_query("x -has:attachment").has_attachment is False
    assert parse_query("x").has_attachment is None
    assert parse_query("gmail:x").wants_gmail
    assert [by_uid for _, by_uid in parse_query("uid:1 seq:2:3").numbers] == [True, False]


def test_a_charset_is_needed_for_other_letters_only() -> None:
    assert parse_query("from:ada").is_ascii
    assert not parse_query("from:größe").is_ascii


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "nothing to look for"),
        ("   ", 0, "nothing to look for"),
        ("from:", 5, "a value is missing behind from:"),
        ("a from:", 7, "missing"),
        ("a frm:ada", 2, "no key is called frm; there are from"),
        ("since:yesterday", 6, "2024-12-31"),
        ("since:2024-13-01", 6, "2024-12-31"),
        ("a larger:big", 9, "500k"),
        ("is:happy", 3, "is: knows"),
        ('say "hello', 4, "never closed"),
        ("header:X-Foo", 7, "header:NAME=VALUE"),
        ("has:fun", 4, "has: knows attachment"),
        ("uid:x", 4, "not a set"),
        ("-uid:1", 5, "cannot be turned round"),
        ("-", 1, "a value is missing here"),
        ("keyword:(x)", 8, "a keyword is"),
        ('"a\rb"', 1, "line break"),
    ],
)
def test_mistakes_have_a_place(text: str, position: int, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert words in str(caught.value)
    assert caught.value.position == position
    pointer = caught.value.pointer.split("\n")
    assert pointer[1] == " " * position + "^"
    assert pointer[0].isprintable()
