"""How text is compared without regard to case: i;unicode-casemap (RFC 5051)."""

from __future__ import annotations

import unicodedata
from functools import cache

# No letter with a case stands behind Adlam, U+1E900 to U+1E943.
_LAST_CASED = 0x1E943


def fold_case(text: str) -> str:
    """Text that is equal, and sorts, and is found, as RFC 5051 compares it.

    Every character in its title case, then decomposed.
    """
    if text.isascii():
        return text.upper()
    return unicodedata.normalize("NFKD", text.translate(_title_cases()))


@cache
def _title_cases() -> dict[int, str]:
    # RFC 5051 wants the simple mapping, one character to one: ß stays ß.
    titles = ((code, chr(code).title()) for code in range(_LAST_CASED + 1))
    return {code: title for code, title in titles if len(title) == 1 and ord(title) != code}
