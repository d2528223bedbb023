"""A message as an Outlook .msg file (MS-OXMSG)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from tuimail.files.mapped import Octets
from tuimail.mail.entity import parse_entity
from tuimail.msg.cfb import Storage, write_compound_file
from tuimail.msg.mapi import NamedProperties
from tuimail.msg.message import Delivery, MessageStorage

_CLASS = UUID("00020D0B-0000-0000-C000-000000000046").bytes_le


@dataclass(frozen=True, slots=True)
class MsgReport:
    """What became of a message."""

    size: int
    """Octets written."""
    lost: tuple[str, ...]
    """What the format could not keep, each as a clause without a full stop."""


def write_msg(
    raw: Octets,
    out: BinaryIO,
    *,
    internal_date: datetime | None = None,
    flags: Collection[str] = ("\\Seen",),
    keywords: Collection[str] = (),
) -> MsgReport:
    """Write a raw message (RFC 5322) as a Unicode .msg file of a received message.

    `internal_date` carries a zone. `flags` are IMAP's (RFC 9051, 2.3.2), `keywords` become
    Outlook's categories. The same arguments give the same octets. Any octets at all are a message;
    MessageTooLarge is raised for an attachment of 2 GiB, and what `out` raises passes through.
    """
    if raw.find(b"\n") < 0:
        raw = raw[:].replace(b"\r", b"\n")  # as the Macintosh once ended its lines
    names, lost = NamedProperties(), list[str]()
    root = Storage(_CLASS)
    message = MessageStorage(raw, names, lost)
    delivery = Delivery(internal_date, flags, keywords)
    message.store(root, parse_entity(raw), delivery, is_root=True)
    names.store(root.add_storage("__nameid_version1.0"))
    return MsgReport(write_compound_file(root, out), tuple(lost))
