"""Paths of folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuimail.export.layout import Layout, is_renamed
from tuimail.export.records import FolderRecord
from tuimail.files import Directory, name_key
from tuimail.imap.folder import Folder
from tuimail.text import MailText

HOSTILE = json.loads((Path(__file__).parents[1] / "hostile_names.json").read_text())


def folder(name: str, delimiter: str | None = "/") -> Folder:
    return Folder(name.encode("utf-8", "surrogatepass"), MailText(name), delimiter, ())


def record(number: int, name: str, path: str) -> FolderRecord:
    return FolderRecord(number, name.encode(), name, path, 1, 0, tuple(name.split("/")))


@pytest.mark.parametrize(
    ("name", "delimiter", "path"),
    [
        ("INBOX", "/", "INBOX"),
        ("inbox", None, "INBOX"),
        ("INBOX.Sent.2024", ".", "INBOX/Sent/2024"),
        ("Archive/2024", "/", "Archive/2024"),
        ("Archive/2024", None, "Archive_2024"),
        ("Архив/日本語", "/", "Архив/日本語"),
        ("Q1: plan?", "/", "Q1_ plan_"),
        ("../../etc/passwd", "/", "_/_/etc/passwd"),
        ("/abs", "/", "unnamed/abs"),
        (".tuimail", "/", "_tuimail"),
        ("CON", "/", "_CON"),
        ("index.csv", "/", "index~2.csv"),
        ("sha256sums", "/", "sha256sums~2"),
        ("below/index.csv", "/", "below/index.csv"),
        ("2024-01-01_0000_x_1.eml", "/", "2024-01-01_0000_x_1.eml_"),
        ("half.part", "/", "half.part_"),
    ],
)
def test_the_hierarchy_in_safe_names(name: str, delimiter: str | None, path: str) -> None:
    assert Layout(()).place(folder(name, delimiter)) == path


def test_names_that_some_disk_takes_for_one_are_kept_apart_with_all_below_them() -> None:
    layout = Layout(())
    names = ["a", "A/x", "A", "a/x", "a/X", "é", "e\N{COMBINING ACUTE ACCENT}", "a?", "a*"]
    assert [layout.place(folder(name)) for name in names] == [
        "a",
        "A~2/x",
        "A~2",
        "a/x",
        "a/X~2",
        "é",
        "é~2",
        "a_",
        "a_~2",
    ]


def test_folders_of_earlier_runs_keep_their_paths_and_their_children_find_them() -> None:
    records = [record(1, "a", "a"), record(2, "A/x", "A~2/x"), record(3, "gone", "gone")]
    layout = Layout(records)
    folders = [folder("A/y"), folder("A/x"), folder("Gone"), folder("A")]
    assert [layout.place(one) for one in folders] == ["A~2/y", "A~2/x", "Gone~2", "A~2"]


@pytest.mark.parametrize("names", [("Archive", "Archive/2024"), ("Archive/2024", "Archive")])
def test_a_parent_and_its_child_of_two_runs_stand_in_each_other(names: tuple[str, str]) -> None:
    first = Layout(()).place(folder(names[0]))
    assert Layout([record(1, names[0], first)]).place(folder(names[1])) == names[1]


def test_what_is_renamed_is_told() -> None:
    assert not is_renamed(folder("Archive.2024", "."), "Archive/2024")
    assert is_renamed(folder("what?"), "what_")


def test_raw_names_that_read_alike_are_two_folders() -> None:
    layout = Layout(())
    once, again = (Folder(raw, MailText("é"), "/", ()) for raw in (b"&AOk-", "é".encode()))
    assert [layout.place(one) for one in (once, again)] == ["é", "é~2"]


def test_hostile_names_are_all_folders_inside(tmp_path: Path) -> None:
    layout = Layout(())
    paths = [layout.place(folder(name)) for name in HOSTILE]
    assert len({name_key(path) for path in paths}) == len(set(HOSTILE))
    with Directory.open(tmp_path / "export") as top:
        for path in paths:
            directory = top
            for level in path.split("/"):
                directory = directory.child(level)
    assert [one.name for one in tmp_path.iterdir()] == ["export"]
