"""MAPI properties as a .msg file stores them (MS-OXMSG 2.1.3, 2.2.3, 2.4).

A property is called by its tag, `id << 16 | type`. Fixed values stand in the property stream of
their object, others in a stream of their own beside it.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final
from uuid import UUID

from tuimail.msg.cfb import Content, LargeContent, Storage

INTEGER32: Final = 0x0003
BOOLEAN: Final = 0x000B
OBJECT: Final = 0x000D
STRING: Final = 0x001F
TIME: Final = 0x0040
BINARY: Final = 0x0102
MULTIPLE_STRING: Final = 0x101F

Value = int | bool | str | datetime | Content | tuple[str, ...]
"""A long string may be LargeContent too, as `encode_string` gives it."""

PS_PUBLIC_STRINGS: Final = UUID("00020329-0000-0000-C000-000000000046")
PS_INTERNET_HEADERS: Final = UUID("00020386-0000-0000-C000-000000000046")

_FIRST_NAMED = 0x8000
_FIRST_GUID = 3
"""The two before it, PS_MAPI and PS_PUBLIC_STRINGS, need not be listed."""
_HASH_STREAMS = 0x1F
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_READABLE_AND_WRITABLE = 6
_FIXED = struct.Struct("<IIq")
_SIZED = struct.Struct("<IIII")
_PAIR = struct.Struct("<II")


class PidTag(IntEnum):
    """The tags that are written, by their names in MS-OXPROPS."""

    IMPORTANCE = 0x00170003
    MESSAGE_CLASS = 0x001A001F
    ORIGINATOR_DELIVERY_REPORT_REQUESTED = 0x0023000B
    PRIORITY = 0x00260003
    READ_RECEIPT_REQUESTED = 0x0029000B
    SENSITIVITY = 0x00360003
    SUBJECT = 0x0037001F
    CLIENT_SUBMIT_TIME = 0x00390040
    SENT_REPRESENTING_SEARCH_KEY = 0x003B0102
    SUBJECT_PREFIX = 0x003D001F
    SENT_REPRESENTING_ENTRY_ID = 0x00410102
    SENT_REPRESENTING_NAME = 0x0042001F
    REPLY_RECIPIENT_ENTRIES = 0x004F0102
    REPLY_RECIPIENT_NAMES = 0x0050001F
    SENT_REPRESENTING_ADDRESS_TYPE = 0x0064001F
    SENT_REPRESENTING_EMAIL_ADDRESS = 0x0065001F
    CONVERSATION_TOPIC = 0x0070001F
    CONVERSATION_INDEX = 0x00710102
    TRANSPORT_MESSAGE_HEADERS = 0x007D001F
    RECIPIENT_TYPE = 0x0C150003
    SENDER_ENTRY_ID = 0x0C190102
    SENDER_NAME = 0x0C1A001F
    SENDER_SEARCH_KEY = 0x0C1D0102
    SENDER_ADDRESS_TYPE = 0x0C1E001F
    SENDER_EMAIL_ADDRESS = 0x0C1F001F
    DISPLAY_BCC = 0x0E02001F
    DISPLAY_CC = 0x0E03001F
    DISPLAY_TO = 0x0E04001F
    MESSAGE_DELIVERY_TIME = 0x0E060040
    MESSAGE_FLAGS = 0x0E070003
    HAS_ATTACHMENTS = 0x0E1B000B
    NORMALIZED_SUBJECT = 0x0E1D001F
    RTF_IN_SYNC = 0x0E1F000B
    ATTACH_SIZE = 0x0E200003
    ATTACH_NUMBER = 0x0E210003
    ACCESS = 0x0FF40003
    ACCESS_LEVEL = 0x0FF70003
    OBJECT_TYPE = 0x0FFE0003
    ENTRY_ID = 0x0FFF0102
    BODY = 0x1000001F
    RTF_COMPRESSED = 0x10090102
    BODY_HTML = 0x10130102
    NATIVE_BODY = 0x10160003
    INTERNET_MESSAGE_ID = 0x1035001F
    INTERNET_REFERENCES = 0x1039001F
    IN_REPLY_TO_ID = 0x1042001F
    ICON_INDEX = 0x10800003
    LAST_VERB_EXECUTED = 0x10810003
    FLAG_STATUS = 0x10900003
    FOLLOWUP_ICON = 0x10950003
    ROW_ID = 0x30000003
    DISPLAY_NAME = 0x3001001F
    ADDRESS_TYPE = 0x3002001F
    EMAIL_ADDRESS = 0x3003001F
    CREATION_TIME = 0x30070040
    LAST_MODIFICATION_TIME = 0x30080040
    SEARCH_KEY = 0x300B0102
    STORE_SUPPORT_MASK = 0x340D0003
    ATTACH_DATA_BINARY = 0x37010102
    ATTACH_DATA_OBJECT = 0x3701000D
    ATTACH_EXTENSION = 0x3703001F
    ATTACH_FILENAME = 0x3704001F
    ATTACH_METHOD = 0x37050003
    ATTACH_LONG_FILENAME = 0x3707001F
    RENDERING_POSITION = 0x370B0003
    ATTACH_MIME_TAG = 0x370E001F
    ATTACH_CONTENT_ID = 0x3712001F
    ATTACH_CONTENT_LOCATION = 0x3713001F
    ATTACH_FLAGS = 0x37140003
    DISPLAY_TYPE = 0x39000003
    SMTP_ADDRESS = 0x39FE001F
    INTERNET_CODEPAGE = 0x3FDE0003
    SENDER_SMTP_ADDRESS = 0x5D01001F
    SENT_REPRESENTING_SMTP_ADDRESS = 0x5D02001F
    RECIPIENT_DISPLAY_NAME = 0x5FF6001F
    RECIPIENT_ENTRY_ID = 0x5FF70102
    ATTACHMENT_HIDDEN = 0x7FFE000B


class Properties:
    """The properties of one object: a message, a recipient, an attachment."""

    def __init__(self) -> None:
        self._values: dict[int, Value] = {}

    def set(self, tag: int, value: Value | None) -> None:
        """Give a property its value; None and "" leave it out, since no string may be empty."""
        if value is not None and value != "":
            self._values[tag] = value

    def store(self, storage: Storage, header: bytes) -> None:
        """Write them into the object's storage, behind the header of its property stream."""
        entries = [header]
        for tag, value in sorted(self._values.items()):
            entries.append(_store(storage, int(tag), value))
        storage.add_stream("__properties_version1.0", b"".join(entries))


