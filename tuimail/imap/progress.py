"""How far a long command is."""

from __future__ import annotations

import re
from collections.abc import Callable

OnProgress = Callable[[int, int], None]
"""Takes how much is done, and of how much; on the thread that waits for the answer."""

# RFC 9585, 3: the command's tag, what is done, the goal; the last two may be left out or NIL.
_CODE = re.compile(rb'INPROGRESS \((?:"[^"]*"|NIL) (\d{1,18}) (\d{1,18})\)', re.IGNORECASE)
# Dovecot before 2.4, every ten seconds.
_WORDS = re.compile(r"Searched (\d{1,3})% of the mailbox")


def read_progress(code: bytes, words: str) -> tuple[int, int] | None:
    """What is done and of how much, as an untagged OK told it; None where it tells of neither."""
    if told := _CODE.fullmatch(code):
        done, goal = int(told[1]), int(told[2])
    elif percent := _WORDS.match(words):
        done, goal = int(percent[1]), 100
    else:
        return None
    return (done, goal) if done <= goal else None
