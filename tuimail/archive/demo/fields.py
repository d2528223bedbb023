"""Header fields (RFC 5322), encoded words (RFC 2047) and parameters (RFC 2231), as octets."""

from __future__ import annotations

from binascii import b2a_base64
from datetime import datetime, timedelta, timezone

from tuimail.archive.demo.people import Person

_LINE = 76
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 2047, 5: all that a Q word may hold in a phrase, which suits every other place too.
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_ATTRIBUTE = _Q_PLAIN - frozenset(b"*") | frozenset(b"._")
_SPECIALS = frozenset('()<>[]:;@\\,."')


def field(name: str, value: str) -> bytes:
    """One field with its CRLF, folded at single spaces; the value is ASCII."""
    lines: list[str] = []
    line = f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"


def unstructured(text: str, charset: str) -> str:
    """The text as a Subject may hold it."""
    return text if text.isascii() and text.isprintable() else encoded_words(text, charset)


def encoded_words(text: str, charset: str) -> str:
    """Encoded words of at most 75 characters: Q where most letters are Latin, else B."""
    encode = _q_word if charset in ("iso-8859-1", "windows-1252") else _b_word
    words: list[str] = []
    rest = ""
    for character in text:
        if len(encode(rest + character, charset)) > _LINE - 1 - len("Subject: "):
            words.append(encode(rest, charset))
            rest = ""
        rest += character
    return " ".join([*words, encode(rest, charset)])


def mailbox(person: Person) -> str:
    """`name <address>` as an address list holds it."""
    name = person.name
    if not name:
        return person.address
    if not name.isascii():
        name = encoded_words(name, person.charset)
    elif _SPECIALS & set(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{person.address}>"


def date_time(moment: datetime, zone: int) -> str:
    """RFC 5322's date-time of this moment, `zone` minutes east of UTC."""
    local = moment.astimezone(timezone(timedelta(minutes=zone)))
    hours, minutes = divmod(abs(zone), 60)
    return (
        f"{_DAYS[local.weekday()]}, {local.day:02} {_MONTHS[local.month - 1]} {local.year}"
        f" {local:%H:%M:%S} {'-' if zone < 0 else '+'}{hours:02}{minutes:02}"
    )


def extended_parameter(name: str, value: str) -> str:
    """RFC 2231's `name*=utf-8''…`, in pieces where it is long."""
    octets = [chr(o) if o in _ATTRIBUTE else f"%{o:02X}" for o in value.encode()]
    if len(octets) < 30:
        return f"{name}*=utf-8''{''.join(octets)}"
    pieces = ["".join(octets[start : start + 16]) for start in range(0, len(octets), 16)]
    pieces[0] = f"utf-8''{pieces[0]}"
    return "; ".join(f"{name}*{number}*={piece}" for number, piece in enumerate(pieces))


def _b_word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{b2a_base64(text.encode(charset), newline=False).decode()}?="


def _q_word(text: str, charset: str) -> str:
    written = "".join(
        "_" if o == 0x20 else chr(o) if o in _Q_PLAIN else f"={o:02X}" for o in text.encode(charset)
    )
    return f"=?{charset}?Q?{written}?="
