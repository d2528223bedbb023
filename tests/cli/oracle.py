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
from email.message import EmailMessage, Message

_NUMBERS = re.compile(rb"(\d+) \(")
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_LISTED = re.compile(rb'\(([^)]*)\) "(.)" (?:"((?:[^"\\]|\\.)*)"|(\S+))')


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


def named_parts(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and decoded octets of parts that have a name, outside nested messages."""
    for part in _walk_own(email.message_from_bytes(raw, policy=email.policy.default)):
        name = part.get_filename()
        if name and part.get_content_maintype() != "message":
            octets = part.get_payload(decode=True)
            assert isinstance(octets, bytes)
            yield str(name), octets


def _walk_own(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            assert isinstance(part, Message)
            yield from _walk_own(part)
    else:
        yield message


def listed(client: imaplib.IMAP4, *, subscribed: bool = False) -> dict[str, tuple[set[str], str]]:
    """Attributes and delimiter by raw name."""
    _, lines = client.lsub() if subscribed else client.list()
    found = {}
    for line in lines:
        if isinstance(line, bytes) and (match := _LISTED.fullmatch(line)):
            name = re.sub(rb"\\(.)", rb"\1", match[3] or match[4]).decode()
            found[name] = (set(match[1].decode().split()), match[2].decode())
    return found
