"""The one door through which mail text becomes safe text.

Whatever a stranger or a server wrote travels as `MailText`. A terminal obeys control characters,
so none of them may reach it; Unicode's invisible ones can make a name read as another one. Both
are shown as U+FFFD, so that a reader sees that something was there.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
LINE_LIMIT = 2_000
"""Characters of one line; more than any screen is wide, less than a table takes to break."""
BLOCK_LIMIT = 400_000
"""Characters of a text of several lines; beyond it the text ends with a note that it goes on."""

_MARKS_PER_BASE = 4
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Joiners belong to Persian, Indic scripts and emoji.
_JOINERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")
# Letters by category, but drawn as nothing: Hangul fillers and the blank Braille cell.
_BLANKS = frozenset("\u3164\uffa0\u115f\u1160\u2800")
# Letters, signs and pictures that stand for themselves in any order: safe, assigned, no marks, in
# NFC. A look at each character of subjects that are not ASCII stood out in an export's profile.
_PLAIN = re.compile(
    r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03ce\u0400-\u0481\u048a-\u052f"
    r"\u05d0-\u05ea\u0621-\u064a\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2600-\u27bf"
    r"\u3001-\u3020\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9d"
    r"\U0001f300-\U0001f64f\U0001f680-\U0001f6d7\U0001f900-\U0001f9ff]*"
)
_LINE_SPACE = str.maketrans("\t\r\n", "   ")
_NEWLINE = re.compile(r"\r\n?")


class MailText:
    """Text that a stranger or a server wrote.

    `str(value)` is one safe line, `value.block` the safe text of several lines; `value.decoded`
    is exactly what was decoded, for JSON, comparing and sorting only.
    """

    __slots__ = ("_line", "decoded")

    decoded: str
    _line: str | None

    def __init__(self, decoded: str) -> None:
        self.decoded = decoded
        self._line = None

    def __str__(self) -> str:
        if self._line is None:
            self._line = safe_line(self.decoded)
        return self._line

    @property
    def block(self) -> str:
        """The safe text of several lines, ended by LF."""
        return safe_block(self.decoded)

    def __bool__(self) -> bool:
        return bool(self.decoded)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MailText) and self.decoded == other.decoded

    def __hash__(self) -> int:
        return hash(self.decoded)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __repr__(self) -> str:
        return f"MailText({str(self)!r})"


def is_plain(text: str) -> bool:
    """Whether every character stands for itself, whatever is beside it; False says nothing."""
    return _PLAIN.fullmatch(text) is not None


def safe_line(text: str, limit: int = LINE_LIMIT) -> str:
    """One line that a terminal shows and does not obey; TAB, CR and LF become spaces.

    At most `limit` characters, the last one `…` when there were more.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if (text.isascii() and text.isprintable()) or is_plain(text):
        return text
    return _replace_unsafe(text.translate(_LINE_SPACE))


def safe_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Text of several lines, ended by LF alone, TAB drawn as spaces; otherwise as `safe_line`."""
    shortened = len(text) > limit
    lines = _NEWLINE.sub("\n", text[:limit]).split("\n")
    safe = "\n".join(_replace_unsafe(line.expandtabs(8)) for line in lines)
    return f"{safe}\n…" if shortened else safe


def _replace_unsafe(text: str) -> str:
    if text.isascii():
        if text.isprintable():
            return text
        return "".join(c if c.isprintable() else REPLACEMENT for c in text)
    # Before NFC too: it sorts a run of marks in quadratic time, which took minutes for 400,000.
    limited = _limit_marks(text)
    composed = unicodedata.normalize("NFC", limited)
    return composed if composed == limited else _limit_marks(composed)


def _limit_marks(text: str) -> str:
    """The text with few marks on each base, and unsafe characters replaced."""
    safe: list[str] = []
    marks = 0
    for c in text:
        category = unicodedata.category(c)
        if category[0] == "M":
            marks += 1
            if marks > _MARKS_PER_BASE:
                continue
        elif c not in _JOINERS:
            marks = 0
            if category in _UNSAFE_CATEGORIES or c in _BLANKS:
                c = REPLACEMENT
        safe.append(c)
    return "".join(safe)
