"""BODY and BODYSTRUCTURE: how a message is built (RFC 9051, 7.5.2)."""

from __future__ import annotations

from tuimail.archive.envelope import write_envelope
from tuimail.archive.response import write_nstring, write_string
from tuimail.mail.content_field import ContentField
from tuimail.mail.entity import Entity
from tuimail.mail.header_block import Field, read_fields, unfold

_US_ASCII = (b"charset", b"us-ascii")
_TEXT_PLAIN = ContentField("text/plain")


def write_body_structure(raw: bytes, entity: Entity, *, extended: bool) -> bytes:
    """The structure of a message or a part; `extended` adds what BODYSTRUCTURE has over BODY."""
    fields = {}
    for field in reversed(read_fields(raw[entity.start : entity.body_start])):
        fields[field.name.lower()] = field
    if entity.has_parts:
        pieces = [
            b"".join(write_body_structure(raw, c, extended=extended) for c in entity.children)
        ]
        pieces.append(write_string(_subtype(entity.content_type)))
        if extended:
            pieces.append(_write_pairs(entity.content_type.pairs))
    else:
        pieces = _write_leaf(raw, entity, fields, extended=extended)
        if extended:
            pieces.append(_write_field(fields, "content-md5"))
    if extended:
        pieces.append(_write_disposition(entity.disposition))
        pieces.append(_write_languages(fields.get("content-language")))
        pieces.append(_write_field(fields, "content-location"))
    return b"(" + b" ".join(pieces) + b")"


def _write_leaf(
    raw: bytes, entity: Entity, fields: dict[str, Field], *, extended: bool
) -> list[bytes]:
    content_type = entity.content_type
    if content_type.value.startswith("multipart/"):
        # No parts were found in it: RFC 2045 (5.2) calls that text/plain.
        content_type = ContentField("text/plain", content_type.pairs)
    is_text = content_type.value.startswith("text/")
    pairs = content_type.pairs
    if is_text and not any(name.lower() == b"charset" for name, _ in pairs):
        pairs = (*pairs, _US_ASCII)
    pieces = [
        write_string(content_type.value.partition("/")[0].encode()),
        write_string(_subtype(content_type)),
        _write_pairs(pairs),
        _write_field(fields, "content-id"),
        _write_field(fields, "content-description"),
        write_string(entity.encoding.encode()),
        b"%d" % (entity.end - entity.body_start),
    ]
    if is_text:
        pieces.append(_count_lines(raw, entity))
    elif content_type.value == "message/rfc822":
        # An encoded message cannot be looked into: it holds a text without any header.
        inner = entity.message or Entity(
            entity.body_start, entity.body_start, entity.end, _TEXT_PLAIN
        )
        pieces.append(write_envelope(read_fields(raw[inner.start : inner.body_start])))
        pieces.append(write_body_structure(raw, inner, extended=extended))
        pieces.append(_count_lines(raw, entity))
    return pieces


def _count_lines(raw: bytes, entity: Entity) -> bytes:
    return b"%d" % raw.count(b"\n", entity.body_start, entity.end)


def _subtype(content_type: ContentField) -> bytes:
    return content_type.value.partition("/")[2].encode()


def _write_pairs(pairs: tuple[tuple[bytes, bytes], ...]) -> bytes:
    if not pairs:
        return b"NIL"
    return b"(" + b" ".join(write_string(text) for pair in pairs for text in pair) + b")"


def _write_disposition(disposition: ContentField | None) -> bytes:
    if disposition is None:
        return b"NIL"
    value = write_string(disposition.value.encode())
    return b"(%b %b)" % (value, _write_pairs(disposition.pairs))


def _write_languages(field: Field | None) -> bytes:
    languages = [part.strip() for part in field.value.split(b",")] if field else []
    languages = [language for language in languages if language]
    if not languages:
        return b"NIL"
    return b"(" + b" ".join(map(write_string, languages)) + b")"


def _write_field(fields: dict[str, Field], name: str) -> bytes:
    field = fields.get(name)
    return write_nstring(unfold(field.value) if field else None)
