"""A .msg read back: files built here by hand, octet for octet as MS-OXMSG has them."""

from __future__ import annotations

import contextlib
import io
import struct
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.errors import MessageUnreadable
from tuimail.msg.cfb import Storage, write_compound_file
from tuimail.msg.reader import ReadAttachment, ReadMessage, read_msg

PROPERTIES = "__properties_version1.0"
PUBLIC_STRINGS = UUID("00020329-0000-0000-c000-000000000046")
INTERNET_HEADERS = UUID("00020386-0000-0000-c000-000000000046")


def entry(tag: int, value: bytes) -> bytes:
    return struct.pack("<II8s", tag, 6, value)


def written(root: Storage) -> bytes:
    out = io.BytesIO()
    write_compound_file(root, out)
    return out.getvalue()


def read(root: Storage) -> ReadMessage:
    return read_msg(io.BytesIO(written(root)))


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [
        (0x00170003, "02000000 00000000", 2),
        (0x370B0003, "ffffffff 00000000", -1),
        (0x0029000B, "01000000 00000000", True),
        (0x0029000B, "00000000 00000000", False),
        (0x00390040, "0000000000000000", datetime(1601, 1, 1, tzinfo=UTC)),
        (0x00390040, "00803ed5deb19d01", datetime(1970, 1, 1, tzinfo=UTC)),
        (0x3701000D, "ffffffff 01000000", None),
        (0x00010014, "0102030405060708", bytes(range(1, 9))),
    ],
)
def test_a_value_in_the_entry(tag: int, octets: str, value: object) -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(tag, bytes.fromhex(octets)))
    assert read(root).properties == {tag: value}


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [
        (0x0037001F, "Grüße 🙂".encode("utf-16-le"), "Grüße 🙂"),
        (0x0037001F, b"\x3d\xd8", "\ud83d"),
        (0x0037001F, b"", ""),
        (0x10130102, b"<p>\0\xff", b"<p>\0\xff"),
        (0x10130102, b"x" * 5000, b"x" * 5000),
        (0x12340048, bytes(range(16)), bytes(range(16))),
    ],
)
def test_a_value_in_a_stream(tag: int, octets: bytes, value: object) -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(tag, struct.pack("<II", len(octets), 0)))
    root.add_stream(f"__substg1.0_{tag:08X}", octets)
    assert read(root).properties == {tag: value}


def test_several_strings() -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(0x8000101F, b"\x08"))
    root.add_stream("__substg1.0_8000101F", struct.pack("<2I", 8, 2))
    root.add_stream("__substg1.0_8000101F-00000000", "red\0".encode("utf-16-le"))
    root.add_stream("__substg1.0_8000101F-00000001", b"\0\0")
    assert read(root).properties == {0x8000101F: ("red", "")}


def test_names() -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32))
    names = root.add_storage("__nameid_version1.0")
    names.add_stream("__substg1.0_00020102", INTERNET_HEADERS.bytes_le)
    # Offset or number; set << 1 | is a string; index.
    names.add_stream(
        "__substg1.0_00030102",
        struct.pack("<IHH", 0, 2 << 1 | 1, 0)
        + struct.pack("<IHH", 20, 3 << 1 | 1, 1)
        + struct.pack("<IHH", 0x8554, 3 << 1, 2),
    )
    names.add_stream(
        "__substg1.0_00040102",
        struct.pack("<I", 16)
        + "Keywords".encode("utf-16-le")
        + struct.pack("<I", 10)
        + "x-two".encode("utf-16-le")
        + bytes(2),
    )
    assert read(root).names == {
        0x8000: (PUBLIC_STRINGS, "Keywords"),
        0x8001: (INTERNET_HEADERS, "x-two"),
        0x8002: (INTERNET_HEADERS, 0x8554),
    }


def test_recipients_attachments_and_what_is_embedded() -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(0x00170003, b"\x01"))
    for number in (1, 0, 10):
        recipient = root.add_storage(f"__recip_version1.0_#{number:08X}")
        recipient.add_stream(PROPERTIES, bytes(8) + entry(0x30000003, bytes([number])))
    file = root.add_storage("__attach_version1.0_#00000000")
    file.add_stream(PROPERTIES, bytes(8) + entry(0x37010102, b"\x02"))
    file.add_stream("__substg1.0_37010102", b"hi")
    message = root.add_storage("__attach_version1.0_#00000001")
    message.add_stream(PROPERTIES, bytes(8) + entry(0x3701000D, b"\xff\xff\xff\xff\x01"))
    embedded = message.add_storage("__substg1.0_3701000D")
    embedded.add_stream(PROPERTIES, bytes(24) + entry(0x00170003, b"\x02"))
    embedded.add_storage("__recip_version1.0_#00000000").add_stream(PROPERTIES, bytes(8))
    assert read(root) == ReadMessage(
        properties={0x00170003: 1},
        recipients=({0x30000003: 0}, {0x30000003: 1}, {0x30000003: 10}),
        attachments=(
            ReadAttachment({0x37010102: b"hi"}, None),
            ReadAttachment({0x3701000D: None}, ReadMessage({0x00170003: 2}, ({},), (), names={})),
        ),
        names={},
    )


def small() -> Storage:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(0x0037001F, b"\x06"))
    root.add_stream("__substg1.0_0037001F", "Hi".encode("utf-16-le"))
    attachment = root.add_storage("__attach_version1.0_#00000000")
    attachment.add_stream(PROPERTIES, bytes(8) + entry(0x37010102, b"\x00\x20"))
    attachment.add_stream("__substg1.0_37010102", b"data" * 2048)
    return root


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"", "no Outlook .msg file"),
        (b"From: a@example.com\r\n\r\n" * 100, "no Outlook .msg file"),
        (written(Storage()), "it has no __properties_version1.0"),
        (written(small())[:512], "damaged"),
        (written(small())[:-512], "damaged"),
        (written(small())[:-4096], "damaged"),
    ],
)
def test_what_is_no_msg(octets: bytes, sentence: str) -> None:
    with pytest.raises(MessageUnreadable, match=sentence):
        read_msg(io.BytesIO(octets))


def test_a_stream_that_is_not_there() -> None:
    root = Storage()
    root.add_stream(PROPERTIES, bytes(32) + entry(0x0037001F, b"\x06"))
    with pytest.raises(MessageUnreadable, match=r"it has no __substg1\.0_0037001F"):
        read(root)


@pytest.mark.parametrize(
    "properties",
    [
        bytes(31),  # shorter than its header
        bytes(32 + 15),  # half an entry
        bytes(32) + entry(0x00390040, b"\xff" * 8),  # in the year 60056
    ],
)
def test_properties_that_cannot_be(properties: bytes) -> None:
    root = Storage()
    root.add_stream(PROPERTIES, properties)
    with pytest.raises(MessageUnreadable):
        read(root)


@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    octets = bytearray(written(small()))
    for place, value in changes:
        octets[place % len(octets)] = value
    with contextlib.suppress(MessageUnreadable):
        read_msg(io.BytesIO(octets))


def test_the_file_is_left_open() -> None:
    file = io.BytesIO(written(small()))
    assert read_msg(file) == read_msg(file)
