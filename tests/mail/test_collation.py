"""RFC 5051's comparison."""

from __future__ import annotations

import pytest

from tuimail.mail.collation import fold_case


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello", "hELLO"),
        ("Über", "u\u0308BER"),
        ("ａｂ", "AB"),
        ("ΣΑΣ", "σασ"),
        ("ǆ", "Ǆ"),
        ("Привет", "пРИВЕТ"),
    ],
)
def test_equal(one: str, other: str) -> None:
    assert fold_case(one) == fold_case(other)


@pytest.mark.parametrize(("one", "other"), [("ß", "ss"), ("é", "e"), ("a b", "ab")])
def test_different(one: str, other: str) -> None:
    assert fold_case(one) != fold_case(other)


def test_letters_sort_behind_what_stands_before_them() -> None:
    assert sorted(["_b", "Ab", "aa"], key=fold_case) == ["aa", "Ab", "_b"]
