"""The base subject (RFC 5256, 2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.base_subject import base_subject


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("", ""),
        ("hello", "hello"),
        ("  hello \t\r\n  world  ", "hello world"),
        # leaders
        ("Re: hello", "hello"),
        ("RE: re: Re : hello", "hello"),
        ("Fw: hello", "hello"),
        ("Fwd: hello", "hello"),
        ("re[2]: hello", "hello"),
        ("Re [2] : hello", "hello"),
        ("Re [2]: hello", "hello"),
        ("[list] Re: hello", "hello"),
        ("Re: [list] hello", "hello"),
        ("[a] [b]Re: [c] hello", "hello"),
        ("Re: [list] Re: [list] Fwd: hello", "hello"),
        ("Re:", ""),
        ("Re: Re:", ""),
        # tags
        ("[list] hello", "hello"),
        ("[a][b] hello", "hello"),
        ("[list]", "[list]"),
        ("[a] [b]", "[b]"),
        ("[a] [b] ", "[b]"),
        ("Re: [list]", "[list]"),
        ("[] hello", "hello"),
        ("[Grüße] hello", "hello"),
        ("[[nested]] hello", "[[nested]] hello"),
        ("[open hello", "[open hello"),
        ("hello [list]", "hello [list]"),
        # trailers
        ("hello (fwd)", "hello"),
        ("hello (FWD) (fwd)  ", "hello"),
        ("hello(fwd)", "hello"),
        ("(fwd)", ""),
        ("(fwd) hello", "(fwd) hello"),
        # wrapped forwards
        ("[Fwd: hello]", "hello"),
        ("[fwd: [fwd: Re: hello (fwd)]]", "hello"),
        ("Re: [FWD: [list] hello] (fwd)", "hello"),
        ("[fwd: hello", "[fwd: hello"),
        # a tag like any other, with nothing behind it, and then a forward
        ("[fwd:hello]", "hello"),
        ("[fwd:]", ""),
        # words that only begin so
        ("Regarding: hello", "Regarding: hello"),
        ("Fwdd: hello", "Fwdd: hello"),
        ("Re hello", "Re hello"),
        ("AW: hello", "AW: hello"),
        # case stays
        ("Re: HeLLo", "HeLLo"),
    ],
)
def test_strips(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    "unit",
    [
        "[a]",
        "[a] ",
        "[",
        "re: ",
        "re[a]:",
        "[fwd:",
        "(fwd)",
        " ",
        "[a]re",
        "[a fw]",
        "fw[",
        "[fwd:[a]",
    ],
)
def test_a_bomb_takes_linear_time(unit: str) -> None:
    # Where it is quadratic, this takes hours.
    base_subject(unit * (200_000 // len(unit)))
    base_subject(unit * (200_000 // len(unit)) + " hello]")


@given(st.text(alphabet="[]()refwd: \ta", max_size=40))
def test_is_stable(subject: str) -> None:
    base = base_subject(subject)
    assert base_subject(f"Re: {base}") == base_subject(base)
    assert base == base.strip(" ")
