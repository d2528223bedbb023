"""A writer of compound files, the container of a .msg (MS-CFB, version 3).

Where each thing will lie is known before the first octet is written, so the file is written front
to back and large streams are never held whole. No times are written: equal content makes equal
files.
"""

from __future__ import annotations

import re
import struct
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from tuimail.errors import MessageTooLarge

FILE_LIMIT = 0x7FFFFFFF
"""Octets of one file, and so of one stream, in version 3 (MS-CFB 2.9)."""

_SECTOR = 512
_MINI_SECTOR = 64
_CUTOFF = 4096  # streams from this size on lie in sectors of their own
_NUMBERS_PER_SECTOR = _SECTOR // 4
_FAT_SECTORS_IN_HEADER = 109

# MS-CFB 2.1: numbers that stand for no sector; 2.6.1: for no entry.
_DIFAT_SECTOR = 0xFFFFFFFC
_FAT_SECTOR = 0xFFFFFFFD
_END_OF_CHAIN = 0xFFFFFFFE
_FREE_SECTOR = 0xFFFFFFFF
_NO_ENTRY = 0xFFFFFFFF

_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_NO_CLSID = bytes(16)

# MS-CFB 2.2: signature, versions, byte order and shifts; then number of directory sectors (0 in
# version 3), number of FAT sectors, start of the directory, transaction, cutoff, start and number
# of the mini FAT's sectors, start and number of the DIFAT's.
_HEADER = struct.Struct("<8s16x5H6x9I")
_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_VERSIONS_AND_SHIFTS = (0x003E, 3, 0xFFFE, 9, 6)
# MS-CFB 2.6.1: name, its length, kind, colour, left, right, child, CLSID, state and times (none),
# start, size.
_ENTRY = struct.Struct("<64sHBB3I16s20xIQ")
_START_AND_SIZE = struct.Struct("<IQ")
_START_OFFSET = _ENTRY.size - _START_AND_SIZE.size
_UNUSED_ENTRY = _ENTRY.pack(b"", 0, 0, 0, _NO_ENTRY, _NO_ENTRY, _NO_ENTRY, b"", 0, 0)

_NAME = re.compile(r"[^\0/\\:!\x80-\U0010ffff]{1,31}")


@dataclass(frozen=True, slots=True)
class LargeContent:
    """Octets that are made when they are written.

    `chunks` gives a fresh iterator at each call; together its chunks are `size` octets.
    """

    size: int
    chunks: Callable[[], Iterable[bytes | memoryview]]


Content = bytes | LargeContent


class Storage:
    """A storage object: streams and storages by name.

    A name is 1 to 31 ASCII characters without NUL and `/\\:!`, and is there once, whatever its
    case; ValueError otherwise.
    """

    __slots__ = ("children", "clsid")

    def __init__(self, clsid: bytes = _NO_CLSID) -> None:
        """`clsid` is 16 octets in the order of `uuid.UUID.bytes_le`; ValueError otherwise."""
        if len(clsid) != 16:
            raise ValueError(f"A CLSID has 16 octets, not {len(clsid)}.")
        self.clsid = clsid
        self.children: dict[bytes, tuple[bytes, Content | Storage]] = {}
        """By what orders them: the name's UTF-16 octets and what has that name."""

    def add_stream(self, name: str, content: Content) -> None:
        """A stream within this storage."""
        self._add(name, content)

    def add_storage(self, name: str) -> Storage:
        """A new storage within this one."""
        child = Storage()
        self._add(name, child)
        return child

    def _add(self, name: str, child: Content | Storage) -> None:
        order, octets = _entry_name(name)
        if order in self.children:
            raise ValueError(f"The name {name!r} is there twice.")
        self.children[order] = octets, child


