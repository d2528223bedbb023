"""One folder as a connection sees it: sequence numbers, UIDs, counts."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from tuimail.archive.mailbox import StoredFolder, StoredMessage
from tuimail.archive.message_set import MessageSet
from tuimail.archive.response import bad


class FolderView:
    """A folder's messages, numbered from 1. Never changes, so that connections may share it."""

    def __init__(self, folder: StoredFolder) -> None:
        self.folder = folder
        self.uids = array("Q", (message.uid for message in folder.messages))

    @property
    def total(self) -> int:
        """EXISTS."""
        return len(self.uids)

    @property
    def uid_next(self) -> int:
        """The UID that the next message would get."""
        return self.uids[-1] + 1 if self.uids else 1

    @cached_property
    def unseen(self) -> int:
        """How many messages have no `\\Seen`."""
        return sum(1 for message in self.folder.messages if not is_seen(message))

    @cached_property
    def first_unseen(self) -> int | None:
        """The sequence number of the first message without `\\Seen`."""
        messages = enumerate(self.folder.messages, 1)
        return next((number for number, message in messages if not is_seen(message)), None)

    def message(self, number: int) -> StoredMessage:
        """The message at a sequence number."""
        return self.folder.messages[number - 1]

    def numbers(self, chosen: MessageSet, *, uid: bool, clip: bool = False) -> Iterator[int]:
        """The sequence numbers that a set of sequence numbers or UIDs chooses, ascending.

        UIDs that nobody has are left out. A sequence number beyond the end is refused, or left
        out with `clip`: as Dovecot does for FETCH and for SEARCH (RFC 9051, 9, seq-number).
        """
        if uid:
            return self._numbers_of_uids(chosen)
        ranges = chosen.ranges(self.total)
        inside = [range(max(run.start, 1), min(run.stop, self.total + 1)) for run in ranges]
        if inside != ranges and not clip:
            raise bad("Invalid messageset")
        return (number for run in inside for number in run)

    def _numbers_of_uids(self, chosen: MessageSet) -> Iterator[int]:
        for run in chosen.ranges(self.uids[-1] if self.uids else 0):
            first = bisect_left(self.uids, run.start)
            yield from range(first + 1, bisect_right(self.uids, run.stop - 1) + 1)


def is_seen(message: StoredMessage) -> bool:
    """Whether a message has been read."""
    return any(flag.lower() == "\\seen" for flag in message.flags)
