"""The demo mailbox: which letters lie in which folder."""

from __future__ import annotations

from functools import partial

from tuimail.archive.demo import (
    friends,
    junk,
    lighthouse,
    lists,
    machines,
    newsletters,
    oddities,
    sent,
    travels,
    years,
)
from tuimail.archive.demo.letter import Letter, link_threads
from tuimail.archive.demo.message import write_message
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

_FOLDERS: tuple[tuple[str, tuple[str, ...], tuple[Letter, ...]], ...] = (
    (
        "INBOX",
        (),
        (
            *lighthouse.LETTERS,
            *friends.LETTERS,
            *machines.LETTERS,
            *newsletters.IN_INBOX,
            *oddities.LETTERS,
        ),
    ),
    ("Drafts", ("\\Drafts",), sent.DRAFTS),
    ("Sent", ("\\Sent",), sent.SENT),
    ("Archive", ("\\Archive",), ()),
    ("Archive/2023", (), years.YEAR_2023),
    ("Archive/2024", (), years.YEAR_2024),
    ("Archive/2025", (), years.YEAR_2025),
    ("Lists", ("\\Noselect",), ()),
    ("Lists/knots", (), lists.KNOTS),
    ("Lists/lantern-dev", (), lists.LANTERN_DEV),
    ("Newsletters", (), newsletters.LETTERS),
    ("Reisen", (), travels.TRAVELS),
    ("Reisen/Zürich", (), travels.ZURICH),
    ("日本", (), travels.JAPAN),
    ("Junk", ("\\Junk",), junk.JUNK),
    ("Trash", ("\\Trash",), junk.TRASH),
)
_FIRST_UID = 101
_FLAGS = {
    "answered": "\\Answered",
    "flagged": "\\Flagged",
    "forwarded": "$Forwarded",
    "draft": "\\Draft",
    "deleted": "\\Deleted",
}


def demo_mailbox() -> Mailbox:
    """The whole mailbox, the same on every call; a message is written when it is loaded."""
    filed = [(name, letter) for name, _, letters in _FOLDERS for letter in letters]
    filed.sort(key=lambda pair: pair[1].received)
    folders: dict[str, list[StoredMessage]] = {name: [] for name, _, _ in _FOLDERS}
    linked = link_threads(letter for _, letter in filed)
    for (name, _), letter in zip(filed, linked, strict=True):
        _store(folders[name], letter)
    return Mailbox(
        tuple(
            StoredFolder(
                name, tuple(folders[name]), attributes, uid_validity=1_700_000_000 + number
            )
            for number, (name, attributes, _) in enumerate(_FOLDERS)
        )
    )


def _store(messages: list[StoredMessage], letter: Letter) -> None:
    # Every now and then a UID is missing, as after years of deleting.
    gap = len(messages) % 7 == 3
    uid = messages[-1].uid + 1 + gap if messages else _FIRST_UID
    flags = tuple(flag for mark, flag in _FLAGS.items() if mark in letter.marks)
    if "new" not in letter.marks:
        flags = ("\\Seen", *flags)
    messages.append(StoredMessage(uid, partial(write_message, letter), letter.received, flags))