def encode_string(text: str) -> bytes:
    """UTF-16 without an end mark; NUL and lone surrogates, which end or break it, as U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        return text.encode("utf-16-le")
    except UnicodeEncodeError:
        whole = text.encode("utf-16-le", "surrogatepass")
        return whole.decode("utf-16-le", "replace").encode("utf-16-le")


def file_time(moment: datetime) -> int | None:
    """Tenths of a microsecond since 1601; None before that year."""
    ticks = (moment - _EPOCH) // _MICROSECOND * 10
    return ticks if ticks >= 0 else None


def _store(storage: Storage, tag: int, value: Value) -> bytes:
    """The entry of a property; what does not fit into it becomes a stream."""
    kind = tag & 0xFFFF
    if kind in (INTEGER32, BOOLEAN):
        assert isinstance(value, int)
        return _FIXED.pack(tag, _READABLE_AND_WRITABLE, value & 0xFFFFFFFF)
    if kind == TIME:
        assert isinstance(value, datetime)
        return _FIXED.pack(tag, _READABLE_AND_WRITABLE, file_time(value) or 0)
    if kind == OBJECT:
        return _SIZED.pack(tag, _READABLE_AND_WRITABLE, 0xFFFFFFFF, 1)
    name = f"__substg1.0_{tag:08X}"
    if kind == STRING:
        assert isinstance(value, str | LargeContent)
        content = encode_string(value) if isinstance(value, str) else value
        storage.add_stream(name, content)
        # The end mark that is not written is counted (MS-OXMSG 2.4.2.2).
        return _SIZED.pack(tag, _READABLE_AND_WRITABLE, _size(content) + 2, 0)
    if kind == MULTIPLE_STRING:
        assert isinstance(value, tuple)
        return _store_strings(storage, tag, name, value)
    assert isinstance(value, bytes | LargeContent)
    storage.add_stream(name, value)
    return _SIZED.pack(tag, _READABLE_AND_WRITABLE, _size(value), 0)


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.size


def _store_strings(storage: Storage, tag: int, name: str, values: tuple[str, ...]) -> bytes:
    """Here each string has its end mark, in its stream and in its length."""
    encoded = [encode_string(value) + b"\0\0" for value in values]
    lengths = struct.pack(f"<{len(encoded)}I", *map(len, encoded))
    storage.add_stream(name, lengths)
    for number, content in enumerate(encoded):
        storage.add_stream(f"{name}-{number:08X}", content)
    return _SIZED.pack(tag, _READABLE_AND_WRITABLE, len(lengths), 0)


class NamedProperties:
    """Properties called by a name; a file has one list of them for all messages in it."""

    def __init__(self) -> None:
        self._ids: dict[tuple[UUID, str], int] = {}

    def tag(self, guid: UUID, name: str, kind: int) -> int:
        """The tag that a name has in this file."""
        number = self._ids.setdefault((guid, name), _FIRST_NAMED + len(self._ids))
        return number << 16 | kind

    def store(self, storage: Storage) -> None:
        """Write the map (MS-OXMSG 2.2.3)."""
        guids: list[UUID] = []
        entries: list[bytes] = []
        strings = b""
        hashes: dict[int, bytes] = {}
        for index, (guid, name) in enumerate(self._ids):
            if guid == PS_PUBLIC_STRINGS:
                guid_index = 2
            else:
                if guid not in guids:
                    guids.append(guid)
                guid_index = guids.index(guid) + _FIRST_GUID
            kind = guid_index << 1 | 1
            place = index << 16 | kind
            encoded = name.encode("utf-16-le")
            entries.append(_PAIR.pack(len(strings), place))
            strings += struct.pack("<I", len(encoded)) + encoded + bytes(-len(encoded) % 4)
            checksum = _crc(encoded)
            stream = 0x1000 + (checksum ^ kind) % _HASH_STREAMS
            hashes[stream] = hashes.get(stream, b"") + _PAIR.pack(checksum, place)
        storage.add_stream("__substg1.0_00020102", b"".join(guid.bytes_le for guid in guids))
        storage.add_stream("__substg1.0_00030102", b"".join(entries))
        storage.add_stream("__substg1.0_00040102", strings)
        for stream, content in hashes.items():
            storage.add_stream(f"__substg1.0_{stream:04X}0102", content)


def _crc(octets: bytes) -> int:
    """The checksum of MS-OXRTFCP: zlib's, begun with zeros and left as it is at the end."""
    return zlib.crc32(octets, 0xFFFFFFFF) ^ 0xFFFFFFFF
