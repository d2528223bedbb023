"""The properties of a message (MS-OXCMSG 2.2.1, MS-OXOMSG 2.2, MS-OXCMAIL 2.2)."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tuimail.files.mapped import Octets
from tuimail.mail.entity import Entity
from tuimail.mail.transfer_encoding import decode_body
from tuimail.msg.attachments import Attachments, Nested, decoded_content
from tuimail.msg.bodies import set_bodies
from tuimail.msg.cfb import Storage
from tuimail.msg.header import Header
from tuimail.msg.mapi import (
    MULTIPLE_STRING,
    PS_INTERNET_HEADERS,
    PS_PUBLIC_STRINGS,
    STRING,
    NamedProperties,
    PidTag,
    Properties,
    file_time,
)
from tuimail.msg.parts import Parts, Protection, find_protection, kept_content, own_fields
from tuimail.msg.people import set_senders, store_recipients
from tuimail.text import MailText

_READ, _UNSENT, _HAS_ATTACHMENTS = 0x01, 0x08, 0x10
_STORE_SUPPORT_MASK = 0x00040E79
_ACCESS_READ = 2
_IMPORTANCE = {"high": 2, "normal": 1, "low": 0}
_X_PRIORITY = {"1": 2, "2": 2, "3": 1, "4": 0, "5": 0}
_PRIORITY = {"urgent": 1, "normal": 0, "non-urgent": -1}
_SENSITIVITY = {"personal": 1, "private": 2, "company-confidential": 3}
_FLAGGED, _RED = 2, 6
_ANSWERED, _FORWARDED = (102, 0x105), (104, 0x106)
_CONVERSATION_HEADER = 22
CATEGORY_LIMIT = 250
"""Categories of a message; each is a stream, and a field of a stranger may name any number."""
# Each has messages of its own within it, as deep as the splitter goes.
_DECODED_DEPTH = 3
_KEYWORD = re.compile(r"[^,]+")
# Up to three letters and a colon (MS-OXCMSG 3.2.4.4).
_SUBJECT_PREFIX = re.compile(r"[^\W\d_]{1,3}:\s?")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a server knows of a message beside its octets."""

    internal_date: datetime | None = None
    """With a zone; None where nobody tells."""
    flags: Collection[str] = ("\\Seen",)
    keywords: Collection[str] = ()


class MessageStorage:
    """Writes messages into storages: the whole one, and those within it."""

    def __init__(
        self, raw: Octets, names: NamedProperties, lost: list[str], *, depth: int = 0
    ) -> None:
        self._raw = raw
        self._names = names
        self._lost = lost
        self._depth = depth

    def store(
        self, storage: Storage, entity: Entity, delivery: Delivery, *, is_root: bool = False
    ) -> None:
        """Write one message with all that is in it."""
        header = Header(self._raw[entity.start : entity.body_start])
        protection = find_protection(entity)
        properties = Properties()
        properties.set(PidTag.MESSAGE_CLASS, protection.value)
        properties.set(PidTag.STORE_SUPPORT_MASK, _STORE_SUPPORT_MASK)
        properties.set(PidTag.ACCESS, _ACCESS_READ)
        properties.set(PidTag.ACCESS_LEVEL, 0)
        properties.set(PidTag.TRANSPORT_MESSAGE_HEADERS, header.transport_text())
        _set_subject(properties, header)
        self._set_dates(properties, header, delivery)
        _set_threading(properties, header)
        _set_wishes(properties, header)
        self._set_names(properties, header, delivery)
        set_senders(properties, header)
        recipients = store_recipients(storage, properties, header, self._lost)
        attachments = Attachments(
            storage,
            self._raw,
            self._store_nested,
            self._lost,
            may_decode=self._depth < _DECODED_DEPTH,
        )
        self._store_content(properties, attachments, entity, header, protection)
        _set_flags(properties, delivery, has_attachments=attachments.is_any_visible)
        counts = (recipients, attachments.count)
        # The next free numbers, then how many there are (MS-OXMSG 2.4.1.1).
        start = bytes(8) + struct.pack("<4I", *counts, *counts)
        properties.store(storage, start + bytes(8) if is_root else start)

    def _store_nested(self, storage: Storage, nested: Nested) -> None:
        inner = self
        if nested.raw is not self._raw:
            inner = MessageStorage(nested.raw, self._names, self._lost, depth=self._depth + 1)
        inner.store(storage, nested.message, Delivery())

    def _store_content(
        self,
        properties: Properties,
        attachments: Attachments,
        entity: Entity,
        header: Header,
        protection: Protection,
    ) -> None:
        if protection is Protection.OPAQUE:
            # The name and the type by which Outlook finds it.
            content = decoded_content(self._raw, entity, self._lost)
            attachments.store_content("smime.p7m", "application/pkcs7-mime", content)
            return
        parts = Parts(self._raw, entity, self._lost)
        html = set_bodies(properties, self._raw, parts.texts, self._lost)
        if protection is Protection.CLEAR_SIGNED:
            # The signature holds for these octets and no others.
            newline = b"\r\n" if b"\r\n" in header.block else b"\n"
            own = own_fields(header.fields, newline)
            signed = kept_content(self._raw, entity.body_start, entity.end, above=own)
            attachments.store_content("smime.p7m", "multipart/signed", signed)
        else:
            attachments.store_all(parts.attached, html)

    def _set_dates(self, properties: Properties, header: Header, delivery: Delivery) -> None:
        sent = header.date()
        if sent is None and header.raw("date"):
            self._lost.append(
                f"the Date field cannot be read: {MailText(header.text('date')[:80])}"
            )
        received = delivery.internal_date
        if received is not None and file_time(received) is None:
            self._lost.append("the date of arrival is before 1601")
            received = None
        arrived = received or header.received_date() or sent
        properties.set(PidTag.CLIENT_SUBMIT_TIME, sent)
        # Not the time of writing: so the same message makes the same octets each time.
        for tag in (
            PidTag.MESSAGE_DELIVERY_TIME,
            PidTag.CREATION_TIME,
            PidTag.LAST_MODIFICATION_TIME,
        ):
            properties.set(tag, arrived)

    def _set_names(self, properties: Properties, header: Header, delivery: Delivery) -> None:
        """Properties that are called by a name: categories, and the way off a mailing list."""
        words = _KEYWORD.findall(header.text("keywords"))
        keywords = (*delivery.keywords, *(word.strip() for word in words))
        if categories := tuple(dict.fromkeys(filter(None, keywords))):
            if len(categories) > CATEGORY_LIMIT:
                self._lost.append(f"{len(categories) - CATEGORY_LIMIT:,} keywords are left out")
                categories = categories[:CATEGORY_LIMIT]
            tag = self._names.tag(PS_PUBLIC_STRINGS, "Keywords", MULTIPLE_STRING)
            properties.set(tag, categories)
        if unsubscribe := header.text("list-unsubscribe"):
            tag = self._names.tag(PS_INTERNET_HEADERS, "list-unsubscribe", STRING)
            properties.set(tag, unsubscribe)


