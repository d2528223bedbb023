"""What imaplib and the stdlib's email parser say of a mailbox: the other side of a comparison."""

from __future__ import annotations

import email
import email.policy
import imaplib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

_NUMBERS = re.compile(rb"(\d+) \(")
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True)
class Told:
    """One message as the server holds it."""

    sequence_number: int
    uid: int
    flags: frozenset[str]
    size: int
    received: int
    """INTERNALDATE in seconds since 1970."""
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@contextmanager
def signed_in(port: int, user: str, password: str) -> Iterator[imaplib.IMAP4]:
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login(user, password)
    try:
        yield client
    finally:
        client.logout()


def read_folder(client: imaplib.IMAP4, raw_name: str = "INBOX") -> tuple[int, list[Told]]:
    """UIDVALIDITY and every message, in order of sequence numbers."""
    status, (count,) = client.select(f'"{raw_name}"', readonly=True)
    assert status == "OK"
    validity = client.response("UIDVALIDITY")[1][0]
    assert validity is not None
    if count == b"0":
        return int(validity), []
    items = "(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[])"
    status, answer = client.fetch("1:*", items)
    assert status == "OK"
    return int(validity), [_read(one[0], one[1]) for one in answer if isinstance(one, tuple)]


def _read(line: bytes, raw: bytes) -> Told:
    number, uid, size = _NUMBERS.match(line), _UID.search(line), _SIZE.search(line)
    moment = imaplib.Internaldate2tuple(line)
    assert number
    assert uid
    assert size
    assert moment
    return Told(
        int(number[1]),
        int(uid[1]),
        frozenset(flag.decode() for flag in imaplib.ParseFlags(line)),
        int(size[1]),
        int(time.mktime(moment)),  # imaplib gives local time
        raw,
    )
