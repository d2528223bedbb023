"""The text of a message: plain, as HTML, and as RTF that holds the HTML (MS-OXBBODY 2.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from html import escape

from tuimail.files.mapped import Octets
from tuimail.mail.charsets import decode_html, decode_pieces, decode_text
from tuimail.mail.flowed import join_flowed
from tuimail.mail.html_text import INPUT_LIMIT, html_to_text
from tuimail.mail.transfer_encoding import decode_body
from tuimail.msg.cfb import LargeContent
from tuimail.msg.header import normalize_lines
from tuimail.msg.mapi import PidTag, Properties, encode_string
from tuimail.msg.parts import Text, decoded_pieces, read_body
from tuimail.msg.rtf import encapsulate_html, wrap_rtf

_PLAIN, _HTML = 1, 3
_UTF_8 = 65001
_REPLACEMENT = "\ufffd".encode()
RTF_LIMIT = 1_000_000
"""Characters of HTML that are given as RTF too; it takes 20 times its size in memory at worst."""
_LARGE = 1_000_000
"""Octets of text from which on it is made piece by piece, each time anew, and never held: 30 MB
take 8 MB of memory, and took 140."""
# Up to the next bracket, so that no character is looked at twice.
_META = re.compile(r"<meta\b[^<>]*+>|<\?xml\b[^<>]*+\?>", re.IGNORECASE)
_CHARSET = re.compile(r"(\b(?:charset|encoding)\s*+=\s*+[\"']?)[a-z0-9_.:-]+", re.IGNORECASE)
_LONG_TAG = 1 << 16
"""Characters of a tag that is kept together."""

Pieces = Callable[[], Iterable[str]]
"""A text, in pieces, as often as it is asked for."""


def set_bodies(
    properties: Properties, raw: Octets, texts: Sequence[Text], lost: list[str]
) -> Pieces:
    """Set what is there to be read; gives the HTML in pieces of whole tags, none without HTML.

    Texts that stand side by side are read one after the other, in both forms.
    """
    plain: list[Pieces] = []
    html: list[Pieces] = []
    has_html = any(text.is_html for text in texts)
    is_large = sum(text.entity.end - text.entity.body_start for text in texts) >= _LARGE
    for text in texts:
        content = _read_text(raw, text, lost, is_large=is_large)
        if not any(piece and not piece.isspace() for piece in content()):
            continue
        if text.is_html:
            html.append(content)
            if not text.is_alternative:
                plain.append(_only(html_to_text(_read_head(content(), INPUT_LIMIT))))
        else:
            plain.append(content)
            if has_html and not text.is_alternative:
                html.append(partial(_as_html, content))
    body: Pieces = partial(_normalized, plain, "\n")
    if is_large:
        _set_large(properties, PidTag.BODY, lambda: map(encode_string, body()))
    else:
        properties.set(PidTag.BODY, "".join(body()))
    page: Pieces = partial(_with_charset, html)
    if html:
        page = _set_html(properties, page, is_large=is_large)
    if html or plain:
        properties.set(PidTag.NATIVE_BODY, _HTML if html else _PLAIN)
    return page


def _set_html(properties: Properties, page: Pieces, *, is_large: bool) -> Pieces:
    """Set it in all its forms; gives it as it is had for less."""
    if is_large:
        _set_large(properties, PidTag.BODY_HTML, lambda: map(_encode, page()))
    if not is_large or sum(map(len, page())) <= RTF_LIMIT:
        whole = "".join(page())
        properties.set(PidTag.RTF_COMPRESSED, wrap_rtf(encapsulate_html(whole)))
        properties.set(PidTag.RTF_IN_SYNC, True)
        if not is_large:
            properties.set(PidTag.BODY_HTML, _encode(whole))
            page = _only(whole)
    properties.set(PidTag.INTERNET_CODEPAGE, _UTF_8)
    return page


def _set_large(properties: Properties, tag: PidTag, chunks: Callable[[], Iterable[bytes]]) -> None:
    if size := sum(map(len, chunks())):
        properties.set(tag, LargeContent(size, chunks))


def _read_text(raw: Octets, part: Text, lost: list[str], *, is_large: bool) -> Pieces:
    entity = part.entity
    charset = entity.parameters.get("charset")
    is_flowed = not part.is_html and entity.parameters.get("format", "").lower() == "flowed"
    if is_large and not is_flowed:
        octets = partial(decoded_pieces, raw, entity)
        decoded = partial(decode_pieces, octets, charset, is_html=part.is_html)
        is_unclear = any("\ufffd" in one for one in decoded()) and not _has_replacement(octets())
        pieces: Pieces = partial(_without_mark, decoded)
    else:
        whole = decode_body(read_body(raw, entity), entity.encoding)
        decode = decode_html if part.is_html else decode_text
        text = decode(whole, charset).removeprefix("\ufeff")
        is_unclear = "\ufffd" in text and _REPLACEMENT not in whole
        if is_flowed:
            delete_space = entity.parameters.get("delsp", "").lower() == "yes"
            text = join_flowed(text, delete_space=delete_space)
        pieces = _only(text)
    if is_unclear:
        lost.append("some characters of the text cannot be read in its charset")
    return pieces


def _only(text: str) -> Pieces:
    return lambda: (text,)


def _without_mark(pieces: Pieces) -> Iterator[str]:
    """A text without its byte order mark."""
    is_start = True
    for piece in filter(None, pieces()):
        yield piece.removeprefix("\ufeff") if is_start else piece
        is_start = False


def _has_replacement(octets: Iterable[bytes]) -> bool:
    """Whether the sender wrote U+FFFD himself."""
    before = b""
    for piece in octets:
        if _REPLACEMENT in before + piece:
            return True
        before = piece[1 - len(_REPLACEMENT) :]
    return False


def _read_head(pieces: Iterable[str], length: int) -> str:
    head = ""
    for piece in pieces:
        head += piece[: length - len(head)]
        if len(head) == length:
            break
    return head


def _as_html(plain: Pieces) -> Iterator[str]:
    yield '<pre style="white-space: pre-wrap; font: inherit">'
    for piece in plain():
        yield escape(piece, quote=False)
    yield "</pre>"


def _with_charset(html: Sequence[Pieces]) -> Iterator[str]:
    """As it is written: in UTF-8, which it has to say."""
    for piece in _whole_tags(_normalized(html, "<br>\n")):
        yield _META.sub(_name_utf_8, piece.replace("\0", "\ufffd"))


def _name_utf_8(meta: re.Match[str]) -> str:
    return _CHARSET.sub(r"\1utf-8", meta[0])


def _encode(html: str) -> bytes:
    return html.encode("utf-8", "replace")


def _normalized(texts: Sequence[Pieces], separator: str) -> Iterator[str]:
    """One text behind the other, every line ended by CRLF."""
    held = ""
    for piece in _joined(texts, separator):
        piece = held + piece
        held = "\r" if piece.endswith("\r") else ""
        yield normalize_lines(piece[: len(piece) - len(held)])
    yield normalize_lines(held)


def _joined(texts: Sequence[Pieces], separator: str) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number:
            yield separator
        yield from text()


def _whole_tags(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, cut between its tags."""
    held = ""
    for piece in pieces:
        piece = held + piece
        cut = piece.rfind("<")
        if cut < 0 or len(piece) - cut > _LONG_TAG or piece.find(">", cut) >= 0:
            cut = len(piece)
        held = piece[cut:]
        yield piece[:cut]
    yield held
