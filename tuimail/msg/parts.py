"""Which entity of a message is its text, and which ones are attached to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from tuimail.files.mapped import Octets
from tuimail.mail.content_field import parse_content_type
from tuimail.mail.decoder import make_decoder
from tuimail.mail.entity import Entity
from tuimail.mail.header_block import Field, read_values
from tuimail.msg.cfb import Content, LargeContent

_PLAIN, _HTML = "text/plain", "text/html"
_UNKNOWN_TYPE = "application/octet-stream"
_MESSAGE = "message/rfc822"
_OPAQUE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
# Fields with their folds; a mailbox file's own line may stand before them.
_FIELDS = re.compile(rb"(?:From [^\n]*+\n)?+(?:[!-9;-~]++[ \t]*+:[^\n]*+\n|[ \t][^\n]*+\n)*+")
_WRITTEN = re.compile(rb"\S")
_PIECE = 1 << 18
SMALL = 1 << 18
"""Octets up to which a body is read in one go and kept; above, piece by piece and not kept."""


class Protection(Enum):
    """S/MIME that has to stay as it is (MS-OXOSMIME 2.1); the value is the message class."""

    NONE = "IPM.Note"
    CLEAR_SIGNED = "IPM.Note.SMIME.MultipartSigned"
    OPAQUE = "IPM.Note.SMIME"


@dataclass(frozen=True, slots=True)
class Text:
    """A part that is read."""

    entity: Entity
    is_alternative: bool
    """The message says the same as HTML, or this is HTML and it says the same without."""

    @property
    def is_html(self) -> bool:
        return self.entity.media_type == _HTML


@dataclass(frozen=True, slots=True)
class Attached:
    """A part that is attached."""

    entity: Entity
    media_type: str
    is_related: bool
    """It belongs to the HTML beside it."""
    is_whole: bool = False
    """It is kept with its header, since it is nested too deep to be taken apart."""


def find_protection(root: Entity) -> Protection:
    """Whether a message is S/MIME. PGP/MIME is not: Outlook has no class for it."""
    kind = root.media_type
    named = (root.filename or "").lower()
    if kind in _OPAQUE or (kind == _UNKNOWN_TYPE and named.endswith(".p7m")):
        # Certificates alone are an attachment like any other (RFC 8551, 3.8).
        certificates = root.parameters.get("smime-type", "").lower() == "certs-only"
        return Protection.NONE if certificates else Protection.OPAQUE
    if kind == "multipart/signed" and root.has_parts:
        if root.parameters.get("protocol", "").lower() in _SIGNATURES:
            return Protection.CLEAR_SIGNED
        if root.children[-1].media_type in _SIGNATURES:
            return Protection.CLEAR_SIGNED
    return Protection.NONE


class Parts:
    """The parts of one message, sorted; nested messages are wholes."""

    def __init__(self, raw: Octets, root: Entity, lost: list[str]) -> None:
        self._raw = raw
        self._lost = lost
        self.attached: list[Attached] = []
        self.texts = self._gather(root, within_alternative=False, is_related=False)
        if not self.texts and self.attached:
            first = self.attached[0]
            if first.media_type in (_PLAIN, _HTML) and not is_attachment(first.entity):
                # A message that begins with its only text is read, though the text has a name.
                self.texts = [Text(first.entity, is_alternative=False)]
                if not root.has_parts:
                    self.attached = []

    def _gather(self, entity: Entity, *, within_alternative: bool, is_related: bool) -> list[Text]:
        """The texts in it; the rest is attached. The nesting of an Entity is bounded."""
        kind = entity.media_type
        if entity.has_parts:
            if kind == "multipart/signed":
                self._lost.append("a signature within the message can no longer be checked")
            self._note_epilogue(entity)
            found = [
                self._gather(
                    child,
                    within_alternative=kind == "multipart/alternative",
                    is_related=is_related or (kind == "multipart/related" and number > 0),
                )
                for number, child in enumerate(entity.children)
            ]
            if kind == "multipart/alternative":
                found = _find_alternatives(found)
            return [text for texts in found for text in texts]
        entity = self._find_body(entity)
        if kind.startswith("multipart/"):
            boundary = entity.parameters.get("boundary", "").encode("utf-8", "replace")
            opening = re.compile(rb"^--" + re.escape(boundary) + rb"[ \t]*\r?$", re.MULTILINE)
            if boundary and opening.search(self._raw, entity.body_start, entity.end):
                # It has parts, and the splitter stopped above them.
                self._lost.append("parts within too many parts are kept as one file")
                self.attached.append(Attached(entity, _MESSAGE, is_related, is_whole=True))
                return []
            # No boundary was found in it: what stands there can only be read.
            return [Text(entity, is_alternative=False)]
        if kind in (_PLAIN, _HTML):
            if not self._is_meant_to_be_read(entity):
                kind = _UNKNOWN_TYPE
            elif not is_attachment(entity) and (within_alternative or not entity.filename):
                return [Text(entity, is_alternative=False)]
        self.attached.append(Attached(entity, kind, is_related))
        return []

    def _find_body(self, entity: Entity) -> Entity:
        """The entity, with a body that begins right below its fields without a blank line."""
        if entity.message is not None or _WRITTEN.search(self._raw, entity.body_start, entity.end):
            return entity
        fields = _FIELDS.match(self._raw, entity.start, entity.body_start)
        assert fields is not None  # it may be empty
        if not self._raw[fields.end() : entity.body_start].strip():
            return entity
        return replace(entity, body_start=fields.end())

    def _is_meant_to_be_read(self, entity: Entity) -> bool:
        """Whether what counts as text for want of a type (RFC 2045, 5.2) can be meant so.

        A type that is no type (`gzip`) is mostly that of a file.
        """
        if entity.encoding not in ("base64", "x-uuencode") and not entity.filename:
            return True
        value = read_values(self._raw[entity.start : entity.body_start]).get("content-type")
        return value is None or bool(parse_content_type(value).value)

    def _note_epilogue(self, entity: Entity) -> None:
        behind = self._raw[entity.children[-1].end : entity.end].lstrip()
        if behind.partition(b"\n")[2].strip():
            self._lost.append("text behind the last part is left out")


def _find_alternatives(found: Sequence[Sequence[Text]]) -> list[list[Text]]:
    """Mark what another child of the multipart/alternative says in the other format."""
    return [
        [
            replace(
                text,
                is_alternative=any(
                    other.is_html != text.is_html
                    for place, texts in enumerate(found)
                    if place != own
                    for other in texts
                ),
            )
            for text in texts
        ]
        for own, texts in enumerate(found)
    ]


def is_attachment(entity: Entity) -> bool:
    """Whether the sender calls it one; a disposition that nobody knows is one (RFC 2183, 2.8)."""
    return entity.disposition is not None and entity.disposition.value not in ("inline", "")


def read_body(raw: Octets, entity: Entity) -> bytes:
    """A body, still in its transfer encoding."""
    return raw[entity.body_start : entity.end]


def decoded_pieces(raw: Octets, entity: Entity) -> Iterator[bytes]:
    """A body without its transfer encoding, piece by piece."""
    decoder = make_decoder(entity.encoding)
    yield from map(decoder.feed, _pieces(raw, entity.body_start, entity.end))
    yield decoder.finish()


def kept_content(raw: Octets, start: int, end: int, above: bytes = b"") -> Content:
    """Octets as they stand in the message, below some of ours."""
    size = len(above) + end - start
    if size <= SMALL:
        return above + raw[start:end]
    return LargeContent(size, lambda: chain((above,), _pieces(raw, start, end)))


def _pieces(raw: Octets, start: int, end: int) -> Iterator[bytes]:
    return (raw[at : min(at + _PIECE, end)] for at in range(start, end, _PIECE))


def own_fields(fields: Sequence[Field], newline: bytes) -> bytes:
    """The fields that describe a body, as a header block of their own (RFC 8551, 3.1)."""
    kept = [
        field.name.encode("ascii") + b": " + field.value
        for field in fields
        if field.name.lower().startswith("content-") or field.name.lower() == "mime-version"
    ]
    return newline.join((*kept, b"", b""))
