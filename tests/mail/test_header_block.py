"""Header blocks are cut into fields (RFC 5322, 2.2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.header_block import read_fields, read_values, unfold


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (b"", []),
        (b"\r\n", []),
        (b"\r\nSubject: body\r\n", []),
        (b"Subject: a\r\n\r\n", [("Subject", b"a")]),
        (b"Subject: a", [("Subject", b"a")]),
        (b"Subject:a\nTo:  b \n\nFrom: body\n", [("Subject", b"a"), ("To", b"b")]),
        (b"Subject: a\r\n\r\nFrom: body\r\n", [("Subject", b"a")]),
        # the same name twice, in order
        (b"A: 1\r\nB: 2\r\nA: 3\r\n", [("A", b"1"), ("B", b"2"), ("A", b"3")]),
        # folds
        (b"A: 1\r\n 2\r\n\t3\r\nB: 4\r\n", [("A", b"1\r\n 2\r\n\t3"), ("B", b"4")]),
        (b"A:\r\n 1\r\nB:\r\n", [("A", b"1"), ("B", b"")]),
        (b"A: 1\r\n \r\n 2\r\n\r\n", [("A", b"1\r\n \r\n 2")]),
        # RFC 5322, 4.5.8
        (b"Subject : a\r\nTo\t:b\r\n", [("Subject", b"a"), ("To", b"b")]),
        # a colon in the value, 8-bit, controls
        (b"A: b: c\r\n", [("A", b"b: c")]),
        (b"A: \xff\x00\x1b\r\n", [("A", b"\xff\x00\x1b")]),
        (b"A: one\rtwo\r\nB: x\r\n", [("A", b"one\rtwo"), ("B", b"x")]),
        # what is no field is passed over
        (b"From ada@example.org Thu Jan  1 00:00:00 2026\r\nA: 1\r\n", [("A", b"1")]),
        (b">From x: y\r\nA: 1\r\n", [("A", b"1")]),
        (b"rubbish\r\nA: 1\r\n: nameless\r\nB: 2\r\n", [("A", b"1"), ("B", b"2")]),
        (b" fold of nothing\r\nA: 1\r\n", [("A", b"1")]),
        (b"\xc3\xa9: x\r\nA: 1\r\n", [("A", b"1")]),
        # a byte order mark before the first field
        (b"\xef\xbb\xbfA: 1\r\nB: 2\r\n", [("A", b"1"), ("B", b"2")]),
    ],
)
def test_cuts_fields(block: bytes, fields: list[tuple[str, bytes]]) -> None:
    assert [tuple(field) for field in read_fields(block)] == fields


def test_first_value_of_each_name_in_lower_case() -> None:
    assert read_values(b"To: a\r\nTO: b\r\nCc: c\r\n\r\nX: body") == {"to": b"a", "cc": b"c"}


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (b"a", b"a"),
        (b"a\r\n b", b"a b"),
        (b"a\n\tb", b"a\tb"),
        (b"a\r\n   b\r\n  c", b"a   b  c"),
        (b"a\r\n\r\n", b"a"),
    ],
)
def test_unfolds(value: bytes, line: bytes) -> None:
    assert unfold(value) == line


@given(st.binary(max_size=300))
def test_never_raises(block: bytes) -> None:
    for field in read_fields(block):
        assert field.name
        assert b"\n" not in unfold(field.value)


@given(
    st.lists(
        st.tuples(
            st.from_regex(rb"[!-9;-~]{1,20}", fullmatch=True),
            st.from_regex(rb"[!-~]{1,30}(\r\n [!-~]{1,30}){0,2}", fullmatch=True),
        ),
        max_size=8,
    )
)
def test_finds_what_was_written(written: list[tuple[bytes, bytes]]) -> None:
    block = b"".join(name + b": " + value + b"\r\n" for name, value in written) + b"\r\nbody: x"
    assert [(f.name.encode(), f.value) for f in read_fields(block)] == written


def test_every_message_of_the_corpus_has_fields(corpus: list[Path]) -> None:
    with_fields = [path for path in corpus if len(read_fields(path.read_bytes())) > 1]
    assert len(with_fields) > len(corpus) // 2
