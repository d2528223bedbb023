"""Names that strangers chose, on every file system."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuimail.files import NAME_LIMIT, name_key, numbered_name, safe_name

HOSTILE = json.loads((Path(__file__).parents[1] / "hostile_names.json").read_text())
DEVICES = {"con", "prn", "aux", "nul", "clock$", "conin$", "conout$"} | {
    port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"
}
# Half of hypothesis' letters come from the corners that have hurt somebody.
NASTY = st.sampled_from(list('./\\:*?"<>|~- \t\r\n\0\x1b\x9b') + list("\u202e\u200d\u0301\ud800é¹"))
TEXTS = st.lists(NASTY | st.characters(exclude_categories=()), max_size=40).map("".join)
ANY_TEXT = TEXTS | st.sampled_from(HOSTILE) | st.sampled_from(sorted(DEVICES))


def assert_legal(name: str, limit: int = NAME_LIMIT) -> None:
    assert name
    assert len(name.encode("utf-8")) <= limit  # and no surrogate, or encode() raises
    assert not re.search(r'[<>:"/\\|?*]', name)
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert name.split(".")[0].rstrip(" ").lower() not in DEVICES
    assert not name.lower().endswith(".part")
    assert unicodedata.is_normalized("NFC", name)
    assert not [c for c in name if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert not [c for c in name if unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO")]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_names_become_legal(text: str) -> None:
    assert_legal(safe_name(text))


@given(ANY_TEXT, st.sampled_from(["", ".eml", "~2.pdf", "_12345.eml"]))
@example("COM¹", ".eml")
@example("CON " + "x" * 300, "")
@example("a\u200d\u0301", "")
def test_every_text_becomes_a_legal_name(text: str, suffix: str) -> None:
    name = safe_name(text, suffix=suffix)
    assert_legal(name)
    assert name.endswith(suffix)
    assert safe_name(text, suffix=suffix) == name


@given(ANY_TEXT, st.integers(min_value=40, max_value=60))
def test_a_smaller_limit_holds_too(text: str, limit: int) -> None:
    assert_legal(safe_name(text, suffix="~12.eml", limit=limit), limit)


@given(ANY_TEXT)
def test_a_safe_name_stays_as_it_is(text: str) -> None:
    assert safe_name(safe_name(text)) == safe_name(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Quarterly report.pdf", "Quarterly report.pdf"),
        ("Grüße aus Köln.txt", "Grüße aus Köln.txt"),
        ("価格表.xlsx", "価格表.xlsx"),
        ("نامه‌ها.docx", "نامه‌ها.docx"),
        ("cafe\u0301.txt", "café.txt"),
        ("../../etc/passwd", "_etc_passwd"),
        ("", "unnamed"),
        ("..", "_"),
        ("con.txt", "_con.txt"),
        ("conference.txt", "conference.txt"),
        ("COM¹", "_COM¹"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("two\r\n lines.txt", "two lines.txt"),
        ("x.part", "x.part_"),
        (".bashrc", "_bashrc"),
        ("-rf", "_rf"),
        ("a:b?.txt", "a_b_.txt"),
    ],
)
def test_what_a_reader_still_recognises(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_keeps_its_extension_and_whole_characters() -> None:
    assert safe_name("x" * 300 + ".pdf") == "x" * 176 + ".pdf"
    assert safe_name("я" * 300 + ".pdf") == "я" * 88 + ".pdf"
    assert safe_name("€" * 300 + ".pdf", suffix="~2") == "€" * 58 + ".pdf~2"


def test_an_ending_that_leaves_no_room_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no room"):
        safe_name("x", suffix="." + "y" * NAME_LIMIT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A.TXT", "a.txt"),
        ("é.txt", "e\u0301.txt"),
        ("straße", "STRASSE"),
        ("ﬁle", "file"),
        ("Ⅻ", "xii"),
        ("ＣＯＮ", "con"),
        ("ab", "a\u200db"),
        ("ΣΑΣ", "σας"),
    ],
)
def test_names_that_some_disk_takes_for_one_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_names_that_differ_have_different_keys() -> None:
    names = ["a.txt", "b.txt", "a~2.txt", "ä.txt", "а.txt"]  # the last а is Cyrillic
    assert len({name_key(name) for name in names}) == len(names)


@given(ANY_TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@pytest.mark.parametrize(
    ("name", "number", "numbered"),
    [
        ("a.eml", 1, "a.eml"),
        ("a.eml", 2, "a~2.eml"),
        ("archive.tar.gz", 3, "archive.tar~3.gz"),
        ("README", 2, "README~2"),
        ("x" * 176 + ".pdf", 12, "x" * 173 + "~12.pdf"),
    ],
)
def test_numbered_names(name: str, number: int, numbered: str) -> None:
    assert numbered_name(name, number) == numbered
