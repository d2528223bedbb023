"""Compares what a reader finds in a .msg file with what another one finds in the EML.

Told apart are values, not spellings: line ends, runs of blanks in headers, the C1 controls of a
page that says ISO-8859-1 and means Windows-1252, and in HTML charset declarations, line breaks and
all white space are no differences. Where the EML's reader has U+FFFD, the other may have anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from html import unescape
from operator import attrgetter
from typing import NamedTuple

from tests.bench.msg_reading import Attachment, Mailbox, Reading, Recipient


class Comparison(NamedTuple):
    """One value on both sides, as text for a person."""

    field: str
    expected: str
    got: str
    equal: bool


_CLEAR_SIGNED = ".SMIME.MultipartSigned"
_C1_MEANT = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_CHARSET_DECLARATION = re.compile(r"<meta\b[^>]*charset[^>]*>|<\?xml\b[^>]*\?>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# Parts are joined with some by both sides.
_LINE_BREAK = re.compile(r"<br/?>", re.IGNORECASE)
_ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ufffd]')
# Also as UTF-8 read as ISO-8859-1.
_UNREADABLE = re.compile("(?:\ufffd|\xef\xbf\xbd)+")
_INVENTED = re.compile(r"ATT\d{5}(?:\.\w+)?", re.ASCII)


def compare_readings(expected: Reading, got: Reading, raw: bytes) -> Iterator[Comparison]:
    """`raw` is the EML, of which the octets of what was signed must be a part."""
    if expected.error or got.error:
        yield Comparison("reading", expected.error or "a message", got.error or "a message", False)
        return
    yield _same("subject", _line(expected.subject), _line(got.subject))
    yield from _compare_mailbox("from", expected.author, got.author)
    yield from _compare_mailbox("sender", expected.sender, got.sender)
    yield from _compare_recipients(expected.recipients, got.recipients)
    yield _same("date", expected.date, got.date)
    yield _same("message id", _message_id(expected.message_id), _message_id(got.message_id))
    is_signed = got.message_class.endswith(_CLEAR_SIGNED)
    if is_signed:
        if got.signed_entity is None:
            return  # this reader does not look into what was signed
        signed = _lf(got.signed_entity).partition(b"\n\n")[2].strip()
        found = "a part of the EML" if signed and signed in _lf(raw) else "octets changed"
        yield _same("signed octets", "a part of the EML", found)
    # What was signed is read with Python's email package, which does not join flowed lines.
    texts = _compare_text(expected, got)
    yield from (text for text in texts if not is_signed or text.field != "text lines")
    yield from _compare_html(expected, got)
    yield from _compare_attachments(expected.attachments, got.attachments)


def _compare_mailbox(role: str, expected: Mailbox, got: Mailbox) -> Iterator[Comparison]:
    yield _same(f"{role} address", _address(expected), _address(got))
    yield _same(f"{role} name", _name(expected), _name(got))


def _compare_recipients(
    expected: Sequence[Recipient], got: Sequence[Recipient]
) -> Iterator[Comparison]:
    """Whole lists of addresses; names one by one where the addresses are the same."""
    wanted = [f"{recipient.type}: {_address(recipient)}" for recipient in expected]
    found = [f"{recipient.type}: {_address(recipient)}" for recipient in got]
    yield Comparison(
        "recipients",
        ", ".join(wanted),
        ", ".join(found),
        wanted == found,
    )
    if wanted == found:
        for recipient, other in zip(expected, got, strict=True):
            yield _same("recipient name", _name(recipient), _name(other))


def _compare_text(expected: Reading, got: Reading) -> Iterator[Comparison]:
    # Of a page each reader makes the text that it likes.
    if _is_mixed(expected):
        found = _words("".join(got.text))
        place = 0
        for words in map(_words, expected.text):
            place = found.find(words, place)
            yield Comparison("text words", words, found, place >= 0)
            place = max(0, place) + len(words)
    elif any(map(str.strip, expected.text)) or not expected.html:
        yield _same_parts("text lines", expected.text, got.text, _lines)
        yield _same_parts("text words", expected.text, got.text, _words)


def _compare_html(expected: Reading, got: Reading) -> Iterator[Comparison]:
    pages = [("html", got.html)]
    if got.rtf_html is not None:
        pages.append(("html in rtf", (got.rtf_html,)))
    if _is_mixed(expected):
        for field, page in pages:
            yield _same_parts(field, (expected.page,), page, _page_words)
    elif expected.html or got.html:
        for field, page in pages:
            yield _same_parts(field, expected.html, page, _page)


def _is_mixed(expected: Reading) -> bool:
    """Whether plain parts stand beside pages, so that there is no one page to compare with."""
    return bool(expected.page) and _page(expected.page) != _page("".join(expected.html))


def _compare_attachments(
    expected: Sequence[Attachment], got: Sequence[Attachment], prefix: str = ""
) -> Iterator[Comparison]:
    pairs, missing, more = _pair(expected, got)
    yield Comparison(
        f"{prefix}attachment count",
        f"{len(expected)} (missing: {', '.join(map(_describe, missing)) or 'none'})",
        f"{len(got)} (more: {', '.join(map(_describe, more)) or 'none'})",
        not missing and not more,
    )
    for wanted, found in pairs:
        about = f"{prefix}attachment "
        yield Comparison(f"{about}name", wanted.name, found.name, _same_name(wanted, found))
        yield _same(f"{about}content id", wanted.content_id, found.content_id)
        yield _same(f"{about}hidden", wanted.hidden, found.hidden)
        if wanted.sha256 is None:
            kind = "a file" if found.sha256 else "a message"
            yield _same(f"{about}method", "a message", kind)
            if wanted.message and found.message:
                yield from _compare_embedded(wanted.message, found.message)
            continue
        yield Comparison(
            f"{about}octets", _describe(wanted), _describe(found), wanted.sha256 == found.sha256
        )
        yield _same(f"{about}type", wanted.media_type, found.media_type)


def _compare_embedded(expected: Reading, got: Reading) -> Iterator[Comparison]:
    yield _same("embedded subject", _line(expected.subject), _line(got.subject))
    yield _same("embedded date", expected.date, got.date)
    yield from _compare_attachments(expected.attachments, got.attachments, "embedded ")


def _pair(
    expected: Sequence[Attachment], got: Sequence[Attachment]
) -> tuple[list[tuple[Attachment, Attachment]], list[Attachment], list[Attachment]]:
    """First what has the same octets, then the others in order; and what is left on each side."""
    rest = list(got)
    partners: dict[int, Attachment] = {}
    for mark in (attrgetter("sha256", "name"), attrgetter("sha256"), attrgetter("name")):
        for number, wanted in enumerate(expected):
            if number not in partners:
                found = next((other for other in rest if mark(other) == mark(wanted)), None)
                if found is not None:
                    rest.remove(found)
                    partners[number] = found
    alone = [number for number in range(len(expected)) if number not in partners]
    if len(alone) == len(rest):
        partners.update(zip(alone, rest, strict=True))
        alone, rest = [], []
    pairs = [(expected[number], partners[number]) for number in sorted(partners)]
    return pairs, [expected[number] for number in alone], rest


def _same(field: str, expected: object, got: object) -> Comparison:
    wanted, found = str(expected), str(got)
    return Comparison(field, wanted, found, _matches(wanted, found))


def _matches(expected: str, got: str) -> bool:
    """Whether what is readable of `expected` stands in `got` in the same order."""
    first, *others = _UNREADABLE.split(expected)
    if not others:
        return expected == got
    if not got.startswith(first) or not got.endswith(others[-1]):
        return False
    place = len(first)
    for piece in others:
        found = got.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _same_parts(
    field: str, expected: Sequence[str], got: Sequence[str], spell: Callable[[str], str]
) -> Comparison:
    return _same(field, spell("\n".join(expected)), spell("\n".join(got)))


def _same_name(expected: Attachment, got: Attachment) -> bool:
    if _ILLEGAL.search(got.name.replace("\ufffd", "")) or not got.name:
        return False
    if expected.sha256 is None and got.sha256 is None:
        stem = re.sub(r"\.(?:eml|msg)$", "", _safe(expected.name), flags=re.IGNORECASE)
        return not stem or got.name.removesuffix(".msg") == stem
    if not _safe(expected.name):
        return _INVENTED.fullmatch(got.name) is not None
    return _safe(got.name) == _safe(expected.name)


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return _line(_ILLEGAL.sub("_", last)).rstrip(" .")


def _describe(attachment: Attachment) -> str:
    digest = (attachment.sha256 or "message")[:12]
    return f"{attachment.name or 'unnamed'}, {attachment.size} octets, {digest}"


def _line(text: str) -> str:
    return " ".join(text.translate(_C1_MEANT).split())


def _lines(text: str) -> str:
    unix = text.replace("\r\n", "\n").replace("\r", "\n").translate(_C1_MEANT)
    return "\n".join(line.rstrip() for line in unix.split("\n")).strip("\n\ufeff")


def _words(text: str) -> str:
    return "".join(text.translate(_C1_MEANT).split()).strip("\ufeff")


def _page(text: str) -> str:
    without = _CHARSET_DECLARATION.sub("", text).replace("&nbsp;", " ")
    return _LINE_BREAK.sub("", _words(without))


def _page_words(text: str) -> str:
    return _words(unescape(_TAG.sub("", text)))


def _lf(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n")


def _message_id(text: str | None) -> str:
    return f"<{text.strip().strip('<>')}>" if text and text.strip() else ""


def _address(mailbox: Mailbox) -> str:
    """A domain in ASCII form is the same as its Unicode form; mailparser takes what has no `@`
    for a name."""
    local, at, domain = (mailbox.address or mailbox.name).strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("ascii").decode("idna")
    return local + at + domain


def _name(mailbox: Mailbox) -> str:
    """Readers show the address where there is no name, and so do those who write one for both."""
    return _line(mailbox.name) or _address(mailbox)