def _set_subject(properties: Properties, header: Header) -> None:
    subject = header.text("subject")
    prefix = _SUBJECT_PREFIX.match(subject)
    rest = subject[prefix.end() :] if prefix else subject
    properties.set(PidTag.SUBJECT, subject)
    properties.set(PidTag.SUBJECT_PREFIX, prefix[0] if prefix else None)
    properties.set(PidTag.NORMALIZED_SUBJECT, rest)
    properties.set(PidTag.CONVERSATION_TOPIC, header.text("thread-topic") or rest)


def _set_threading(properties: Properties, header: Header) -> None:
    properties.set(PidTag.INTERNET_MESSAGE_ID, header.text("message-id").strip())
    properties.set(PidTag.INTERNET_REFERENCES, header.text("references"))
    properties.set(PidTag.IN_REPLY_TO_ID, header.text("in-reply-to"))
    index = decode_body(header.raw("thread-index"), "base64")
    if len(index) >= _CONVERSATION_HEADER:
        properties.set(PidTag.CONVERSATION_INDEX, index)


def _set_wishes(properties: Properties, header: Header) -> None:
    """How the sender wants it to be taken."""
    importance = _IMPORTANCE.get(header.word("importance"))
    if importance is None:
        importance = _X_PRIORITY.get(header.word("x-priority")[:1], 1)
    properties.set(PidTag.IMPORTANCE, importance)
    properties.set(PidTag.PRIORITY, _PRIORITY.get(header.word("priority"), importance - 1))
    properties.set(PidTag.SENSITIVITY, _SENSITIVITY.get(header.word("sensitivity"), 0))
    if header.raw("disposition-notification-to"):
        properties.set(PidTag.READ_RECEIPT_REQUESTED, True)
    if header.raw("return-receipt-to"):
        properties.set(PidTag.ORIGINATOR_DELIVERY_REPORT_REQUESTED, True)


def _set_flags(properties: Properties, delivery: Delivery, *, has_attachments: bool) -> None:
    flags = {flag.lower() for flag in delivery.flags}
    number = 0
    if "\\seen" in flags:
        number |= _READ
    if "\\draft" in flags:
        number |= _UNSENT
    if has_attachments:
        number |= _HAS_ATTACHMENTS
    properties.set(PidTag.MESSAGE_FLAGS, number)
    properties.set(PidTag.HAS_ATTACHMENTS, has_attachments)
    if "\\flagged" in flags:
        properties.set(PidTag.FLAG_STATUS, _FLAGGED)
        properties.set(PidTag.FOLLOWUP_ICON, _RED)
    done = _FORWARDED if "$forwarded" in flags else None
    if "\\answered" in flags:
        done = _ANSWERED
    if done is not None:
        properties.set(PidTag.LAST_VERB_EXECUTED, done[0])
        properties.set(PidTag.ICON_INDEX, done[1])
