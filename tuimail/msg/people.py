"""Senders and recipients: addresses as MAPI knows them (MS-OXOMSG 2.2, MS-OXCDATA 2.2.5)."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from uuid import UUID

from tuimail.mail.addresses import Address, parse_addresses
from tuimail.msg.cfb import Storage
from tuimail.msg.header import Header
from tuimail.msg.mapi import PidTag, Properties, Value, encode_string

TABLE_LIMIT = 2_048
"""Recipients, and attachments, that Outlook takes of one message."""

_SMTP = "SMTP"
_MAIL_USER = 6
_ONE_OFF = UUID("A41F2B81-A3BE-1910-9D6E-00DD010F5402").bytes_le
_NO_RICH_INFO_UNICODE = 0x8001
_TYPES = (("to", 1), ("cc", 2), ("bcc", 3))
_DISPLAY = {"to": PidTag.DISPLAY_TO, "cc": PidTag.DISPLAY_CC, "bcc": PidTag.DISPLAY_BCC}
# All of them stand in the header of the message, so they are bounded by its size.
_ALL = sys.maxsize

_SENDER = (
    PidTag.SENDER_NAME,
    PidTag.SENDER_ADDRESS_TYPE,
    PidTag.SENDER_EMAIL_ADDRESS,
    PidTag.SENDER_SMTP_ADDRESS,
    PidTag.SENDER_ENTRY_ID,
    PidTag.SENDER_SEARCH_KEY,
)
_SENT_REPRESENTING = (
    PidTag.SENT_REPRESENTING_NAME,
    PidTag.SENT_REPRESENTING_ADDRESS_TYPE,
    PidTag.SENT_REPRESENTING_EMAIL_ADDRESS,
    PidTag.SENT_REPRESENTING_SMTP_ADDRESS,
    PidTag.SENT_REPRESENTING_ENTRY_ID,
    PidTag.SENT_REPRESENTING_SEARCH_KEY,
)


def set_senders(properties: Properties, header: Header) -> None:
    """Who sent the message, for whom, and whom an answer goes to."""
    authors = _read(header, "from")
    senders = _read(header, "sender") or authors
    for found, tags in ((senders, _SENDER), (authors or senders, _SENT_REPRESENTING)):
        if found:
            name, address = _name(found[0]), found[0].address.decoded
            texts: tuple[Value, ...] = (name, _SMTP, address, address)
            keys = (_entry_id(name, address), _search_key(address))
            for tag, value in zip(tags, [*texts, *keys], strict=True):
                properties.set(tag, value)
    replies = _read(header, "reply-to")
    if replies:
        entries = [_entry_id(_name(one), one.address.decoded) for one in replies]
        properties.set(PidTag.REPLY_RECIPIENT_NAMES, _join_names(replies))
        properties.set(PidTag.REPLY_RECIPIENT_ENTRIES, _flat_entry_list(entries))


def store_recipients(
    storage: Storage, properties: Properties, header: Header, lost: list[str]
) -> int:
    """One storage for each recipient, and the lists of their names; how many there are."""
    count = 0
    total = 0
    for name, kind in _TYPES:
        people = _read(header, name)
        if not people:
            continue
        properties.set(_DISPLAY[name], _join_names(people))
        total += len(people)
        for person in islice(people, TABLE_LIMIT - count):
            _store_recipient(storage, count, kind, person)
            count += 1
    if total > count:
        lost.append(
            f"{total - count:,} of {total:,} recipients are in the headers and not in the table:"
            f" Outlook takes {TABLE_LIMIT:,}"
        )
    return count


def _store_recipient(storage: Storage, number: int, kind: int, person: Address) -> None:
    name, address = _name(person), person.address.decoded
    entry_id = _entry_id(name, address)
    properties = Properties()
    for tag, value in (
        (PidTag.RECIPIENT_TYPE, kind),
        (PidTag.OBJECT_TYPE, _MAIL_USER),
        (PidTag.DISPLAY_TYPE, 0),
        (PidTag.ROW_ID, number),
        (PidTag.DISPLAY_NAME, name),
        (PidTag.ADDRESS_TYPE, _SMTP),
        (PidTag.EMAIL_ADDRESS, address),
        (PidTag.SMTP_ADDRESS, address),
        (PidTag.RECIPIENT_DISPLAY_NAME, name),
        (PidTag.ENTRY_ID, entry_id),
        (PidTag.RECIPIENT_ENTRY_ID, entry_id),
        (PidTag.SEARCH_KEY, _search_key(address)),
    ):
        properties.set(tag, value)
    properties.store(storage.add_storage(f"__recip_version1.0_#{number:08X}"), bytes(8))


def _read(header: Header, name: str) -> Sequence[Address]:
    """The mailboxes of all fields of a name, since some send To twice."""
    return [
        address
        for value in header.values(name)
        for address in parse_addresses(value, most=_ALL, octets=_ALL)
    ]


def _name(person: Address) -> str:
    return person.name.decoded or person.address.decoded


def _join_names(people: Iterable[Address]) -> str:
    """Names separated by semicolons, which none of them may hold."""
    return "; ".join(_name(person).replace(";", ",") for person in people)


def _search_key(address: str) -> bytes:
    return f"SMTP:{address}\0".upper().encode("utf-8", "replace")


def _entry_id(name: str, address: str) -> bytes:
    """A one-off EntryID, with Unicode strings (MS-OXCDATA 2.2.5.1)."""
    flags = struct.pack("<HH", 0, _NO_RICH_INFO_UNICODE)
    texts = b"".join(encode_string(text) + b"\0\0" for text in (name, _SMTP, address))
    return bytes(4) + _ONE_OFF + flags + texts


def _flat_entry_list(entries: Sequence[bytes]) -> bytes:
    """MS-OXCDATA 2.3.3; each entry ends on a multiple of four octets."""
    flat = b"".join(
        struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4) for entry in entries
    )
    return struct.pack("<II", len(entries), len(flat)) + flat
