"""Which entity of a message is its text, and which ones are attached to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from tuimail.mail.content_field import parse_content_type
from tuimail.mail.entity import Entity
from tuimail.mail.header_block import read_values

_UNKNOWN_TYPE = "application/octet-stream"
_TEXTS = frozenset({"text/plain", "text/html"})
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})


class Protection(Enum):
    """S/MIME that has to stay as it is (MS-OXOSMIME 2.1); the value is the message class."""

    NONE = "IPM.Note"
    CLEAR_SIGNED = "IPM.Note.SMIME.MultipartSigned"
    OPAQUE = "IPM.Note.SMIME"


@dataclass(frozen=True, slots=True)
class Text:
    """A part that is read, not attached."""

    entity: Entity
    is_alternative: bool
    """Other parts say the same in another format."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A part that is attached."""

    entity: Entity
    media_type: str
    is_related: bool
    """It belongs to the HTML beside it."""


@dataclass(slots=True)
class Parts:
    """The parts of one message, nested messages as wholes."""

    texts: list[Text] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    has_lost_signature: bool = False
    """A multipart/signed was taken apart: what was signed is not kept octet for octet."""


def find_protection(root: Entity) -> Protection:
    """Whether a message is S/MIME. PGP/MIME is not: Outlook has no class for it."""
    if root.media_type in _OPAQUE:
        return Protection.OPAQUE
    if root.media_type == "multipart/signed" and root.has_parts:
        if root.parameters.get("protocol", "").lower() in _SIGNATURES:
            return Protection.CLEAR_SIGNED
        if root.children[-1].media_type in _SIGNATURES:
            return Protection.CLEAR_SIGNED
    return Protection.NONE


def find_parts(raw: bytes, root: Entity) -> Parts:
    """Sort the parts of a message; the nesting of an Entity is bounded, so this recursion is."""
    parts = Parts()
    _gather(raw, root, parts, is_alternative=False, is_related=False)
    if not parts.texts and parts.attached:
        first = parts.attached[0].entity
        if parts.attached[0].media_type in _TEXTS and not is_attachment(first):
            # A message that begins with its only text is read, though the text has a name.
            parts.texts.append(Text(first, is_alternative=False))
            del parts.attached[0]
    return parts


def _gather(
    raw: bytes, entity: Entity, parts: Parts, *, is_alternative: bool, is_related: bool
) -> None:
    kind = entity.media_type
    if entity.has_parts:
        parts.has_lost_signature |= kind == "multipart/signed"
        for number, child in enumerate(entity.children):
            _gather(
                raw,
                child,
                parts,
                is_alternative=is_alternative or kind == "multipart/alternative",
                is_related=is_related or (kind == "multipart/related" and number > 0),
            )
    elif kind.startswith("multipart/"):
        # No boundary was found in it: what stands there can only be read.
        parts.texts.append(Text(entity, is_alternative=False))
    elif kind in _TEXTS and not _is_meant_to_be_read(raw, entity):
        parts.attached.append(Attached(entity, _UNKNOWN_TYPE, is_related))
    elif kind in _TEXTS and not is_attachment(entity) and not entity.filename:
        parts.texts.append(Text(entity, is_alternative))
    else:
        parts.attached.append(Attached(entity, kind, is_related))


def _is_meant_to_be_read(raw: bytes, entity: Entity) -> bool:
    """Whether what counts as text for want of a type (RFC 2045, 5.2) can be meant to be read.

    A type that is no type (`gzip`) is mostly that of a file.
    """
    if entity.encoding not in ("base64", "x-uuencode") and not entity.filename:
        return True
    value = read_values(raw[entity.start : entity.body_start]).get("content-type")
    return value is None or bool(parse_content_type(value).value)


def is_attachment(entity: Entity) -> bool:
    """Whether the sender calls it one; a disposition that nobody knows is one (RFC 2183, 2.8)."""
    return entity.disposition is not None and entity.disposition.value not in ("inline", "")


def read_body(raw: bytes, entity: Entity) -> bytes:
    """A body, still in its transfer encoding."""
    return raw[entity.body_start : entity.end]


def own_fields(fields: Sequence[tuple[str, bytes]]) -> bytes:
    """The fields that describe a body, as a header block of their own (RFC 8551, 3.1)."""
    kept = [
        name.encode("ascii") + b": " + value
        for name, value in fields
        if name.lower().startswith("content-") or name.lower() == "mime-version"
    ]
    return b"\r\n".join((*kept, b"", b""))
