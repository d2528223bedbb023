"""Address lists of header fields (RFC 5322, 3.4 and 4.4).

`email.utils.getaddresses` raises RecursionError on `((((`, and takes words apart that a sender
meant as one. This scanner reads tokens in one pass, without recursion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuimail.mail.charsets import decode_text
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.header_block import unfold
from tuimail.text import MailText

ADDRESS_LIMIT = 1_000
"""Addresses read of one field; the rest is passed over."""
LENGTH_LIMIT = 65_536
"""Octets read of one field."""

# What nine of ten fields are: one address, its name bare or in quotes.
_SIMPLE = re.compile(
    rb' *(?:"([^"\\\r\n]*)"|([^"(),:;<>@\[\]\\\r\n]*?)) *<([^\s<>"(),:;@\\]+@[^\s<>"(),:;@\\]+)> *'
)

# An encoded word is one token, since some senders leave commas and brackets in it.
_TOKEN = re.compile(
    rb'(?P<quoted>"(?:[^"\\]|\\.)*+")'
    rb"|(?P<comment>\()"
    rb'|(?P<angle><(?:[^<>"]|"(?:[^"\\]|\\.)*+")*+>|<[^<>,;]*)'
    rb"|(?P<end>[,;])"
    rb"|(?P<colon>:)"
    rb"|(?P<space>\s+)"
    rb"|(?P<word>=\?[^?\s]+\?[BbQq]\?[^?]*\?=|\[[^\[\]\\]*\]|\\.|[^\s\"(),:;<\[\\]+|.)",
    re.DOTALL,
)
_COMMENT_PART = re.compile(rb"[^()\\]+|\\.|[()]|\\", re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ROUTE = re.compile(rb"@[^:]*:")
_AROUND_DOT = re.compile(rb"\s*([.@])\s*")
_BARE = re.compile(rb'((?:"(?:[^"\\]|\\.)*+"|[^\s"@])+@\S+)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: its display name, maybe empty, and its address, `local@domain` as written.

    Where nothing looks like an address, the words stand in `name` and `address` is empty.
    """

    name: MailText
    address: MailText


def parse_addresses(value: bytes) -> tuple[Address, ...]:
    """The mailboxes of a raw field value, folded or not, in their order; never raises.

    The members of a group are listed, its name is not. Encoded words are decoded after the list
    has been split, so that a comma in one separates nothing. Also read: comments as names
    (`ada@example.org (Ada)`), routes, and a semicolon between addresses.
    """
    simple = _SIMPLE.fullmatch(value)
    if simple:
        quoted, bare, address = simple.groups()
        name = quoted if quoted is not None else bare
        return (Address(MailText(decode_words(name)), _decode_address(address)),)
    return _scan(unfold(value[:LENGTH_LIMIT]))


def _scan(value: bytes) -> tuple[Address, ...]:
    found: list[Address] = []
    words: list[bytes] = []
    comments: list[bytes] = []
    angle: bytes | None = None
    comments_close = True
    position = 0

    while len(found) < ADDRESS_LIMIT:
        token = _TOKEN.match(value, position)
        if token is None:
            break
        position = token.end()
        kind, text = token.lastgroup, token[0]
        if kind == "comment" and comments_close:
            end = _comment_end(value, position)
            comments_close = end is not None
            if end is not None:
                comments.append(value[position : end - 1])
                words.append(b" ")
                position = end
        elif kind == "angle" and angle is None:
            angle = text
        elif kind == "angle":  # a comma was forgotten
            found.append(_make_address(words, angle or b"", comments))
            words, comments, angle = [], [], text
        elif kind == "colon" and angle is None and b"@" not in b"".join(words):
            words, comments = [], []  # the name of a group
        elif kind == "end":
            if words or comments or angle:
                found.append(_make_address(words, angle, comments))
            words, comments, angle = [], [], None
        else:
            words.append(text)
    if (words or comments or angle) and len(found) < ADDRESS_LIMIT:
        found.append(_make_address(words, angle, comments))
    return tuple(one for one in found if one.name or one.address)


def _comment_end(value: bytes, position: int) -> int | None:
    """Where the comment that has just been opened ends; None where it does not."""
    depth = 1
    for part in _COMMENT_PART.finditer(value, position):
        if part[0] == b"(":
            depth += 1
        elif part[0] == b")":
            depth -= 1
            if not depth:
                return part.end()
    return None


def _make_address(words: list[bytes], angle: bytes | None, comments: list[bytes]) -> Address:
    if angle is None:
        text = _AROUND_DOT.sub(rb"\1", b"".join(words).strip())
        bare = _BARE.search(text)
        address = bare[1] if bare else b""
        words = [text[: bare.start()], b" ", text[bare.end() :]] if bare else words
    else:
        address = _ROUTE.sub(b"", angle.strip(b"<>").strip(), count=1)
        if b'"' not in address:
            address = b"".join(address.split())
    name = b"".join(_unquote(word) for word in words).strip()
    if not name and comments:
        name = _ESCAPE.sub(rb"\1", comments[-1]).strip()
    return Address(MailText(" ".join(decode_words(name).split())), _decode_address(address))


def _unquote(word: bytes) -> bytes:
    if len(word) > 1 and word.startswith(b'"') and word.endswith(b'"'):
        return _ESCAPE.sub(rb"\1", word[1:-1])
    return word


def _decode_address(address: bytes) -> MailText:
    return MailText(address.decode("ascii") if address.isascii() else decode_text(address, None))
