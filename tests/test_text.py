"""Nothing that a stranger wrote reaches the terminal as anything but harmless text."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.text import BLOCK_LIMIT, LINE_LIMIT, MailText, is_plain, safe_block, safe_line

R = "\N{REPLACEMENT CHARACTER}"

# What comes in, and what a terminal is given.
PAYLOADS = [
    # escapes: clipboard (OSC 52), title, colours, cursor, a reset, a device report
    ("\x1b]52;c;Y3VybCBldmlsLnRlc3R8c2g=\x07", f"{R}]52;c;Y3VybCBldmlsLnRlc3R8c2g={R}"),
    ("\x1b]0;owned\x1b\\", f"{R}]0;owned{R}\\"),
    ("\x1b[31mred\x1b[0m", f"{R}[31mred{R}[0m"),
    ("\x1b[2J\x1b[H", f"{R}[2J{R}[H"),
    ("\x1bc", f"{R}c"),
    ("\x1bP$q\x1b\\", f"{R}P$q{R}\\"),
    # the same as one C1 character each
    ("\x9b31m", f"{R}31m"),
    ("\x9d52;c;eA==\x9c", f"{R}52;c;eA=={R}"),
    ("\x90tmux;\x9c", f"{R}tmux;{R}"),
    ("next\x85line", f"next{R}line"),
    # other controls
    ("a\x00b\x07c\x08d\x0be\x0cf\x7fg", f"a{R}b{R}c{R}d{R}e{R}f{R}g"),
    ("one\ttwo\r\nthree\nfour\rfive", "one two  three four five"),
    # what turns text around or hides it
    ("\u202eexe.gpj", f"{R}exe.gpj"),
    ("\u2066a\u2069 \u200eb\u200f \u061c", f"{R}a{R} {R}b{R} {R}"),
    ("pay\u200bpal\ufeff\u2060\u00ad\u180e", f"pay{R}pal{R}{R}{R}{R}"),
    ("a\u2028b\u2029c", f"a{R}b{R}c"),
    ("\U000e0041\U000e007f", f"{R}{R}"),
    ("\ufff9a\ufffab\ufffb", f"{R}a{R}b{R}"),
    ("\u3164\uffa0\u115f\u1160\u2800", R * 5),
    # no text at all
    ("\ud800 \udcff \ue000 \U00100000", f"{R} {R} {R} {R}"),
    # markup of Textual and Rich is text like any other
    ("[/]", "[/]"),
    ("[PATCH] [ext] [bold]x[/bold]", "[PATCH] [ext] [bold]x[/bold]"),
    ("[@click=app.quit]free[/]", "[@click=app.quit]free[/]"),
    ("[link=file:///etc/passwd]x[/link]", "[link=file:///etc/passwd]x[/link]"),
    # what must survive
    ("Grüße, 東京, Привет, שלום, مرحبا, 🎉", "Grüße, 東京, Привет, שלום, مرحبا, 🎉"),
    ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    ("می\u200cخواهم", "می\u200cخواهم"),
    ("\u2764\ufe0f", "\u2764\ufe0f"),
    ("e\u0301", "é"),
    ("tie\u0302\u0301ng", "tiếng"),
    ("no\u00a0break", "no\u00a0break"),
    # marks that climb over the lines above; some marks stand for two
    ("Z" + "\u0315" * 50, "Z" + "\u0315" * 4),
    ("Z" + "\u0344" * 50, "Z" + "\u0308\u0301" * 2),
    ("Z" + "\u0315\u200d" * 9, "Z" + "\u0315\u200d" * 4 + "\u200d" * 5),
]


@pytest.mark.parametrize(("written", "shown"), PAYLOADS, ids=ascii)
def test_line_shows_what_a_terminal_would_obey(written: str, shown: str) -> None:
    assert safe_line(written) == shown
    assert str(MailText(written)) == shown
    assert f"{MailText(written)}" == shown


@pytest.mark.parametrize(("written", "shown"), PAYLOADS, ids=ascii)
def test_block_is_as_safe_as_its_lines(written: str, shown: str) -> None:
    if "\t" not in written:
        assert safe_block(f"x\n{written}\r\ny") == f"x\n{shown}\ny"


def test_block_keeps_lines_and_draws_tabs() -> None:
    assert safe_block("a\tb\r\nc\rd\n\n1234567\te") == "a       b\nc\nd\n\n1234567 e"


def test_line_says_that_it_was_cut() -> None:
    assert safe_line("abcdef", limit=6) == "abcdef"
    assert safe_line("abcdefg", limit=6) == "abcde…"
    assert len(safe_line("x" * 100_000)) == LINE_LIMIT


def test_block_says_that_it_was_cut() -> None:
    assert safe_block("abcdef", limit=6) == "abcdef"
    assert safe_block("abcdefg", limit=6) == "abcdef\n…"
    assert len(safe_block("x" * 1_000_000)) == BLOCK_LIMIT + len("\n…")


def test_decoded_keeps_every_code_point() -> None:
    written = "\x1b[31m\u202e\ud800e\u0301"
    assert MailText(written).decoded == written


def test_equal_by_what_was_decoded_not_by_what_is_shown() -> None:
    assert MailText("a\x00") != MailText("a\x01")
    assert str(MailText("a\x00")) == str(MailText("a\x01"))
    assert len({MailText("a"), MailText("a"), MailText("b")}) == 2


def test_format_pads_what_is_shown() -> None:
    assert f"{MailText('a' + chr(27)):>4}" == f"  a{R}"


def test_repr_is_safe_too() -> None:
    assert repr(MailText("a\x1b")) == f"MailText('a{R}')"


def test_empty_is_false() -> None:
    assert not MailText("")
    assert MailText(" ")
    assert safe_line("") == ""
    assert safe_block("") == ""


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_line_holds_anything_unsafe(written: str) -> None:
    assert_safe(safe_line(written))


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_block_holds_anything_unsafe_but_line_ends(written: str) -> None:
    assert_safe(safe_block(written).replace("\n", ""))


@given(st.text(alphabet="ae\u0301\u0302\u0315\u0344\u0f73\u093c\u0958가\u1100\u1161", max_size=40))
def test_marks_are_few_and_composed(written: str) -> None:
    shown = safe_line(written)
    run = 0
    for c in shown:
        run = run + 1 if unicodedata.category(c).startswith("M") else 0
        assert run <= 4
    assert unicodedata.is_normalized("NFC", shown)


def test_a_run_of_marks_takes_no_quadratic_time() -> None:
    # NFC sorts marks by insertion: 400,000 of them in turns would take minutes.
    with patience():
        shown = safe_block("a" + "\u0315\u0301" * (BLOCK_LIMIT // 2))
        assert len(shown) <= len("a") + 4 + len("\n…")


def assert_safe(shown: str) -> None:
    for c in shown:
        allowed_format = c in "\u200c\u200d"
        assert allowed_format or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        assert c not in "\u3164\uffa0\u115f\u1160\u2800"


def test_what_is_plain_needs_no_look_at_each_character() -> None:
    plain = [c for c in map(chr, range(sys.maxunicode + 1)) if is_plain(c)]
    # What may come second in a composed character would change with its neighbour.
    seconds = {
        chr(int(codes[1], 16))
        for codes in (unicodedata.decomposition(chr(c)).split() for c in range(sys.maxunicode + 1))
        if len(codes) == 2 and not codes[0].startswith("<")
    }
    assert len(plain) > 30_000
    assert seconds.isdisjoint(plain)
    for c in plain:
        assert c.isprintable()
        assert unicodedata.category(c)[0] != "M"
        assert unicodedata.is_normalized("NFC", c)
        assert c not in "\u3164\uffa0\u115f\u1160\u2800"


@pytest.mark.parametrize(
    "text", ["e\u0301", "\u200d", "\u202e", "\ufffe", "\u1100\u1161", "\x1b", "\xad"]
)
def test_what_is_not_plain(text: str) -> None:
    assert not is_plain(text)
