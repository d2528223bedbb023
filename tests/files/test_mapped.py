"""A mapped file is as good as its octets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuimail.files.mapped import MappedFile, open_octets
from tuimail.mail.entity import parse_entity

STEP = 1 << 20


def test_a_large_file_is_mapped_and_searched_across_its_steps(tmp_path: Path) -> None:
    octets = bytearray(b"x" * (10 * STEP + 5))
    for at in (0, STEP - 1, 7 * STEP - 2, len(octets) - 3):
        octets[at : at + 3] = b"end"
    (tmp_path / "a").write_bytes(octets)
    with (tmp_path / "a").open("rb") as file, open_octets(file) as mapped:
        assert isinstance(mapped, MappedFile)
        found, at = list[int](), -1
        while (at := mapped.find(b"end", at + 1)) >= 0:
            found.append(at)
        assert found == [0, STEP - 1, 7 * STEP - 2, len(octets) - 3]
        assert mapped.find(b"end", 1, STEP + 1) == -1
        assert mapped.find(b"end", 1, STEP + 2) == STEP - 1
        assert mapped.startswith(b"end")
        assert mapped.startswith(b"end", STEP - 1)
        assert not mapped.startswith(b"end", 1)
        assert mapped.endswith(b"xend", 0, STEP + 2)
        assert not mapped.endswith(b"xend", STEP - 1, STEP + 2)
        assert mapped[STEP - 2 : STEP + 3] == b"xendx"


@pytest.mark.parametrize("octets", [b"", b"short"])
def test_a_small_file_is_read(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "a").write_bytes(octets)
    with (tmp_path / "a").open("rb") as file, open_octets(file) as read:
        assert read == octets


def test_a_mapped_message_is_taken_apart_as_any_other(tmp_path: Path) -> None:
    part = b"--cut\r\nContent-Type: text/plain\r\n\r\n" + b"-- text\r\n" * 100_000
    raw = b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n" + part * 6 + b"--cut--\r\n"
    (tmp_path / "a").write_bytes(raw)
    with (tmp_path / "a").open("rb") as file, open_octets(file) as mapped:
        assert parse_entity(mapped) == parse_entity(raw)
