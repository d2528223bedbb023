"""JSON Lines: whatever was decoded comes back, and no terminal obeys it."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.cli.json_lines import write_json_line


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("é 日本 🐒 \u00a0", "é 日本 🐒 \u00a0"),
        ('"\\', '\\"\\\\'),
        ("\n\t", "\\n\\t"),
        ("\x1b[31m\x00", "\\u001b[31m\\u0000"),
        ("\x7f\x9b", "\\u007f\\u009b"),
        ("\u202e\u200d\u00ad\ufeff", "\\u202e\\u200d\\u00ad\\ufeff"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("\ud800 \udfff", "\\ud800 \\udfff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ue000\u0378", "\ue000\u0378"),
    ],
)
def test_what_is_escaped(text: str, written: str) -> None:
    assert write_json_line({"key": text}) == f'{{"key": "{written}"}}'


def test_every_code_point() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    line = write_json_line({"key": everything})
    # Two surrogates side by side are one character to JSON, as they were never two in the mail.
    assert json.loads(line)["key"] == json.loads(json.dumps(everything))
    left = {unicodedata.category(character) for character in set(line)}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(line.splitlines()) == 1


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    line = write_json_line({text: [text, None, 1]})
    assert json.loads(line) == {text: [text, None, 1]}
    line.encode("utf-8")


def test_keys_keep_their_order() -> None:
    assert write_json_line({"b": 1, "a": (True, None)}) == '{"b": 1, "a": [true, null]}'
