"""The text of a message: plain, as HTML, and as RTF that holds the HTML (MS-OXBBODY 2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from tuimail.mail.charsets import decode_html, decode_text
from tuimail.mail.flowed import join_flowed
from tuimail.mail.html_text import html_to_text
from tuimail.mail.transfer_encoding import decode_body
from tuimail.msg.header import normalize_lines
from tuimail.msg.mapi import PidTag, Properties
from tuimail.msg.parts import Text, read_body
from tuimail.msg.rtf import encapsulate_html, wrap_rtf

_PLAIN, _HTML = 1, 3
_UTF_8 = 65001
_REPLACEMENT = "\ufffd".encode()
RTF_LIMIT = 4_000_000
"""Characters of HTML that are given as RTF too; it takes some times its size in memory."""
# Up to the next bracket, so that no character is looked at twice.
_META = re.compile(r"<meta\b[^<>]*+>|<\?xml\b[^<>]*+\?>", re.IGNORECASE)
_CHARSET = re.compile(r"(\b(?:charset|encoding)\s*+=\s*+[\"']?)[a-z0-9_.:-]+", re.IGNORECASE)


def set_bodies(properties: Properties, raw: bytes, texts: Sequence[Text], lost: list[str]) -> str:
    """Set what is there to be read; gives the HTML, "" where there is none.

    Texts that stand side by side are read one after the other, in both forms.
    """
    plain: list[str] = []
    html: list[str] = []
    has_html = any(text.is_html for text in texts)
    for text in texts:
        content = _read_text(raw, text, lost)
        if not content.strip():
            continue
        if text.is_html:
            html.append(content)
            if not text.is_alternative:
                plain.append(html_to_text(content))
        else:
            plain.append(content)
            if has_html and not text.is_alternative:
                html.append(_as_html(content))
    body, page = normalize_lines("\n".join(plain)), normalize_lines("<br>\n".join(html))
    properties.set(PidTag.BODY, body)
    if page:
        page = _META.sub(_name_utf_8, page.replace("\0", "\ufffd"))
        properties.set(PidTag.BODY_HTML, page.encode("utf-8", "replace"))
        properties.set(PidTag.INTERNET_CODEPAGE, _UTF_8)
        if len(page) <= RTF_LIMIT:
            properties.set(PidTag.RTF_COMPRESSED, wrap_rtf(encapsulate_html(page)))
            properties.set(PidTag.RTF_IN_SYNC, True)
    if page or body:
        properties.set(PidTag.NATIVE_BODY, _HTML if page else _PLAIN)
    return page


def _read_text(raw: bytes, part: Text, lost: list[str]) -> str:
    entity = part.entity
    octets = decode_body(read_body(raw, entity), entity.encoding)
    charset = entity.parameters.get("charset")
    decode = decode_html if part.is_html else decode_text
    text = decode(octets, charset).removeprefix("\ufeff")
    if "\ufffd" in text and _REPLACEMENT not in octets:
        lost.append("some characters of the text cannot be read in its charset")
    if not part.is_html and entity.parameters.get("format", "").lower() == "flowed":
        delete_space = entity.parameters.get("delsp", "").lower() == "yes"
        return join_flowed(text, delete_space=delete_space)
    return text


def _as_html(text: str) -> str:
    return f'<pre style="white-space: pre-wrap; font: inherit">{escape(text, quote=False)}</pre>'


def _name_utf_8(meta: re.Match[str]) -> str:
    """The HTML is written in UTF-8, and has to say so."""
    return _CHARSET.sub(r"\1utf-8", meta[0])
