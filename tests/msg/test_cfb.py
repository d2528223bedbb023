"""Compound files as other programs read them, at the edges of the format."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import olefile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.msg.red_black import check_directory, check_sectors, read_entries
from tuimail.errors import MessageTooLarge
from tuimail.msg.cfb import Content, LargeContent, Storage, write_compound_file

Tree = dict[str, "bytes | Tree"]

EDGES = (0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097)
MEBIBYTE = 1 << 20


def octets(size: int) -> bytes:
    """As many octets as asked for, in an order that shows one that is out of place."""
    return hashlib.shake_128(size.to_bytes(8, "big")).digest(size)


def large(content: bytes, step: int) -> LargeContent:
    """The content, in chunks of `step` octets."""
    return LargeContent(
        len(content),
        lambda: (content[at : at + step] for at in range(0, len(content), step)),
    )


def storage(tree: Tree, content: Callable[[bytes], Content] = bytes) -> Storage:
    root = Storage()
    fill(root, tree, content)
    return root


def fill(storage: Storage, tree: Tree, content: Callable[[bytes], Content]) -> None:
    for name, child in tree.items():
        if isinstance(child, bytes):
            storage.add_stream(name, content(child))
        else:
            fill(storage.add_storage(name), child, content)


def written(root: Storage) -> bytes:
    """The file's octets, once they passed what the format asks for."""
    out = io.BytesIO()
    assert write_compound_file(root, out) == len(out.getvalue())
    check_directory(out.getvalue())
    check_sectors(out.getvalue())
    return out.getvalue()


def read_tree(data: bytes) -> Tree:
    """What olefile finds, which raises at anything it takes for a fault."""
    tree: Tree = {}
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_INCORRECT) as file:
        for path in file.listdir(streams=True, storages=True):
            place = tree
            for name in path[:-1]:
                inner = place[name]
                assert isinstance(inner, dict)
                place = inner
            is_stream = file.get_type(path) == olefile.STGTY_STREAM
            place[path[-1]] = file.openstream(path).read() if is_stream else {}
        assert file.parsing_issues == []
    return tree


@pytest.mark.parametrize("size", EDGES)
def test_a_stream_of_every_size_at_an_edge(size: int) -> None:
    tree: Tree = {"stream": octets(size)}
    assert read_tree(written(storage(tree))) == tree


@pytest.mark.parametrize("size", EDGES)
@pytest.mark.parametrize("step", [1, 64, 1000, 5000])
def test_content_in_chunks_is_written_as_the_whole_is(size: int, step: int) -> None:
    tree: Tree = {"before": b"x", "stream": octets(size), "z": octets(5000)}
    in_chunks = storage(tree, lambda content: large(content, step))
    assert written(in_chunks) == written(storage(tree))


def test_streams_of_all_sizes_together() -> None:
    tree: Tree = {f"stream {size}": octets(size) for size in EDGES}
    tree["inner"] = {f"stream {size}": octets(size) for size in reversed(EDGES)}
    assert read_tree(written(storage(tree))) == tree


def test_nothing_at_all_is_a_file_too() -> None:
    data = written(Storage())
    assert read_tree(data) == {}
    assert len(data) == 3 * 512  # header, FAT, directory (MS-CFB 2.9)


def test_an_empty_storage_and_an_empty_stream() -> None:
    tree: Tree = {"storage": {}, "stream": b""}
    assert read_tree(written(storage(tree))) == tree


# The header lists 109 FAT sectors, for 109 * 128 sectors of 512 octets: 7,143,424 octets.
@pytest.mark.parametrize(
    ("size", "fat_sectors", "difat_sectors"),
    [
        (7_080_000, 109, 0),
        (7_143_424 - (109 + 1) * 512, 109, 0),  # with the FAT and the directory: exactly full
        (7_143_424 - (109 + 1) * 512 + 1, 110, 1),
        (7_200_000, 111, 1),
        (MEBIBYTE * 16, 259, 2),
    ],
)
def test_where_the_fat_outgrows_the_header(size: int, fat_sectors: int, difat_sectors: int) -> None:
    content = octets(size)
    data = written(storage({"stream": content}))
    assert int.from_bytes(data[44:48], "little") == fat_sectors
    assert int.from_bytes(data[72:76], "little") == difat_sectors
    assert read_tree(data) == {"stream": content}


