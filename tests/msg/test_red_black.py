"""The check finds what it is there to find."""

from __future__ import annotations

import io

import pytest

from tests.msg.red_black import check_directory, check_sectors
from tuimail.msg.cfb import Storage, write_compound_file

DIRECTORY = 2 * 512  # behind the header and one sector of FAT
MINI_FAT = DIRECTORY + 2 * 512


@pytest.fixture
def data() -> bytearray:
    """Root, a to f, and one unused entry, in two sectors of directory."""
    root = Storage()
    for name in "abcdef":
        root.add_stream(name, b"x")
    out = io.BytesIO()
    write_compound_file(root, out)
    return bytearray(out.getvalue())


def test_nothing_is_wrong(data: bytearray) -> None:
    check_directory(bytes(data))
    check_sectors(bytes(data))


@pytest.mark.parametrize("number", range(1, 7))
def test_a_wrong_colour(data: bytearray, number: int) -> None:
    data[DIRECTORY + 128 * number + 67] ^= 1
    with pytest.raises(AssertionError):
        check_directory(bytes(data))


@pytest.mark.parametrize("number", range(1, 7))
def test_a_name_out_of_order(data: bytearray, number: int) -> None:
    data[DIRECTORY + 128 * number] = ord("0" if number > 1 else "z")
    with pytest.raises(AssertionError, match="not in order"):
        check_directory(bytes(data))


def test_the_same_name_twice(data: bytearray) -> None:
    data[DIRECTORY + 128 * 2] = ord("A")
    with pytest.raises(AssertionError, match="a name twice"):
        check_directory(bytes(data))


@pytest.mark.parametrize("side", [68, 72])
def test_a_side_that_is_cut_off(data: bytearray, side: int) -> None:
    top = DIRECTORY + 128 * data[DIRECTORY + 76]
    data[top + side : top + side + 4] = b"\xff" * 4
    with pytest.raises(AssertionError):
        check_directory(bytes(data))


def test_two_streams_in_one_place(data: bytearray) -> None:
    data[DIRECTORY + 128 + 116] = 1
    with pytest.raises(AssertionError):
        check_sectors(bytes(data))


def test_a_mini_sector_of_nobody(data: bytearray) -> None:
    data[MINI_FAT + 4 * 6] = 0
    with pytest.raises(AssertionError):
        check_sectors(bytes(data))
