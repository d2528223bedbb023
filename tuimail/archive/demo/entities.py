"""MIME entities (RFC 2045 to 2047): Content fields, an empty line and a body, as octets.

A message is its header followed by one entity; a multipart is an entity made of entities.
"""

from __future__ import annotations

import zlib
from binascii import b2a_base64
from collections.abc import Sequence
from html import escape

from tuimail.archive.demo.attachments import FILES
from tuimail.archive.demo.fields import encoded_words, extended_parameter, field

_QP_LINE = 75
_QP_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b"=")
_BASE64_LINE = 57


def text_entity(
    text: str,
    charset: str = "utf-8",
    encoding: str = "8bit",
    subtype: str = "plain",
    parameters: str = "",
) -> bytes:
    """A text part; falls back to UTF-8 where the charset lacks a letter, as mail programs do."""
    charset = _fitting_charset(text, charset)
    body = text.replace("\n", "\r\n").encode(charset)
    if encoding in ("7bit", "8bit"):
        encoding = "7bit" if body.isascii() else "8bit"
    return entity(f"text/{subtype}; charset={charset}{parameters}", body, encoding)


def html_entity(title: str, text: str, charset: str, encoding: str, foot: str = "") -> bytes:
    """The text as a plain page, a paragraph for each; `foot` is markup that follows it."""
    charset = _fitting_charset(text, charset)
    paragraphs = "\n".join(
        "<p>" + escape(paragraph).replace("\n", "<br>\n") + "</p>"
        for paragraph in text.rstrip().split("\n\n")
    )
    page = (
        f'<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" '
        f'content="text/html; charset={charset}">\n<title>{escape(title)}</title>\n'
        "<style>body { font-family: serif; max-width: 38em; background: #fdf6e3 }</style>\n"
        f"</head><body>\n{paragraphs}\n{foot}</body></html>\n"
    )
    return text_entity(page, charset, encoding, "html")


def file_entity(name: str, disposition: str = "attachment", content_id: str = "") -> bytes:
    """One of `FILES` as a part."""
    file = FILES[name]
    written = disposition + _name_parameter("filename", name, file.name_charset)
    fields = field("Content-Disposition", written)
    if content_id:
        fields += field("Content-ID", f"<{content_id}>")
    content_type = file.media_type + _name_parameter("name", name, file.name_charset)
    return entity(content_type, file.make(), file.encoding, fields)


def multipart(subtype: str, parts: Sequence[bytes], parameters: str = "") -> bytes:
    """A multipart; its boundary follows from what it holds."""
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    boundary = f"=_gull_{checksum:08x}_{len(parts)}"
    delimiter = f"--{boundary}\r\n".encode()
    body = b"".join(delimiter + part + b"\r\n" for part in parts)
    content_type = f'multipart/{subtype}; boundary="{boundary}"{parameters}'
    return field("Content-Type", content_type) + b"\r\n" + body + f"--{boundary}--\r\n".encode()


def entity(content_type: str, body: bytes, encoding: str = "7bit", fields: bytes = b"") -> bytes:
    """A part with any body; `fields` are further Content fields as they shall stand."""
    head = field("Content-Type", content_type)
    if encoding != "7bit":
        head += field("Content-Transfer-Encoding", encoding)
    if encoding == "base64":
        body = base64_lines(body)
    elif encoding == "quoted-printable":
        body = quoted_printable(body)
    return head + fields + b"\r\n" + body


def base64_lines(octets: bytes) -> bytes:
    """Base64 in lines of 76, each with its CRLF."""
    return b"".join(
        b2a_base64(octets[start : start + _BASE64_LINE], newline=False) + b"\r\n"
        for start in range(0, len(octets), _BASE64_LINE)
    )


def quoted_printable(octets: bytes) -> bytes:
    """Quoted-printable of text with CRLF line ends (RFC 2045, 6.7)."""
    return b"\r\n".join(_quoted_line(line) for line in octets.split(b"\r\n"))


def _fitting_charset(text: str, charset: str) -> str:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return charset


def _quoted_line(line: bytes) -> bytes:
    lines: list[str] = []
    written = ""
    for place, octet in enumerate(line):
        last = place == len(line) - 1
        plain = octet in _QP_PLAIN and not (octet == 0x20 and last)
        word = chr(octet) if plain else f"={octet:02X}"
        if len(written) + len(word) > _QP_LINE:
            lines.append(f"{written}=")
            written = ""
        written += word
    return "\r\n".join([*lines, written]).encode()


def _name_parameter(parameter: str, name: str, charset: str) -> str:
    if name.isascii():
        return f'; {parameter}="{name}"'
    if charset:
        # Forbidden by RFC 2047, 5 (3), and written by half of the world all the same.
        return f'; {parameter}="{encoded_words(name, charset)}"'
    return f"; {extended_parameter(parameter, name)}"
