"""A message taken apart into its MIME entities, by byte offsets into the raw octets.

Nothing is copied, decoded or written anew: an entity is three offsets and what its own header says
of it. One pass over the octets, so that the time grows with the size alone, and no recursion, so
that no nesting can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimail.mail.content_field import ContentField, parse_content_type, parse_disposition
from tuimail.mail.header_block import read_fields

if TYPE_CHECKING:
    from tuimail.files.mapped import Octets

MAX_DEPTH = 20
"""Multiparts and messages within one another; what is nested deeper stays whole, as a leaf."""

_BOM = b"\xef\xbb\xbf"
_BLANK_LINE = re.compile(rb"\n\r?\n")
# A word, maybe in quotes, and what some put behind it: a semicolon, a comment.
_ENCODING = re.compile(rb"\"?([^\s;(/\"]++)\"?\s*+(?:[;(].*)?\Z", re.DOTALL)
_IDENTITY_ENCODINGS = frozenset({"7bit", "8bit", "binary"})
_MESSAGE = "message/rfc822"
_DEFAULT_TYPES = {name: ContentField(name) for name in ("text/plain", _MESSAGE)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A header and a body (RFC 2045, 2.4), as offsets: `raw[start:body_start]` is the header block
    with its blank line, `raw[body_start:end]` the body in its transfer encoding.

    `start <= body_start <= end`. The line end before a boundary belongs to the boundary, not to
    the body. A UTF-8 byte order mark before the first header lies before `start`.
    """

    start: int
    body_start: int
    end: int
    content_type: ContentField
    """`text/plain` (in a digest `message/rfc822`) where the header has none that can be read."""
    encoding: str = "7bit"
    """Content-Transfer-Encoding in lower case; `7bit` where it is no single word."""
    disposition: ContentField | None = None
    content_id: str | None = None
    """Without its angle brackets."""
    children: tuple[Entity, ...] = ()
    """The parts of a multipart, or the one message within a message/rfc822.

    None in a multipart without any boundary, in a message that is itself encoded, and below
    `MAX_DEPTH`: then the body is all there is.
    """

    @property
    def media_type(self) -> str:
        """Lower case `type/subtype`."""
        return self.content_type.value

    @property
    def parameters(self) -> dict[str, str]:
        """Content-Type's parameters, decoded, names in lower case."""
        return self.content_type.parameters

    @property
    def has_parts(self) -> bool:
        """Whether the children are the parts of a multipart."""
        return bool(self.children) and self.media_type.startswith("multipart/")

    @property
    def message(self) -> Entity | None:
        """The message within a message/rfc822."""
        return self.children[0] if self.children and self.media_type == _MESSAGE else None

    @property
    def filename(self) -> str | None:
        """As the sender wrote it, decoded: Content-Disposition's, else Content-Type's `name`."""
        named = self.disposition.parameters.get("filename") if self.disposition else None
        return named or self.parameters.get("name") or None

    def walk(self) -> Iterator[Entity]:
        """This entity and all within it, in the order in which they stand."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse_entity(raw: Octets) -> Entity:
    """Take a whole message apart. Never fails: octets without any header are text/plain."""
    return _Splitter(raw).split()


def find_section(root: Entity, numbers: Sequence[int]) -> Entity | None:
    """The entity that IMAP calls by these numbers (RFC 9051, 6.4.5.1), None where there is none.

    `()` is the root; `1` of a message that is no multipart is the message itself.
    """
    entity = root
    is_message = True
    for number in numbers:
        if not is_message and entity.message is not None:
            entity, is_message = entity.message, True
        if entity.has_parts:
            if not 1 <= number <= len(entity.children):
                return None
            entity = entity.children[number - 1]
        elif number != 1 or not is_message:
            return None
        is_message = False
    return entity


@dataclass(slots=True)
class _OpenEntity:
    """An entity whose end has not been seen yet."""

    start: int
    body_start: int
    content_type: ContentField
    encoding: str = "7bit"
    disposition: ContentField | None = None
    content_id: str | None = None
    boundary: bytes = b""
    """b"" for what is no multipart, and once the closing boundary has been seen."""
    children: list[Entity] | None = None

    def close(self, end: int) -> Entity:
        # A header block that ran into a boundary gives its last line end to the boundary.
        return Entity(
            min(self.start, end),
            min(self.body_start, end),
            end,
            self.content_type,
            self.encoding,
            self.disposition,
            self.content_id,
            tuple(self.children or ()),
        )


@dataclass(frozen=True, slots=True)
class _Delimiter:
    start: int
    end: int
    level: int
    closing: bool


class _Splitter:
    """One pass from the first octet to the last; every search goes on where it stopped."""

    def __init__(self, raw: Octets) -> None:
        self._raw = raw
        self._open: list[_OpenEntity] = []
        self._dashes = 0 if raw.startswith(b"--") else -1
        self._blank = -1
        self._blank_end = 0

    def split(self) -> Entity:
        raw = self._raw
        position = self._open_entity(len(_BOM) if raw.startswith(_BOM) else 0, "text/plain")
        while (delimiter := self._find_delimiter(position, len(raw))) is not None:
            self._close_above(delimiter.level, self._content_end(delimiter.start))
            multipart = self._open[delimiter.level]
            position = delimiter.end
            if delimiter.closing:
                multipart.boundary = b""
            else:
                digest = multipart.content_type.value == "multipart/digest"
                position = self._open_entity(position, _MESSAGE if digest else "text/plain")
        self._close_above(0, len(raw))
        return self._open[0].close(len(raw))

    def _open_entity(self, start: int, default_type: str) -> int:
        """Open the entity that starts here, and the messages right within it; where to go on."""
        while True:
            body_start = self._find_body(start)
            entity = _read_header(self._raw, start, body_start, default_type)
            self._open.append(entity)
            if len(self._open) > MAX_DEPTH:
                return body_start
            if entity.content_type.value != _MESSAGE or entity.encoding not in _IDENTITY_ENCODINGS:
                break
            start, default_type = body_start, "text/plain"
        if entity.content_type.value.startswith("multipart/"):
            entity.boundary = _boundary(entity.content_type)
        return body_start

    def _close_above(self, level: int, end: int) -> None:
        """End every open entity inside the one at `level`."""
        if len(self._open) > level + 1:
            # An empty part: its boundary's line end is also the next boundary's.
            end = max(end, self._open[level + 1].start)
        while len(self._open) > level + 1:
            entity = self._open.pop().close(end)
            parent = self._open[-1]
            if parent.children is None:
                parent.children = []
            parent.children.append(entity)

    def _find_body(self, start: int) -> int:
        """Behind the blank line that ends the header block, or where a boundary cuts it off."""
        blank = self._find_blank_line(start)
        delimiter = self._find_delimiter(start, blank)
        return blank if delimiter is None else delimiter.start

    def _find_blank_line(self, start: int) -> int:
        raw = self._raw
        if raw.startswith(b"\n", start):
            return start + 1
        if raw.startswith(b"\r\n", start):
            return start + 2
        if self._blank < start:
            match = _BLANK_LINE.search(raw, start)
            self._blank, self._blank_end = match.span() if match else (len(raw), len(raw))
        return self._blank_end

    def _find_delimiter(self, position: int, limit: int) -> _Delimiter | None:
        """The first line from `position`, before `limit`, that is an open multipart's boundary."""
        raw = self._raw
        while (start := self._find_dashes(position)) < limit:
            newline = raw.find(b"\n", start)
            end = newline + 1 if newline >= 0 else len(raw)
            line = raw[start + 2 : end].rstrip()
            level = self._match_boundary(line)
            if level is not None:
                rest = line[len(self._open[level].boundary) :]
                return _Delimiter(start, end, level, rest.startswith(b"--"))
            position = end
        return None

    def _find_dashes(self, position: int) -> int:
        """Where the first line from `position` that begins with `--` starts."""
        if self._dashes < position:
            found = self._raw.find(b"\n--", max(position - 1, 0))
            self._dashes = found + 1 if found >= 0 else len(self._raw)
        return self._dashes

    def _match_boundary(self, line: bytes) -> int | None:
        """Which open multipart this line (without its dashes) belongs to.

        It is enough that the line begins with the boundary (RFC 2046, 5.1.1). The innermost of
        those that match the longest, so that a multipart that uses its parent's boundary again
        ends where it says so and loses nothing.
        """
        best: int | None = None
        length = 0
        for level in range(len(self._open) - 1, -1, -1):
            boundary = self._open[level].boundary
            if len(boundary) > length and line.startswith(boundary):
                best, length = level, len(boundary)
        return best

    def _content_end(self, line_start: int) -> int:
        """Where what stands before a boundary line ends: its line end is the boundary's."""
        raw = self._raw
        if raw.endswith(b"\r\n", 0, line_start):
            return line_start - 2
        return max(line_start - 1, 0)