def write_compound_file(root: Storage, out: BinaryIO) -> int:
    """Write the tree below `root` to `out`, front to back; the octets written.

    MessageTooLarge, before anything is written, when the file would go over `FILE_LIMIT`;
    ValueError when the chunks of a stream are not as many octets as it says.
    """
    directory = _Directory(root)
    mini_stream = b"".join(directory.mini_stream)
    directory_length = _sectors(len(directory.entries))
    mini_fat_length = _sectors(4 * len(directory.mini_fat))
    mini_length = _sectors(len(mini_stream))
    content_length = directory_length + mini_fat_length + mini_length + directory.large_length
    fat_length, difat_length = _fat_lengths(content_length)
    sectors = fat_length + difat_length + content_length
    file_size = (1 + sectors) * _SECTOR
    if file_size > FILE_LIMIT:
        raise MessageTooLarge("A .msg file holds at most 2 GiB, and this message needs more.")

    directory_start = fat_length + difat_length
    mini_fat_start = directory_start + directory_length
    mini_start = mini_fat_start + mini_fat_length
    large_start = mini_start + mini_length
    directory.place(mini_start, len(mini_stream), large_start)

    fat = array("I", range(1, sectors + 1))
    fat[:fat_length] = array("I", [_FAT_SECTOR]) * fat_length
    fat[fat_length:directory_start] = array("I", [_DIFAT_SECTOR]) * difat_length
    # A region without sectors ends where the one before it does, so that it does no harm here.
    for end in (mini_fat_start, mini_start, large_start):
        fat[end - 1] = _END_OF_CHAIN
    for large in directory.large:
        fat[large_start + large.start + _sectors(large.size) - 1] = _END_OF_CHAIN

    header = _HEADER.pack(
        _SIGNATURE,
        *_VERSIONS_AND_SHIFTS,
        *(0, fat_length, directory_start, 0, _CUTOFF),
        *(mini_fat_start if mini_fat_length else _END_OF_CHAIN, mini_fat_length),
        *(fat_length if difat_length else _END_OF_CHAIN, difat_length),
    )
    in_header = array("I", range(min(fat_length, _FAT_SECTORS_IN_HEADER)))
    front = (
        header,
        _pack_numbers(in_header, _FAT_SECTORS_IN_HEADER),
        _pack_numbers(fat, _NUMBERS_PER_SECTOR),
        _pack_numbers(_difat(fat_length, difat_length), _NUMBERS_PER_SECTOR),
        directory.entries,
        _UNUSED_ENTRY * (-len(directory.entries) % _SECTOR // _ENTRY.size),
        _pack_numbers(directory.mini_fat, _NUMBERS_PER_SECTOR),
        mini_stream,
        bytes(-len(mini_stream) % _SECTOR),
    )
    out.write(b"".join(front))
    for large in directory.large:
        if isinstance(large.content, bytes):
            out.write(large.content)
        else:
            for chunk in _chunks(large.content):
                out.write(chunk)
        out.write(bytes(-large.size % _SECTOR))
    return file_size


@dataclass(frozen=True, slots=True)
class _LargeStream:
    entry: int
    start: int  # counted in sectors from the first large stream's
    size: int
    content: Content


class _Directory:
    """The tree as a row of entries, and what its streams take in mini sectors and in sectors."""

    def __init__(self, root: Storage) -> None:
        self.mini_stream: list[bytes] = []
        self.large: list[_LargeStream] = []
        self.large_length = 0
        self._mini_length = 0
        self._mini_ends: list[int] = []
        self.entries = bytearray(b"".join(self._pack_entries(root)))
        self.mini_fat = array("I", range(1, self._mini_length + 1))
        for end in self._mini_ends:
            self.mini_fat[end - 1] = _END_OF_CHAIN

    def place(self, mini_start: int, mini_size: int, large_start: int) -> None:
        """Note where the regions came to lie, which the walk could not know yet."""
        start = mini_start if mini_size else _END_OF_CHAIN
        _START_AND_SIZE.pack_into(self.entries, _START_OFFSET, start, mini_size)
        for large in self.large:
            offset = large.entry * _ENTRY.size + _START_OFFSET
            _START_AND_SIZE.pack_into(self.entries, offset, large_start + large.start, large.size)

    def _pack_entries(self, root: Storage) -> Iterator[bytes]:
        """Storage after storage; the entries of one lie side by side, in their order."""
        pack = _ENTRY.pack
        name = _entry_name("Root Entry")[1]
        waiting = deque([root])
        number = 1
        free = 1 + len(root.children)
        top = _top_entry(root, 1)
        yield pack(
            *(name, len(name) + 2, _ROOT, _BLACK, _NO_ENTRY, _NO_ENTRY, top, root.clsid, 0, 0)
        )
        while waiting:
            children = waiting.popleft().children
            first = number
            shape = _tree_shape(len(children))
            for order, (left, right, colour) in zip(sorted(children), shape, strict=True):
                name, child = children[order]
                left = _NO_ENTRY if left is None else first + left
                right = _NO_ENTRY if right is None else first + right
                if isinstance(child, Storage):
                    top = _top_entry(child, free)
                    free += len(child.children)
                    waiting.append(child)
                    kind, clsid, start, size = _STORAGE, child.clsid, 0, 0
                else:
                    kind, top, clsid = _STREAM, _NO_ENTRY, _NO_CLSID
                    start, size = self._add_stream(number, child)
                yield pack(
                    *(name, len(name) + 2, kind, colour, left, right, top, clsid, start, size)
                )
                number += 1

    def _add_stream(self, entry: int, content: Content) -> tuple[int, int]:
        """The first sector and the size; a large stream's sector is noted by `place`."""
        size = len(content) if isinstance(content, bytes) else content.size
        if size >= _CUTOFF:
            self.large.append(_LargeStream(entry, self.large_length, size, content))
            self.large_length += _sectors(size)
            return 0, size
        if not isinstance(content, bytes):
            content = b"".join(_chunks(content))
        if not size:
            return _END_OF_CHAIN, 0
        start = self._mini_length
        self._mini_length += -(-size // _MINI_SECTOR)
        self._mini_ends.append(self._mini_length)
        self.mini_stream.append(content.ljust(-(-size // _MINI_SECTOR) * _MINI_SECTOR, b"\0"))
        return start, size


@lru_cache(maxsize=4096)  # the names are much the same from one message to the next
def _entry_name(name: str) -> tuple[bytes, bytes]:
    """What orders an entry (MS-CFB 2.6.4: shorter first, then by upper case), and its octets."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} cannot name an entry: 1 to 31 ASCII characters, no NUL or /\\:!"
        )
    return bytes([len(name)]) + name.upper().encode("ascii"), name.encode("utf-16-le")


def _top_entry(storage: Storage, first: int) -> int:
    """The entry at the top of a storage's tree, when its entries begin at `first`."""
    count = len(storage.children)
    return first + count // 2 if count else _NO_ENTRY


@lru_cache(maxsize=256)
def _tree_shape(count: int) -> tuple[tuple[int | None, int | None, int], ...]:
    """A red-black tree of `count` sorted entries: left, right (from 0) and colour of each.

    Halves differ by one at most, so that every level is full but the deepest; where that one is
    not, red makes it count for nothing in the black height.
    """
    deepest_full = (count + 1).bit_length() - 1
    nodes: list[tuple[int | None, int | None, int]] = [(None, None, _BLACK)] * count
    spans = [(0, count, 1)] if count else []
    while spans:
        low, high, level = spans.pop()
        middle = (low + high) // 2
        left = right = None
        if low < middle:
            left = (low + middle) // 2
            spans.append((low, middle, level + 1))
        if middle + 1 < high:
            right = (middle + 1 + high) // 2
            spans.append((middle + 1, high, level + 1))
        nodes[middle] = left, right, _BLACK if level <= deepest_full else _RED
    return tuple(nodes)


def _sectors(size: int) -> int:
    """Sectors that `size` octets take."""
    return -(-size // _SECTOR)


def _fat_lengths(content_length: int) -> tuple[int, int]:
    """Sectors of the FAT and of the DIFAT, which the FAT has to account for too."""
    fat_length = difat_length = 0
    while True:
        needed = -(-(content_length + fat_length + difat_length) // _NUMBERS_PER_SECTOR)
        # The last number of each DIFAT sector says where the next one is.
        beyond = max(0, needed - _FAT_SECTORS_IN_HEADER)
        needed_difat = -(-beyond // (_NUMBERS_PER_SECTOR - 1))
        if (needed, needed_difat) == (fat_length, difat_length):
            return fat_length, difat_length
        fat_length, difat_length = needed, needed_difat


def _difat(fat_length: int, difat_length: int) -> array[int]:
    """The numbers of the DIFAT's sectors, which lie behind the FAT's (MS-CFB 2.5)."""
    numbers = array("I")
    per_sector = _NUMBERS_PER_SECTOR - 1
    for sector in range(difat_length):
        first = _FAT_SECTORS_IN_HEADER + sector * per_sector
        part = array("I", range(first, min(first + per_sector, fat_length)))
        numbers += part + array("I", [_FREE_SECTOR]) * (per_sector - len(part))
        last = sector == difat_length - 1
        numbers.append(_END_OF_CHAIN if last else fat_length + sector + 1)
    return numbers


def _pack_numbers(numbers: array[int], multiple: int) -> bytes:
    """Little-endian, 4 octets each, filled up to a multiple with what stands for no sector."""
    filled = numbers + array("I", [_FREE_SECTOR]) * (-len(numbers) % multiple)
    if sys.byteorder == "big":
        filled.byteswap()
    return filled.tobytes()


def _chunks(content: LargeContent) -> Iterator[bytes | memoryview]:
    """The content's chunks; ValueError when they are more or fewer octets than its size."""
    count = 0
    for chunk in content.chunks():
        count += len(chunk)
        if count > content.size:
            break
        yield chunk
    if count != content.size:
        raise ValueError(f"A stream of {content.size} octets was given {count} or more.")
