"""The fast reader of BODYSTRUCTURE says what the thorough one says, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.archive.opened_message import OpenedMessage
from tuimail.imap.quick_structure import (
    find_quick_attachments,
    is_only_text,
    read_quick_structure,
)
from tuimail.imap.structure import Part, attachments, read_structure
from tuimail.imap.tokens import read_tokens

PLAIN = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)'
HTML = b'("TEXT" "HTML" ("CHARSET" "UTF-8") NIL NIL "QUOTED-PRINTABLE" 400 9)'


def thoroughly(structure: bytes) -> Part:
    (token,) = read_tokens([structure], single=True)
    return read_structure(token)


PDF = (
    b'("application" "pdf" ("name" "=?utf-8?q?n=C3=B6te?=.pdf") "<a@b>" NIL "BASE64" 5000 NIL '
    b'("attachment" ("filename*" "utf-8\'\'n%C3%B6te.pdf" "size" "3700")) NIL NIL)'
)


@pytest.mark.parametrize(
    "structure",
    [
        PLAIN,
        HTML,
        PDF,
        b'("text" "plain" NIL NIL NIL "base64" 0 0 NIL NIL NIL)',
        b'("text" "plain" ("charset" "x" "format" "flowed" "delsp" "yes") NIL NIL "7bit" 1 1)',
        b'("text" "plain" ("charset" "a" "charset" "b") NIL NIL "7bit" 1 1)',
        b'("text" "plain" ("name" "a.txt") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)',
        b'("text" "plain" ("charset*" "utf-8\'\'x") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)',
        b'("text" "plain" ("charset" "=?utf-8?q?x?=") NIL NIL "7bit" 12 3)',
        b'("text" "plain" NIL NIL NIL "7bit" 12 3 NIL ("attachment" NIL) NIL NIL)',
        b'("text" "calendar" NIL "<id>" "invitation" "7bit" 12 3 "md5" ("inline" NIL) NIL NIL)',
        b'("text" "plain" ("charset" "a\\"b") NIL NIL "7bit" 12 3)',
        b'("image" "png" ("name" "\\\\a\\" (b).png") NIL NIL "base64" 12 NIL ("inline" NIL))',
        b'("image" "png" ("NAME " "a" "x*0" "b" "x*1*" "%41" "" "d") NIL NIL "base64" 12)',
        b'("image" "png" ("x*123456" "c" "a" "b c") NIL NIL "base64" 12)',
        b'("image" "png" (%b) NIL NIL "base64" 12)'
        % b" ".join(b'"n%d" "v"' % n for n in range(1_500)),
        b'("image" "png" NIL NIL NIL "base64" 12)',
        b'("" "" NIL NIL NIL "base64" 59778 NIL ("attachment" ("filename" "a.jpg")) NIL NIL)',
        b'("image" "png" ("name" "a" "name" "b") NIL NIL NIL 12 NIL NIL)',
        b'(%b%b "alternative" ("boundary" "=_1 (a)") NIL NIL NIL)' % (PLAIN, HTML),
        b'(%b%b "mixed")' % (PLAIN, PLAIN),
        b'(%b "RELATED" NIL NIL NIL)' % HTML,
        b'((%b%b "alternative")%b%b "mixed" ("boundary" "b"))' % (PLAIN, HTML, PDF, PDF),
        b'(%b(%b(%b "x") "y") "related" ("type" "text/html" "boundary" "b") NIL NIL NIL)'
        % (PDF, HTML, PLAIN),
    ],
)
def test_it_reads_as_the_thorough_reader(structure: bytes) -> None:
    line = b"* 1 FETCH (" + structure + b")\r\n"
    assert read_quick_structure(line, 11) == thoroughly(structure)
    assert find_quick_attachments(line, 11) == attachments(thoroughly(structure))


@pytest.mark.parametrize(
    "structure",
    [
        b'("text" "plain" NIL NIL NIL "7bit" 12)',
        b'("message" "rfc822" NIL NIL NIL "7bit" 12 (NIL) ("text" "plain") 3)',
        b'("image" "png" NIL NIL NIL "base64" {2}\r\n',
        b'("image" "png" NIL NIL NIL "base64" 12 3)',
        b'(%b "mixed" ("boundary" "x") ("attachment" NIL))' % PLAIN,
        b'(%b "mixed" ("boundary*0" "x"))' % PLAIN,
        b"(" * 200 + PLAIN,
        b'("alternative")',
        b"NIL",
        b"(((",
        b"",
    ],
)
def test_what_it_cannot_read_is_left_to_the_thorough_reader(structure: bytes) -> None:
    assert read_quick_structure(structure, 0) is None
    assert find_quick_attachments(structure, 0) is None


def test_only_text() -> None:
    for structure in (PLAIN, HTML, b'(%b%b "alternative" ("boundary" "b") NIL)' % (PLAIN, HTML)):
        assert is_only_text(structure, 0)
    named = PLAIN.replace(b'"charset"', b'"name"')
    for structure in (PDF, named, b'(%b%b "mixed")' % (PLAIN, PDF), b'((%b "x") "y")' % PLAIN, b""):
        assert not is_only_text(structure, 0)


def test_real_messages(corpus: list[Path]) -> None:
    fast = 0
    for path in corpus:
        structure = OpenedMessage(path.read_bytes()).body_structure
        part = read_quick_structure(structure, 0)
        if part is not None:
            fast += 1
            assert part == thoroughly(structure), path
            assert find_quick_attachments(structure, 0) == attachments(part), path
        if is_only_text(structure, 0):
            assert attachments(thoroughly(structure)) == (), path
    assert fast > len(corpus) // 2


@given(
    st.sampled_from([PLAIN, HTML, PDF, b"(%b%b" % (PLAIN, PDF)]),
    st.integers(0, 200),
    st.text(alphabet='()" abtexplinNIL019=?\\*', max_size=60).map(str.encode),
)
def test_it_never_says_other_than_the_thorough_reader(
    structure: bytes, kept: int, junk: bytes
) -> None:
    part = read_quick_structure(structure[:kept] + junk, 0)
    found = find_quick_attachments(structure[:kept] + junk, 0)
    assert (found is None) is (part is None)
    if part is not None:
        assert part == thoroughly(structure[:kept] + junk)
        assert found == attachments(part)