def _read_header(raw: Octets, start: int, body_start: int, default_type: str) -> _OpenEntity:
    """Read what a header block says of its body; of a repeated field the first counts."""
    found: dict[str, bytes] = {}
    for field in read_fields(raw[start:body_start]):
        name = field.name.lower()
        if name.startswith("content-"):
            found.setdefault(name, field.value)
    entity = _OpenEntity(start, body_start, _DEFAULT_TYPES[default_type])
    if (value := found.get("content-type")) is not None:
        content_type = parse_content_type(value)
        entity.content_type = (
            content_type if content_type.value else ContentField(default_type, content_type.pairs)
        )
    if (value := found.get("content-transfer-encoding")) is not None:
        encoding = _ENCODING.match(value.strip())
        if encoding is not None:
            entity.encoding = encoding[1].lower().decode("ascii", "replace")
    if (value := found.get("content-disposition")) is not None:
        entity.disposition = parse_disposition(value)
    if (value := found.get("content-id")) is not None:
        text = value.strip().decode("utf-8", "replace")
        entity.content_id = text.removeprefix("<").removesuffix(">") or None
    return entity


def _boundary(content_type: ContentField) -> bytes:
    for name, value in content_type.pairs:
        if name.lower() == b"boundary":
            return value.rstrip()
    # In the syntax of RFC 2231, which nobody needs here and some use.
    return content_type.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
