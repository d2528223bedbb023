"""What the lists of programs show of a mailbox that was filled here."""

from __future__ import annotations

import re

from tests.bench.filled import Kind, Mailbox
from tests.bench.mailboxes import make_small, make_varied

_SUBJECT = re.compile(rb"\r\nSubject: ([ -~]*)")
_SHOWN = 24
"""Characters that every program has room for."""


def listed_subjects(mailbox: Mailbox, first: int, last: int) -> list[str]:
    """Beginnings of the subjects at these places of a list, newest first; 1 is the newest.

    Those in letters that programs draw differently are left out, and those too short to be told
    from others; the rest is nearly nine of ten.
    """
    make = make_small if mailbox.kind is Kind.TINY else make_varied
    places = range(first, min(last, mailbox.count) + 1)
    found = (_SUBJECT.search(make(mailbox.count + 1 - place).raw) for place in places)
    subjects = (match[1].decode()[:_SHOWN].strip() for match in found if match)
    return [text for text in subjects if len(text) > 9 and not text.startswith("=?")]
