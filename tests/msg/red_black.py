"""A check of a compound file's directory and sectors, from its octets alone (MS-CFB).

It shares nothing with the writer and nothing with olefile, which walks a directory without asking
whether a program that searches it would find its way.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

_NONE = 0xFFFFFFFF
_END_OF_CHAIN = 0xFFFFFFFE
_FREE, _STORAGE, _STREAM, _ROOT = 0, 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the directory, as MS-CFB 2.6.1 describes it."""

    name: str
    kind: int
    colour: int
    left: int
    right: int
    child: int
    start: int
    size: int

    @property
    def order(self) -> tuple[int, list[int]]:
        """MS-CFB 2.6.4: the shorter name first, then code point by code point in upper case."""
        return len(self.name), [ord(character.upper()) for character in self.name]


def check_directory(data: bytes) -> None:
    """Assert that each storage's entries are a red-black tree in MS-CFB's order.

    Every entry but the unused ones belongs to exactly one storage.
    """
    entries = read_entries(data)
    assert entries[0].kind == _ROOT
    assert entries[0].name == "Root Entry"
    assert (entries[0].left, entries[0].right) == (_NONE, _NONE)
    seen = {0}
    storages = [0]
    while storages:
        storage = entries[storages.pop()]
        if storage.child == _NONE:
            continue
        assert entries[storage.child].colour == _BLACK, f"{storage.name}: red at the top"
        numbers = _check_tree(entries, storage.child, seen)
        names = [entries[number].order for number in numbers]
        assert names == sorted(names), f"{storage.name}: not in order"
        assert all(a != b for a, b in pairwise(names)), "a name twice"
        storages += (number for number in numbers if entries[number].kind == _STORAGE)
    used = {number for number, entry in enumerate(entries) if entry.kind != _FREE}
    assert seen == used, "an entry that no storage holds"


def check_sectors(data: bytes) -> None:
    """Assert that each sector belongs to exactly one chain, and none is missing or left over."""
    sector_count, rest = divmod(len(data) - 512, 512)
    assert rest == 0
    fat, fat_sectors, difat_sectors = _read_fat(data)
    assert all(fat[number] == 0xFFFFFFFD for number in fat_sectors)
    assert all(fat[number] == 0xFFFFFFFC for number in difat_sectors)
    directory_start, mini_fat_start = struct.unpack_from("<I8xI", data, 48)
    mini_fat_count = struct.unpack_from("<I", data, 64)[0]
    entries = read_entries(data)
    root = entries[0]

    chains = [fat_sectors, difat_sectors, _chain(fat, directory_start)]
    mini_fat_chain = _chain(fat, mini_fat_start)
    assert len(mini_fat_chain) == mini_fat_count
    chains += [mini_fat_chain, _chain(fat, root.start)]
    assert len(chains[-1]) == -(-root.size // 512)
    mini_fat = _numbers(data, mini_fat_chain)
    mini_chains: list[list[int]] = []
    for entry in entries:
        if entry.kind != _STREAM:
            continue
        large = entry.size >= 4096
        chain = _chain(fat if large else mini_fat, entry.start)
        assert len(chain) == -(-entry.size // (512 if large else 64)), entry.name
        (chains if large else mini_chains).append(chain)

    used = sorted(number for chain in chains for number in chain)
    assert used == list(range(sector_count))
    assert set(fat[sector_count:]) <= {_NONE}
    used_mini = sorted(number for chain in mini_chains for number in chain)
    assert used_mini == list(range(root.size // 64))
    assert set(mini_fat[len(used_mini) :]) <= {_NONE}


def _check_tree(entries: list[Entry], top: int, seen: set[int]) -> list[int]:
    """The numbers of a tree's entries from the first to the last."""
    numbers: list[int] = []
    black_heights = set()
    # Number, black entries from the top to it, whether its left side was walked.
    path = [(top, 0, False)]
    while path:
        number, blacks, walked = path.pop()
        if number == _NONE:
            black_heights.add(blacks)
            continue
        entry = entries[number]
        blacks_with_it = blacks + (entry.colour == _BLACK)
        if walked:
            numbers.append(number)
            path.append((entry.right, blacks_with_it, False))
            continue
        assert number not in seen, f"{entry.name}: twice in the directory"
        seen.add(number)
        assert entry.kind in (_STORAGE, _STREAM), entry.name
        if entry.colour == _RED:
            children = [entries[child] for child in (entry.left, entry.right) if child != _NONE]
            assert all(child.colour == _BLACK for child in children), f"{entry.name}: red on red"
        path.append((number, blacks, True))
        path.append((entry.left, blacks_with_it, False))
    assert len(black_heights) == 1, f"black heights {black_heights}"
    return numbers


def read_entries(data: bytes) -> list[Entry]:
    """The entries as they lie in the directory; asserts what each one has to be by itself."""
    fat, _, _ = _read_fat(data)
    directory_start = struct.unpack_from("<I", data, 48)[0]
    octets = b"".join(_sector(data, number) for number in _chain(fat, directory_start))
    entries = []
    for offset in range(0, len(octets), 128):
        length, kind, colour, left, right, child = struct.unpack_from(
            "<HBBIII", octets, offset + 64
        )
        start, size = struct.unpack_from("<IQ", octets, offset + 116)
        if kind == _FREE:
            assert (left, right, child) == (_NONE, _NONE, _NONE)
            name = ""
        else:
            field = octets[offset : offset + 64]
            assert 4 <= length <= 64
            assert not any(field[length - 2 :]), "a name without its NUL"
            name = field[: length - 2].decode("utf-16-le")
            assert name
            assert "\0" not in name
        if kind == _STREAM:
            assert child == _NONE, name
        if kind == _STORAGE:
            assert (start, size) == (0, 0), name
        assert colour in (_RED, _BLACK), name
        entries.append(Entry(name, kind, colour, left, right, child, start, size))
    return entries


def _read_fat(data: bytes) -> tuple[list[int], list[int], list[int]]:
    """The FAT, the sectors it lies in, and those of the DIFAT (MS-CFB 2.2, 2.3, 2.5)."""
    fat_count = struct.unpack_from("<I", data, 44)[0]
    difat_start, difat_count = struct.unpack_from("<II", data, 68)
    listed = list(struct.unpack_from("<109I", data, 76))
    difat_sectors = []
    while difat_start != _END_OF_CHAIN:
        assert difat_start not in difat_sectors
        difat_sectors.append(difat_start)
        *numbers, difat_start = struct.unpack("<128I", _sector(data, difat_start))
        listed += numbers
    assert len(difat_sectors) == difat_count
    fat_sectors, rest = listed[:fat_count], listed[fat_count:]
    assert set(rest) <= {_NONE}
    return _numbers(data, fat_sectors), fat_sectors, difat_sectors


def _chain(fat: list[int], start: int) -> list[int]:
    chain = []
    while start != _END_OF_CHAIN:
        chain.append(start)
        assert len(chain) <= len(fat), "a chain without an end"
        start = fat[start]
    return chain


def _numbers(data: bytes, sectors: list[int]) -> list[int]:
    octets = b"".join(_sector(data, number) for number in sectors)
    return list(struct.unpack(f"<{len(octets) // 4}I", octets))


def _sector(data: bytes, number: int) -> bytes:
    offset = 512 * (number + 1)
    assert offset + 512 <= len(data), f"sector {number} lies behind the end"
    return data[offset : offset + 512]
