"""Mailboxes of any size for archive servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import overload

from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""When every message of these mailboxes was received, plus its number in minutes."""


def plain_message(number: int) -> bytes:
    """A small message that tells its number in Subject, From, Message-ID and text."""
    return (
        f"From: Writer {number} <writer{number}@example.org>\r\n"
        "To: reader@example.org\r\n"
        f"Subject: Message {number}\r\n"
        f"Date: {EPOCH + timedelta(minutes=number):%a, %d %b %Y %H:%M:%S +0000}\r\n"
        f"Message-ID: <{number}@example.org>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
        f"Text of message {number}.\r\n"
    ).encode()


class LazyMessages(Sequence[StoredMessage]):
    """As many messages as wanted, each made when asked for; the UIDs count from `first_uid`."""

    def __init__(
        self, count: int, load: Callable[[int], bytes] = plain_message, first_uid: int = 1
    ) -> None:
        self._count = count
        self._load = load
        self._first_uid = first_uid

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> StoredMessage: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[StoredMessage]: ...
    def __getitem__(self, index: int | slice) -> StoredMessage | Sequence[StoredMessage]:
        if isinstance(index, slice):
            return [self[i] for i in range(self._count)[index]]
        number = range(1, self._count + 1)[index]
        return StoredMessage(
            self._first_uid + number - 1,
            partial(self._load, number),
            EPOCH + timedelta(minutes=number),
            ("\\Seen",) if number % 3 else (),
        )


def mailbox_of(count: int, load: Callable[[int], bytes] = plain_message) -> Mailbox:
    """A mailbox with an INBOX of `count` lazy messages."""
    return Mailbox((StoredFolder("INBOX", LazyMessages(count, load)),))


def mailbox_with(*messages: bytes) -> Mailbox:
    """A mailbox with these messages in the INBOX."""
    stored = tuple(
        StoredMessage(uid, partial(bytes, raw), EPOCH + timedelta(minutes=uid))
        for uid, raw in enumerate(messages, 1)
    )
    return Mailbox((StoredFolder("INBOX", stored),))
