"""Flowed text is joined (RFC 3676)."""

from __future__ import annotations

import pytest

from tuimail.mail.flowed import join_flowed


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        ("", ""),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("one \r\ntwo \r\nthree\r\nfour", "one two three\nfour"),
        # a last line that says that it goes on
        ("one \r\n", "one "),
        # space-stuffing, 4.4
        (" From here\r\n  indented\r\n", "From here\n indented\n"),
        # signatures, 4.3
        ("bye\r\n-- \r\nAda\r\n", "bye\n-- \nAda\n"),
        ("one \r\n-- \r\nAda", "one \n-- \nAda"),
        # quotes, 4.5
        ("> one \r\n> two\r\n>> deep \r\n>> er\r\nme", "> one two\n>> deep er\nme"),
        # a quote that ends is a paragraph that ends
        ("> one \r\nme", "> one \nme"),
        (">> one \r\n> two", ">> one \n> two"),
    ],
)
def test_joins(written: str, joined: str) -> None:
    assert join_flowed(written, delete_space=False) == joined


def test_delsp_deletes_the_space_that_marks_the_line_end() -> None:
    assert join_flowed("日本 \r\n語 \r\n\r\nx", delete_space=True) == "日本語\nx"
