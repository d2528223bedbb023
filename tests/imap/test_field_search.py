"""What is looked for in header fields here; test_outlook.py has a server that needs it."""

from __future__ import annotations

import pytest

from tuimail.imap.field_search import split_query
from tuimail.imap.query import QueryError, parse_query

HEADER = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\n"
    b"Subject: =?iso-8859-1?q?gr=F6=DFte?=\r\n =?utf-8?b?IEdyw7bDn2U=?= of\r\n\tall\r\n"
    b"Subject: a second \xc3\xa9\r\n"
    b"List-Id: \xe9t\xe9 <x.example.org>\r\n\r\n"
)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("from:jürgen", True),
        ("from:JÜRGEN", True),
        ("from:jürgens", False),
        ("-from:jürgen", False),
        ("-cc:jürgen", True),
        # over encoded words and folds, which the text is read without
        ('subject:"größte größe of all"', True),
        # any of several fields, in raw UTF-8 and in Windows-1252
        ("subject:é", True),
        ("list:été", True),
        ("header:from=jürgen", True),
        ("header:X-None=é", False),
    ],
)
def test_a_field_is_read_as_a_person_reads_it(query: str, fits: bool) -> None:
    left, (test,) = split_query(parse_query(query))
    assert left.arguments == (b"ALL",)
    assert test.fits(HEADER) is fits


def test_the_server_is_asked_for_the_rest() -> None:
    text = "header:X=FROM from:é -is:read -subject:ü keyword:NOT has:attachment uid:4"
    query = parse_query(text)
    left, tests = split_query(query)
    assert left.arguments == (b"HEADER", b'"X"', b'"FROM"', b"NOT", b"SEEN", b"KEYWORD", b"NOT")
    assert (left.has_attachment, left.numbers) == (True, query.numbers)
    assert [(test.name, test.negated) for test in tests] == [("from", False), ("subject", True)]


@pytest.mark.parametrize(
    ("query", "position"), [("a é", 2), ("body:é", 5), ("gmail:é", 6), ("header:X!=é", 7)]
)
def test_texts_are_not_fetched(query: str, position: int) -> None:
    with pytest.raises(QueryError, match="only ASCII") as caught:
        split_query(parse_query(query))
    assert caught.value.position == position
