"""What can be unsubscribed from, message by message grouped into lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address
from tuimail.text import MailText

_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*\Z")
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A mailing list or a sender whose messages have a List-Unsubscribe."""

    newest: Summary
    """The message that was received last; its links are the ones that are likeliest to work."""
    count: int

    @property
    def list_id(self) -> MailText | None:
        """List-Id as written (RFC 2919): a description, and the identifier in brackets."""
        return self.newest.header("List-Id")

    @property
    def sender(self) -> Address | None:
        return self.newest.from_[0] if self.newest.from_ else None

    @property
    def received(self) -> datetime | None:
        return self.newest.internal_date or self.newest.date


def group_newsletters(messages: Iterable[Summary]) -> list[Newsletter]:
    """One for each List-Id, else for each sender's address; the most frequent first.

    Only the newest message of each is kept.
    """
    found: dict[str, tuple[Summary, int]] = {}
    for message in messages:
        if message.list_unsubscribe is None:
            continue
        key = _key(message)
        newest, count = found.get(key, (message, 0))
        found[key] = (max(newest, message, key=_age), count + 1)
    newsletters = [Newsletter(newest, count) for newest, count in found.values()]
    return sorted(newsletters, key=lambda one: (one.count, _age(one.newest)), reverse=True)


def _key(message: Summary) -> str:
    list_id = message.header("List-Id")
    if list_id:
        # The identifier has no case (RFC 2919, 6); the description before it may change.
        identifier = _IN_BRACKETS.search(list_id.decoded)
        return (identifier[1] if identifier else list_id.decoded).strip().lower()
    sender = message.from_[0].address.decoded if message.from_ else ""
    return f"from {sender.lower()}"


def _age(message: Summary) -> tuple[datetime, int]:
    return message.internal_date or message.date or _LONG_AGO, message.identity.uid
