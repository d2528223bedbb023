"""Reading a .msg back: its properties, recipients and attachments (MS-OXMSG).

A reader for what was written: it takes the file at its word and mends nothing, so that a fault of
the writer shows.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

import olefile
from olefile.olefile import NotOleFileError

from tuimail.errors import MessageUnreadable
from tuimail.msg import mapi
from tuimail.text import safe_line

Value = int | bool | str | bytes | datetime | tuple[str, ...] | None
Properties = Mapping[int, Value]
"""By tag: the property's id in the upper 16 bits, its type in the lower (MS-OXCDATA 2.9)."""
Names = Mapping[int, tuple[UUID, str | int]]
"""What the ids from 0x8000 on stand for: a property set, and a name or a number in it."""


@dataclass(frozen=True, slots=True)
class ReadAttachment:
    """One attachment; `message` is the one embedded in it, if it holds a message."""

    properties: Properties
    message: ReadMessage | None


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message of a .msg file; an embedded one has the names of the message around it."""

    properties: Properties
    recipients: tuple[Properties, ...]
    attachments: tuple[ReadAttachment, ...]
    names: Names


# MS-OXMSG 2.4.1: octets before the first property.
_ROOT_HEADER = 32
_EMBEDDED_HEADER = 24
_OTHER_HEADER = 8

_ENTRY = struct.Struct("<II8s")
_NAME_ENTRY = struct.Struct("<IHH")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
# MS-OXMSG 2.2.3.1.2: two property sets have numbers of their own, 1 and 2; others are listed.
_UNLISTED_SETS = (UUID("00020328-0000-0000-C000-000000000046"), mapi.PS_PUBLIC_STRINGS)
_FIRST_NAMED = 0x8000


def read_msg(file: BinaryIO) -> ReadMessage:
    """The message in a .msg `file`, which needs seeking and is left open.

    A value is an int, a bool, an aware datetime in UTC, a str or a tuple of them; None stands for
    an object (an embedded message) and bytes for every other type, as they lie there.
    MessageUnreadable for what is no .msg file or not a whole one.
    """
    try:
        with olefile.OleFileIO(file, raise_defects=olefile.DEFECT_INCORRECT) as container:
            root = _Storage(container, container.root)
            return _read_message(
                root, _ROOT_HEADER, _read_names(root.storage("__nameid_version1.0"))
            )
    except MessageUnreadable:
        raise
    except NotOleFileError as error:
        raise MessageUnreadable("This is no Outlook .msg file.") from error
    # A stranger's file makes olefile, struct, the codecs and the calendar raise whatever they can.
    except Exception as error:
        sentence = f"This .msg file is damaged: {safe_line(str(error))}"
        raise MessageUnreadable(sentence) from error


class _Storage:
    """A storage of the container: what it holds, by name in any case."""

    __slots__ = ("_container", "_entry")

    def __init__(self, container: Any, entry: Any) -> None:
        self._container = container
        self._entry = entry

    def stream(self, name: str) -> bytes:
        """Its octets; MessageUnreadable when there is no such stream."""
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != olefile.STGTY_STREAM:
            raise MessageUnreadable(f"This is no whole .msg file: it has no {name}.")
        # `openstream` goes through the names of each level: 7 s for 2,000 attachments.
        octets: bytes = self._container._open(entry.isectStart, entry.size).read()  # noqa: SLF001
        return octets

    def has(self, name: str) -> bool:
        return name.lower() in self._entry.kids_dict

    def storage(self, name: str) -> _Storage | None:
        entry = self._entry.kids_dict.get(name.lower())
        if entry is None or entry.entry_type != olefile.STGTY_STORAGE:
            return None
        return _Storage(self._container, entry)

    def storages(self, prefix: str) -> Iterator[_Storage]:
        """The storages whose names begin so, in the container's order."""
        for name, entry in self._entry.kids_dict.items():
            if name.startswith(prefix) and entry.entry_type == olefile.STGTY_STORAGE:
                yield _Storage(self._container, entry)


def _read_message(storage: _Storage, header: int, names: Names) -> ReadMessage:
    return ReadMessage(
        _read_properties(storage, header),
        tuple(
            _read_properties(recipient, _OTHER_HEADER)
            for recipient in storage.storages("__recip_version1.0_#")
        ),
        tuple(
            _read_attachment(attachment, names)
            for attachment in storage.storages("__attach_version1.0_#")
        ),
        names,
    )


def _read_attachment(storage: _Storage, names: Names) -> ReadAttachment:
    embedded = storage.storage("__substg1.0_3701000D")
    return ReadAttachment(
        _read_properties(storage, _OTHER_HEADER),
        _read_message(embedded, _EMBEDDED_HEADER, names) if embedded else None,
    )


def _read_properties(storage: _Storage, header: int) -> dict[int, Value]:
    octets = storage.stream("__properties_version1.0")
    if len(octets) < header:
        raise MessageUnreadable("This is no whole .msg file: a list of properties is too short.")
    return {
        tag: _read_value(storage, tag, inline)
        for tag, _, inline in _ENTRY.iter_unpack(octets[header:])
    }


def _read_value(storage: _Storage, tag: int, inline: bytes) -> Value:
    """The value of a property; `inline` are the 8 octets of its entry (MS-OXMSG 2.4.2)."""
    name = f"__substg1.0_{tag:08X}"
    match tag & 0xFFFF:
        case mapi.INTEGER32:
            return int.from_bytes(inline[:4], "little", signed=True)
        case mapi.BOOLEAN:
            return inline[:2] != b"\0\0"
        case mapi.TIME:
            return _EPOCH + timedelta(microseconds=int.from_bytes(inline, "little") // 10)
        case mapi.OBJECT:
            return None
        case mapi.STRING:
            return _decode(storage.stream(name))
        case mapi.MULTIPLE_STRING:
            lengths = storage.stream(name)
            return tuple(
                _decode(storage.stream(f"{name}-{index:08X}")).removesuffix("\0")
                for index in range(len(lengths) // 4)
            )
        case mapi.BINARY:
            return storage.stream(name)
        case _:
            return storage.stream(name) if storage.has(name) else inline


def _read_names(storage: _Storage | None) -> dict[int, tuple[UUID, str | int]]:
    """Named properties by their ids (MS-OXMSG 2.2.3.1)."""
    if storage is None:
        return {}
    listed = storage.stream("__substg1.0_00020102")
    strings = storage.stream("__substg1.0_00040102")
    listed_sets = (UUID(bytes_le=listed[at : at + 16]) for at in range(0, len(listed), 16))
    sets = dict(enumerate((*_UNLISTED_SETS, *listed_sets), 1))
    names: dict[int, tuple[UUID, str | int]] = {}
    for number, set_and_kind, index in _NAME_ENTRY.iter_unpack(
        storage.stream("__substg1.0_00030102")
    ):
        name: str | int = number
        if set_and_kind & 1:
            start = number + 4
            name = _decode(strings[start : start + int.from_bytes(strings[number:start], "little")])
        names[_FIRST_NAMED + index] = sets[set_and_kind >> 1], name
    return names


def _decode(octets: bytes) -> str:
    """A lone half of a surrogate pair is a stranger's, and stays what it is."""
    return octets.decode("utf-16-le", "surrogatepass")
