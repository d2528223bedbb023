"""Words of a server that tell how far it is."""

from __future__ import annotations

import pytest

from tuimail.imap.progress import read_progress


@pytest.mark.parametrize(
    ("code", "words", "progress"),
    [
        (b'INPROGRESS ("A001" 175 457)', "Hang in there", (175, 457)),
        (b"inprogress (NIL 0 10)", "", (0, 10)),
        (b'INPROGRESS ("A]"', "", None),
        (b'INPROGRESS ("A001" NIL NIL)', "", None),
        (b'INPROGRESS ("A001" 175 NIL)', "", None),
        (b"INPROGRESS", "Still here", None),
        (b'INPROGRESS ("A001" 458 457)', "", None),
        (b'INPROGRESS ("A001" ' + b"9" * 300 + b" " + b"9" * 301 + b")", "", None),
        (b"", "Searched 12% of the mailbox, ETA 1:23", (12, 100)),
        (b"", "Searched 900% of the mailbox", None),
        (b"", "Still here", None),
    ],
)
def test_progress(code: bytes, words: str, progress: tuple[int, int] | None) -> None:
    assert read_progress(code, words) == progress
