"""FETCH: what is asked for, and a message's row of answers (RFC 9051, 6.4.5 and 7.5.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tuimail.archive.command import Argument, parse_arguments
from tuimail.archive.mailbox import StoredMessage
from tuimail.archive.opened_message import OpenedMessage, split_fields
from tuimail.archive.response import bad, write_literal
from tuimail.mail.entity import Entity, find_section

_MACROS: dict[bytes, list[Argument]] = {
    b"ALL": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"],
    b"FAST": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"],
    b"FULL": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY"],
}
_PART = rb"HEADER|HEADER\.FIELDS \(.*\)|HEADER\.FIELDS\.NOT \(.*\)|TEXT|MIME"
_SECTION = re.compile(
    rb"BODY(?:\.PEEK)?\[(?:(\d{1,9}(?:\.\d{1,9})*)(?:\.(%b))?|(%b)?)\](?:<(\d{1,10})\.(\d{1,10})>)?"
    % (_PART, _PART),
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Item = Callable[[StoredMessage, Callable[[], OpenedMessage]], bytes]
"""Writes one item of a row, name and value; the message is opened only when it is needed."""


@dataclass(frozen=True, slots=True)
class Section:
    """`BODY[numbers.part (names)]<offset.count>`."""

    label: bytes
    """As the answer calls it: `BODY[1.TEXT]<0>`."""
    numbers: tuple[int, ...] = ()
    part: str = ""
    """"", HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME."""
    names: frozenset[bytes] = frozenset()
    offset: int = 0
    count: int | None = None

    def write(self, _: StoredMessage, open_message: Callable[[], OpenedMessage]) -> bytes:
        octets = self.read(open_message())
        if octets is None:
            return self.label + b" NIL"
        if self.count is not None:
            octets = octets[self.offset : self.offset + self.count]
        return self.label + b" " + write_literal(octets)

    def read(self, message: OpenedMessage) -> bytes | None:
        """The octets of the whole section, None where the message has no such part."""
        if not self.numbers and not self.part:
            return message.raw
        entity: Entity | None = find_section(message.entity, self.numbers)
        if entity is not None and self.numbers and self.part not in {"", "MIME"}:
            # HEADER and TEXT are those of the message within (RFC 9051, 6.4.5.1).
            entity = entity.message
        if entity is None:
            return None
        if self.part in {"", "TEXT"}:
            return message.raw[entity.body_start : entity.end]
        header = message.raw[entity.start : entity.body_start]
        if self.part in {"HEADER", "MIME"}:
            return header
        fields = message.raw_fields if not self.numbers else split_fields(header)
        wanted = self.part == "HEADER.FIELDS"
        chosen = b"".join(raw for name, raw in fields if (name in self.names) is wanted)
        return chosen + b"\r\n"


def parse_fetch_items(arguments: list[Argument], *, uid: bool) -> tuple[Item, ...]:
    """What a FETCH asks for; raises CommandError for an item that does not exist."""
    match arguments:
        case [bytes(name)] if name.upper() in _MACROS:
            names = _MACROS[name.upper()]
        case [bytes()]:
            names = arguments
        case [list(names)] if names:
            pass
        case _:
            raise bad("Invalid arguments")
    asked = [name for name in names if isinstance(name, bytes)]
    if len(asked) != len(names):
        raise bad("Invalid arguments")
    if uid and b"UID" not in {name.upper() for name in asked}:
        asked.insert(0, b"UID")
    return tuple(map(_parse_item, asked))


def write_row(
    number: int,
    message: StoredMessage,
    open_message: Callable[[], OpenedMessage],
    items: Iterable[Item],
) -> bytes:
    """One untagged FETCH, with its line end."""
    written = b" ".join(item(message, open_message) for item in items)
    return b"* %d FETCH (%b)\r\n" % (number, written)


def write_internal_date(moment: datetime) -> bytes:
    """`"17-Jul-1996 02:44:25 -0700"`, quotes included."""
    zone = moment.strftime("%z")[:5] or "+0000"
    month = _MONTHS[moment.month - 1]
    text = f'"{moment.day:02}-{month}-{moment.year:04} {moment:%H:%M:%S} {zone}"'
    return text.encode("ascii")


def _parse_item(name: bytes) -> Item:
    simple = _SIMPLE_ITEMS.get(name.upper())
    if simple is not None:
        return simple
    match = _SECTION.fullmatch(name)
    if match is None:
        raise bad(f"Unknown parameter {name[:40].decode('latin-1')}")
    return _parse_section(match).write


def _parse_section(match: re.Match[bytes]) -> Section:
    path, part_of_path, part_alone, offset, count = match.groups()
    numbers = path.split(b".") if path else []
    part, _, listed = (part_of_path or part_alone or b"").partition(b" ")
    part = part.upper()
    if part == b"MIME" and not numbers:
        raise bad("MIME needs a part")
    names = _read_names(listed)
    section = b".".join([*numbers, part] if part else numbers)
    if listed:
        section += b" (" + b" ".join(name.upper() for name in names) + b")"
    label = b"BODY[" + section + b"]" + (b"<%d>" % int(offset) if offset else b"")
    return Section(
        label,
        tuple(map(int, numbers)),
        part.decode("ascii"),
        frozenset(name.lower() for name in names),
        int(offset or 0),
        int(count) if count else None,
    )


def _read_names(listed: bytes) -> list[bytes]:
    if not listed:
        return []
    match parse_arguments(listed):
        case [list(names)] if names:
            return [name if isinstance(name, bytes) else b"" for name in names]
    raise bad("No header fields")


def _write_date(message: StoredMessage, _: Callable[[], OpenedMessage]) -> bytes:
    return b"INTERNALDATE " + write_internal_date(message.internal_date)


def _write_flags(message: StoredMessage, _: Callable[[], OpenedMessage]) -> bytes:
    return b"FLAGS (" + " ".join(message.flags).encode("ascii", "replace") + b")"


_SIMPLE_ITEMS: dict[bytes, Item] = {
    b"UID": lambda message, _: b"UID %d" % message.uid,
    b"FLAGS": _write_flags,
    b"INTERNALDATE": _write_date,
    b"RFC822.SIZE": lambda _, opened: b"RFC822.SIZE %d" % len(opened().raw),
    b"ENVELOPE": lambda _, opened: b"ENVELOPE " + opened().envelope,
    b"BODY": lambda _, opened: b"BODY " + opened().body,
    b"BODYSTRUCTURE": lambda _, opened: b"BODYSTRUCTURE " + opened().body_structure,
    b"RFC822": Section(b"RFC822").write,
    b"RFC822.HEADER": Section(b"RFC822.HEADER", part="HEADER").write,
    b"RFC822.TEXT": Section(b"RFC822.TEXT", part="TEXT").write,
}
