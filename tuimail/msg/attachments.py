"""Attachments of a message: files, inline pictures, other messages (MS-OXCMSG 2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from html import unescape
from itertools import islice
from mimetypes import MimeTypes
from pathlib import PurePosixPath
from urllib.parse import unquote

from tuimail.files import safe_name
from tuimail.files.mapped import Octets
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.entity import Entity, parse_entity
from tuimail.mail.header_block import read_values
from tuimail.mail.transfer_encoding import decode_body
from tuimail.msg.cfb import Content, LargeContent, Storage
from tuimail.msg.mapi import PidTag, Properties
from tuimail.msg.parts import (
    SMALL,
    Attached,
    decoded_pieces,
    is_attachment,
    kept_content,
    read_body,
)
from tuimail.msg.people import TABLE_LIMIT


@dataclass(frozen=True, slots=True)
class Nested:
    """A message within a message, and the octets that its offsets are of."""

    raw: Octets
    message: Entity


StoreNested = Callable[[Storage, Nested], None]
"""Writes it into a storage of its own."""

_MESSAGE = "message/rfc822"
_ENCODED = frozenset({"base64", "quoted-printable"})
_ATTACHMENT = 7
_BY_VALUE, _EMBEDDED = 1, 5
_NOT_RENDERED = -1
_IN_HTML = 4
_NAME_LIMIT = 220
_MESSAGE_EXTENSION = re.compile(r"\.(?:eml|msg)\Z", re.IGNORECASE)
# What HTML shows, unlike what it only leads to: src="…", background="…", url(…). By their first
# letters in both cases, so that a search skips to them: 30 MB in 0.3 s instead of 1.6.
_SHOWN = re.compile(
    r"[sSbBuU](?:"
    r"(?i:(?<=s)rc|(?<=b)ackground)\s*+=\s*+(?:\"([^\"]++)|'([^']++)|([^\s>\"']++))"
    r"|(?i:(?<=u)rl)\(\s*+[\"']?([^)\"']++))"
)
_SHORT_UNSAFE = re.compile(r"[^A-Z0-9!#$%&'()@^_`{}~-]")
# Without the files of this machine, so that names are the same everywhere.
_MIME_TYPES = MimeTypes()
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".htm",
    "image/jpeg": ".jpg",
    _MESSAGE: ".eml",
    "message/delivery-status": ".txt",
    "text/calendar": ".ics",
    "application/octet-stream": ".dat",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
}


class Attachments:
    """Writes the attachments of one message, and counts them."""

    def __init__(
        self,
        storage: Storage,
        raw: Octets,
        store_nested: StoreNested,
        lost: list[str],
        *,
        may_decode: bool,
    ) -> None:
        self._storage = storage
        self._raw = raw
        self._store_nested = store_nested
        self._lost = lost
        self._may_decode = may_decode
        """Whether a message that is itself encoded is opened."""
        self.count = 0
        self.is_any_visible = False
        """Whether one is not a picture within the text."""

    def store_all(self, attached: Sequence[Attached], html: Callable[[], Iterable[str]]) -> None:
        """Write them in their order, as many as Outlook takes.

        The pieces of the HTML hold whole tags.
        """
        shown = _find_shown(html()) if any(map(_may_be_inline, attached)) else frozenset[str]()
        for one in islice(attached, TABLE_LIMIT):
            entity = one.entity
            fields = read_values(self._raw[entity.start : entity.body_start])
            location = decode_words(fields.get("content-location", b""))
            nested = None if one.is_whole else self._find_nested(entity)
            is_inline = (
                _may_be_inline(one)
                and nested is None
                and (f"cid:{entity.content_id}" in shown or location in shown)
            )
            if nested is not None:
                name = message_name(entity, nested, self.count + 1)
            else:
                name = file_name(entity, one.media_type, self.count + 1)
            properties = self._describe(name, one.media_type)
            properties.set(PidTag.ATTACH_CONTENT_ID, entity.content_id)
            properties.set(PidTag.ATTACH_CONTENT_LOCATION, location)
            if is_inline:
                properties.set(PidTag.ATTACH_FLAGS, _IN_HTML)
                properties.set(PidTag.ATTACHMENT_HIDDEN, True)
            self.is_any_visible |= not is_inline
            if nested is not None:
                self._store_embedded(properties, nested)
            else:
                if one.is_whole:
                    content = kept_content(self._raw, entity.start, entity.end)
                else:
                    content = decoded_content(self._raw, entity, self._lost)
                self._store_by_value(properties, content)
        if len(attached) > self.count:
            self._lost.append(
                f"{len(attached) - self.count:,} of {len(attached):,} attachments are left out:"
                f" Outlook takes {TABLE_LIMIT:,}"
            )

    def store_content(self, name: str, media_type: str, content: Content) -> None:
        """Write one that is no part of the message, but all of it."""
        self._store_by_value(self._describe(name, media_type), content)
        self.is_any_visible = True

    def _describe(self, name: str, media_type: str) -> Properties:
        properties, path = Properties(), PurePosixPath(name)
        for tag, value in (
            (PidTag.ATTACH_NUMBER, self.count),
            (PidTag.OBJECT_TYPE, _ATTACHMENT),
            (PidTag.RENDERING_POSITION, _NOT_RENDERED),
            (PidTag.DISPLAY_NAME, name),
            (PidTag.ATTACH_LONG_FILENAME, name),
            (PidTag.ATTACH_FILENAME, short_name(path, self.count + 1)),
            (PidTag.ATTACH_EXTENSION, path.suffix),
            (PidTag.ATTACH_MIME_TAG, media_type),
        ):
            properties.set(tag, value)
        return properties

    def _find_nested(self, entity: Entity) -> Nested | None:
        if entity.message is not None:
            return Nested(self._raw, entity.message)
        if self._may_decode and entity.media_type == _MESSAGE and entity.encoding in _ENCODED:
            # Against RFC 2046, 5.2.1, and common.
            raw = decode_body(read_body(self._raw, entity), entity.encoding)
            if read_values(raw):
                return Nested(raw, parse_entity(raw))
        return None

    def _store_embedded(self, properties: Properties, nested: Nested) -> None:
        properties.set(PidTag.ATTACH_METHOD, _EMBEDDED)
        properties.set(PidTag.ATTACH_SIZE, nested.message.end - nested.message.start)
        properties.set(PidTag.ATTACH_DATA_OBJECT, 1)
        storage = self._place(properties)
        name = f"__substg1.0_{PidTag.ATTACH_DATA_OBJECT:08X}"
        self._store_nested(storage.add_storage(name), nested)

    def _store_by_value(self, properties: Properties, content: Content) -> None:
        properties.set(PidTag.ATTACH_METHOD, _BY_VALUE)
        size = len(content) if isinstance(content, bytes) else content.size
        properties.set(PidTag.ATTACH_SIZE, size)
        properties.set(PidTag.ATTACH_DATA_BINARY, content)
        self._place(properties)

    def _place(self, properties: Properties) -> Storage:
        storage = self._storage.add_storage(f"__attach_version1.0_#{self.count:08X}")
        properties.store(storage, bytes(8))
        self.count += 1
        return storage


def _may_be_inline(one: Attached) -> bool:
    entity = one.entity
    return one.is_related or (entity.disposition is not None and not is_attachment(entity))


def _find_shown(html: Iterable[str]) -> AbstractSet[str]:
    """What the HTML names of what it shows."""
    found = (names for piece in html for names in _SHOWN.findall(piece))
    return {unquote(unescape(next(filter(None, names)))) for names in found}


def decoded_content(raw: Octets, entity: Entity, lost: list[str]) -> Content:
    """The octets of a part, decoded while they are written where they are many."""
    if entity.end - entity.body_start <= SMALL:
        encoded = read_body(raw, entity)
        decoded = decode_body(encoded, entity.encoding)
        if not decoded and encoded.strip():
            lost.append("an attachment that cannot be decoded is kept as it came")
            return encoded
        return decoded

    decode = partial(decoded_pieces, raw, entity)
    return LargeContent(sum(map(len, decode())), decode)


def file_name(entity: Entity, media_type: str, number: int) -> str:
    """A name without folders and without what Windows has no place for, never empty."""
    if name := _safe_name(entity.filename or ""):
        return name
    known = _EXTENSIONS.get(media_type) or _MIME_TYPES.guess_extension(media_type)
    extension = known or ".dat"
    return f"ATT{number:05}{extension}"


def message_name(entity: Entity, nested: Nested, number: int) -> str:
    """The same for a nested message: as the part is called, else by its subject."""
    name = _safe_name(entity.filename or "")
    if not name:
        message = nested.message
        header = read_values(nested.raw[message.start : message.body_start])
        subject = decode_words(header.get("subject", b"")).replace("/", "_").replace("\\", "_")
        name = _safe_name(subject) or f"ATT{number:05}"
    return _MESSAGE_EXTENSION.sub("", name) + ".msg"


def _safe_name(filename: str) -> str:
    """What files may be called everywhere; "" where nothing of it is left."""
    last = filename.replace("\\", "/").rpartition("/")[2].strip(" .")
    return safe_name(last, limit=_NAME_LIMIT) if last else ""


def short_name(path: PurePosixPath, number: int) -> str:
    """The name in 8.3 characters, as DOS knew them; cut ones differ by the number."""
    stem = _SHORT_UNSAFE.sub("_", path.stem.upper())
    extension = _SHORT_UNSAFE.sub("_", path.suffix[1:].upper())[:3]
    if len(stem) > 8 or len(path.suffix) > 4:
        tail = f"~{number}"
        stem = stem[: 8 - len(tail)] + tail
    return f"{stem}.{extension}" if extension else stem
