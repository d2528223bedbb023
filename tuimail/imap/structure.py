"""BODYSTRUCTURE: a message's parts and attachments, known without their data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tuimail.errors import MessageUnreadable
from tuimail.imap.tokens import Token, read_number
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.parameters import decode_parameters
from tuimail.mail.transfer_encoding import estimate_decoded_size
from tuimail.text import MailText

MAX_DEPTH = 40
"""Parts in parts, less than `tokens.MAX_DEPTH` lets through."""

_TEXTS = frozenset(("text/plain", "text/html", "text/enriched"))

BASIC_FIELDS = 7
"""Type, subtype, parameters, id, description, encoding, size (RFC 9051, 9, body-fields)."""


class Part(NamedTuple):
    """One body part (RFC 9051, 7.5.2, BODYSTRUCTURE).

    A tuple, which is made in a quarter of the time of a dataclass: a message has three of them.
    """

    section: str
    """What FETCH calls it: `1`, `2.1`; empty for a multipart that has no number of its own."""
    media_type: str
    """Lower case: `text/plain`, `multipart/mixed`, `message/rfc822`."""
    parameters: Mapping[str, str] = MappingProxyType({})
    """Of Content-Type; names in lower case, values decoded (RFC 2231, RFC 2047)."""
    content_id: str | None = None
    description: str | None = None
    encoding: str = "7bit"
    """Content-Transfer-Encoding in lower case."""
    size: int = 0
    """Octets in that encoding."""
    lines: int | None = None
    disposition: str | None = None
    """`attachment` or `inline`, lower case; None when there is none."""
    disposition_parameters: Mapping[str, str] = MappingProxyType({})
    children: tuple[Part, ...] = ()
    subject: str | None = None
    """Of a nested message, decoded."""

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def is_multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    @property
    def filename(self) -> str | None:
        """Content-Disposition's filename, else Content-Type's name (RFC 2183, 2.3)."""
        return self.disposition_parameters.get("filename") or self.parameters.get("name") or None


class Attachment(NamedTuple):
    """A part that a person would save."""

    part: Part
    name: MailText
    size: int
    """Estimated decoded octets."""

    @property
    def section(self) -> str:
        return self.part.section

    @property
    def media_type(self) -> MailText:
        return MailText(self.part.media_type)

    @property
    def encoding(self) -> str:
        return self.part.encoding

    @property
    def inline(self) -> bool:
        """Shown within the text rather than beside it, such as a picture in HTML."""
        return self.part.disposition != "attachment" and self.part.content_id is not None


def read_structure(token: Token) -> Part:
    """The root part of a BODYSTRUCTURE. Raises MessageUnreadable when it is not one."""
    try:
        return _read_part(token, "", 0)
    except (IndexError, TypeError, ValueError, AttributeError) as error:
        # Strangers' servers leave out, swap and nil any element; one message pays, not the page.
        raise MessageUnreadable("the server's BODYSTRUCTURE cannot be read") from error


def attachments(root: Part) -> tuple[Attachment, ...]:
    """What a person would save: all that is not the text, a nested message as a whole."""
    return tuple([make_attachment(part) for part in _own_parts(root) if is_attachment(part)])


def make_attachment(part: Part) -> Attachment:
    """A part under the name that it has, or is given."""
    size = estimate_decoded_size(part.size, part.lines, part.encoding)
    return Attachment(part, MailText(_attachment_name(part)), size)


def text_part(root: Part) -> Part | None:
    """The first text/plain that is no attachment, else the first text/html, else None."""
    texts = [part for part in _own_parts(root) if not is_attachment(part)]
    for media_type in ("text/plain", "text/html"):
        for part in texts:
            if part.media_type == media_type:
                return part
    return next((part for part in texts if part.media_type.startswith("text/")), None)


def _own_parts(root: Part) -> list[Part]:
    """All parts outside nested messages."""
    found = [root]
    if root.is_multipart:
        for child in root.children:
            found += _own_parts(child)
    return found


def is_attachment(part: Part) -> bool:
    """Whether a person would save it; said of a part outside nested messages."""
    if part.is_multipart:
        return part.disposition == "attachment" and not part.children
    if part.media_type not in _TEXTS or part.disposition == "attachment":
        return True
    return part.filename is not None


def _attachment_name(part: Part) -> str:
    if part.filename:
        return part.filename
    if part.media_type == "message/rfc822":
        return f"{part.subject or 'message'}.eml"
    return f"part {part.section}"


def _read_part(token: Token, section: str, depth: int) -> Part:
    if not isinstance(token, list) or not token or depth > MAX_DEPTH:
        raise MessageUnreadable("the server's BODYSTRUCTURE cannot be read")
    if isinstance(token[0], list):
        return _read_multipart(token, section, depth)
    if len(token) < BASIC_FIELDS and (childless := _find_childless(token)):
        return _read_multipart(childless, section or "1", depth)
    return _read_single(token, section or "1", depth)


def _read_multipart(token: list[Token], section: str, depth: int) -> Part:
    count = next((i for i, t in enumerate(token) if not isinstance(t, list)), len(token))
    prefix = f"{section}." if section else ""
    children = tuple(
        _read_part(child, f"{prefix}{number}", depth + 1)
        for number, child in enumerate(token[:count], 1)
    )
    rest = token[count:]
    disposition, disposition_parameters = _read_disposition(_at(rest, 2))
    return Part(
        section=section,
        media_type=f"multipart/{read_word(_at(rest, 0), 'mixed')}",
        parameters=_read_parameters(_at(rest, 1)),
        disposition=disposition,
        disposition_parameters=disposition_parameters,
        children=children,
    )


def _find_childless(token: list[Token]) -> list[Token]:
    """A multipart without any part, from its subtype on; empty where it is none.

    Gmail sends `("MIXED" ("BOUNDARY" "x") NIL NIL)`, others `(NIL "mixed" …)`; RFC 9051 has no
    form for it.
    """
    if token[0] is None:
        token = token[1:]
    is_childless = token and isinstance(token[0], bytes) and read_number(token[0]) is None
    return token if is_childless and not isinstance(_at(token, 1), bytes) else []


def _read_single(token: list[Token], section: str, depth: int) -> Part:
    """A part that is no multipart, of its elements. Raises MessageUnreadable, and what tokens of
    the wrong kinds bring about.
    """
    if len(token) < BASIC_FIELDS or not isinstance(token[1], bytes):
        raise MessageUnreadable("the server's BODYSTRUCTURE cannot be read")
    main, sub = read_word(token[0], "text"), read_word(token[1], "plain")
    children: tuple[Part, ...] = ()
    subject: str | None = None
    extension = 7
    lines: int | None = None
    if (main, sub) == ("message", "rfc822") and isinstance(_at(token, 8), list):
        envelope, body = _at(token, 7), _at(token, 8)
        if isinstance(envelope, list):
            subject = read_text(_at(envelope, 1))
        # The nested message's multipart shares the number of the part that holds it.
        nested = isinstance(body, list) and bool(body) and isinstance(body[0], list)
        children = (_read_part(body, section if nested else f"{section}.1", depth + 1),)
        lines, extension = read_number(_at(token, 9)), 10
    elif main == "text":
        lines = read_number(_at(token, 7))
        # A part without a type is read as text, but has no number of lines.
        extension = 8 if read_word(token[0], "") or lines is not None else 7
    disposition, disposition_parameters = _read_disposition(_at(token, extension + 1))
    return Part(
        section=section,
        media_type=f"{main}/{sub}",
        parameters=_read_parameters(token[2]),
        content_id=read_text(token[3]),
        description=read_text(token[4]),
        encoding=read_word(token[5], "7bit"),
        size=read_number(token[6]) or 0,
        lines=lines,
        disposition=disposition,
        disposition_parameters=disposition_parameters,
        children=children,
        subject=subject,
    )


def _at(tokens: list[Token], index: int) -> Token:
    return tokens[index] if index < len(tokens) else None


def read_word(token: Token, default: str) -> str:
    """An element that is one word, in lower case; `default` where it is empty or no string."""
    # Some servers quote NIL.
    if not isinstance(token, bytes) or token.strip().upper() in (b"", b"NIL"):
        return default
    return token.decode("latin-1").strip().lower()


def read_text(token: Token) -> str | None:
    """An element that is text, decoded; None where it is no string."""
    return decode_words(token) if isinstance(token, bytes) else None


def _read_parameters(token: Token) -> dict[str, str]:
    if not isinstance(token, list):
        return {}
    return decode_parameters(
        (name, value)
        for name, value in zip(token[::2], token[1::2], strict=False)
        if isinstance(name, bytes) and isinstance(value, bytes)
    )


def _read_disposition(token: Token) -> tuple[str | None, dict[str, str]]:
    # Some servers send the bare word where a list belongs.
    if isinstance(token, bytes):
        return read_word(token, "attachment"), {}
    if not isinstance(token, list) or not token:
        return None, {}
    return read_word(token[0], "attachment"), _read_parameters(_at(token, 1))
