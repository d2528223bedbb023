"""The fast reader of BODYSTRUCTURE says what the thorough one says, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.archive.opened_message import OpenedMessage
from tuimail.imap.structure import Part, attachments, read_structure
from tuimail.imap.text_structure import read_text_structure
from tuimail.imap.tokens import read_tokens

PLAIN = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)'
HTML = b'("TEXT" "HTML" ("CHARSET" "UTF-8") NIL NIL "QUOTED-PRINTABLE" 400 9)'


def thoroughly(structure: bytes) -> Part:
    (token,) = read_tokens([structure], single=True)
    return read_structure(token)


@pytest.mark.parametrize(
    "structure",
    [
        PLAIN,
        HTML,
        b'("text" "plain" NIL NIL NIL "base64" 0 0 NIL NIL NIL)',
        b'("text" "plain" ("charset" "x" "format" "flowed" "delsp" "yes") NIL NIL "7bit" 1 1)',
        b'("text" "plain" ("charset" "a" "charset" "b") NIL NIL "7bit" 1 1)',
        b'(%b%b "alternative" ("boundary" "=_1 (a)") NIL NIL NIL)' % (PLAIN, HTML),
        b'(%b%b "mixed")' % (PLAIN, PLAIN),
        b'(%b "RELATED" NIL NIL NIL)' % HTML,
    ],
)
def test_text_is_read_as_by_the_thorough_reader(structure: bytes) -> None:
    part = read_text_structure(b"* 1 FETCH (" + structure + b")\r\n", 11)
    assert part == thoroughly(structure)
    assert part is not None
    assert attachments(part) == ()


@pytest.mark.parametrize(
    "structure",
    [
        b'("text" "plain" ("name" "a.txt") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)',
        b'("text" "plain" ("charset*" "utf-8\'\'x") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)',
        b'("text" "plain" ("charset" "=?utf-8?q?x?=") NIL NIL "7bit" 12 3)',
        b'("text" "plain" ("charset" "a\\"b") NIL NIL "7bit" 12 3)',
        b'("text" "plain" NIL NIL NIL "7bit" 12 3 NIL ("attachment" NIL) NIL NIL)',
        b'("text" "plain" NIL "<id>" NIL "7bit" 12 3)',
        b'("text" "calendar" NIL NIL NIL "7bit" 12 3)',
        b'("image" "png" NIL NIL NIL "base64" 12)',
        b'(%b("image" "png" NIL NIL NIL "base64" 12) "mixed")' % PLAIN,
        b'((%b%b "alternative")%b "mixed")' % (PLAIN, HTML, PLAIN),
        b'(%b "mixed" ("boundary" "x") ("attachment" NIL))' % PLAIN,
        b'("alternative")',
        b"NIL",
        b"(((",
        b"",
    ],
)
def test_everything_else_is_left_to_the_thorough_reader(structure: bytes) -> None:
    assert read_text_structure(structure, 0) is None


def test_real_messages(corpus: list[Path]) -> None:
    fast = 0
    for path in corpus:
        structure = OpenedMessage(path.read_bytes()).body_structure
        part = read_text_structure(structure, 0)
        if part is not None:
            fast += 1
            assert part == thoroughly(structure), path
    assert fast > len(corpus) // 4


@given(st.text(alphabet='()" abtexplinNIL019=?\\', max_size=60).map(str.encode))
def test_it_never_says_more_than_the_thorough_reader(junk: bytes) -> None:
    part = read_text_structure(PLAIN[:-1] + junk, 0)
    if part is not None:
        assert part == thoroughly(PLAIN[:-1] + junk)