def test_a_large_stream_is_never_held_whole(tmp_path: Path) -> None:
    class Watched(io.FileIO):
        largest = 0

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.largest = max(self.largest, len(data))
            return super().write(data)

    chunk = octets(MEBIBYTE // 16)
    root = Storage()
    root.add_stream("stream", LargeContent(64 * MEBIBYTE, lambda: (chunk for _ in range(1024))))
    root.add_stream("after", b"small")
    path = tmp_path / "large"
    with Watched(path, "wb") as out:
        count = write_compound_file(root, out)
        assert out.largest < MEBIBYTE
    assert count == path.stat().st_size
    data = path.read_bytes()
    check_directory(data)
    check_sectors(data)
    assert read_tree(data) == {"stream": chunk * 1024, "after": b"small"}


def test_four_thousand_storages() -> None:
    tree: Tree = {f"__attach_version1.0_#{number:08X}": {"s": b"x"} for number in range(4000)}
    data = written(storage(tree))
    with olefile.OleFileIO(data, raise_defects=olefile.DEFECT_INCORRECT) as file:
        assert [entry.name for entry in file.root.kids] == list(tree)
        assert all([kid.name for kid in entry.kids] == ["s"] for entry in file.root.kids)
        assert file.parsing_issues == []


@pytest.mark.parametrize("count", range(40))
def test_the_tree_of_a_few_entries(count: int) -> None:
    tree: Tree = {f"{number:02}": b"" for number in range(count)}
    assert read_tree(written(storage(tree))) == tree


def test_the_order_of_names() -> None:
    # Shorter first, case aside; "_" lies behind the upper-case letters.
    names = ["b", "_", "AA", "aB", "B1", "__", "long name", "__nameid_version1.0"]
    data = written(storage(dict.fromkeys(reversed(names), b"")))
    assert [entry.name for entry in read_entries(data)[1 : 1 + len(names)]] == names


def test_class_and_names_of_storages() -> None:
    root = Storage(bytes(range(16)))
    root.add_stream("x" * 31, b"1")
    data = written(root)
    with olefile.OleFileIO(data) as file:
        assert file.root.clsid == "03020100-0504-0706-0809-0A0B0C0D0E0F"
        assert file.root.getctime() is None
        assert file.listdir() == [["x" * 31]]


@pytest.mark.parametrize("name", ["", "x" * 32, "é", "a/b", "a\\b", "a:b", "!", "a\0", "\ud800"])
def test_a_name_that_no_entry_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name an entry"):
        Storage().add_stream(name, b"")


def test_a_name_is_there_once() -> None:
    root = Storage()
    root.add_stream("Name", b"")
    with pytest.raises(ValueError, match="twice"):
        root.add_storage("nAME")


def test_a_class_has_sixteen_octets() -> None:
    with pytest.raises(ValueError, match="16 octets"):
        Storage(b"short")


@pytest.mark.parametrize(
    ("size", "chunks"),
    [
        (0, [1]),
        (9, []),
        (9, [8]),
        (9, [9, 1]),
        (4095, [4096]),
        (5000, [4999]),
        (5000, [5001]),
        (5000, [5000, 0, 1]),
    ],
)
def test_chunks_that_do_not_add_up(size: int, chunks: list[int]) -> None:
    root = Storage()
    root.add_stream("stream", LargeContent(size, lambda: map(bytes, chunks)))
    with pytest.raises(ValueError, match=f"{size} octets"):
        write_compound_file(root, io.BytesIO())


# MS-CFB 2.9: a file of 512-octet sectors is no greater than 2 GiB.
@pytest.mark.parametrize("sizes", [[2**31], [2**31 - 1], [2**30, 2**30]])
def test_more_than_a_file_holds_is_refused_before_anything_is_written(sizes: list[int]) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("the content was asked for")
        yield b""

    root = Storage()
    for number, size in enumerate(sizes):
        root.add_stream(str(number), LargeContent(size, never))
    out = io.BytesIO()
    with pytest.raises(MessageTooLarge, match="2 GiB"):
        write_compound_file(root, out)
    assert out.getvalue() == b""


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Drawn as a flat list of (storage to put it in, length of its name, size or a storage)."""
    sizes = st.one_of(st.none(), st.sampled_from(EDGES), st.integers(0, 9000))
    rows = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 31), sizes), max_size=60))
    root: Tree = {}
    storages = [root]
    for number, (place, length, size) in enumerate(rows):
        name = hashlib.sha256(bytes([number])).hexdigest()[:length]
        child: bytes | Tree = {} if size is None else octets(size)
        if isinstance(child, dict):
            storages.append(child)
        # A name that is there already is replaced, with what it named.
        storages[place % len(storages)][name] = child
    return root


@given(trees(), st.integers(1, 6000))
def test_any_tree(tree: Tree, step: int) -> None:
    data = written(storage(tree))
    assert read_tree(data) == tree
    assert written(storage(tree, lambda content: large(content, step))) == data
