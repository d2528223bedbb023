"""The hierarchy of folders as lines."""

from __future__ import annotations

from tuimail.imap.folder import Folder
from tuimail.text import MailText
from tuimail.tui.folder_outline import FolderOutline


def folder(name: str, *attributes: str, delimiter: str | None = "/") -> Folder:
    return Folder(name.encode(), MailText(name), delimiter, attributes)


def lines(outline: FolderOutline) -> list[str]:
    return ["  " * level.depth + str(level.name) for level in outline.lines]


def test_inbox_then_special_uses_then_names() -> None:
    outline = FolderOutline(
        folder(*one)
        for one in (
            ("beta",),
            ("Trash", "\\Trash"),
            ("Alpha",),
            ("Gesendet", "\\Sent"),
            ("inbox",),
            ("alpha 2",),
            ("Drafts", "\\Drafts"),
        )
    )
    assert lines(outline) == ["INBOX", "Drafts", "Gesendet", "Trash", "Alpha", "alpha 2", "beta"]


def test_levels_that_list_did_not_name_are_there_and_cannot_be_opened() -> None:
    outline = FolderOutline([folder("a.b.c", delimiter="."), folder("INBOX")])
    assert lines(outline) == ["INBOX", "a", "  b", "    c"]
    assert [level.selectable for level in outline.lines] == [True, False, False, True]


def test_a_flat_name_has_no_levels() -> None:
    assert lines(FolderOutline([folder("a/b", delimiter=None)])) == ["a/b"]


def test_closed_levels_hide_what_stands_below() -> None:
    outline = FolderOutline(folder(name) for name in ("a", "a/b", "a/b/c", "d"))
    top = outline.lines[0]
    assert outline.set_open(top, False)
    assert lines(outline) == ["a", "d"]
    assert not outline.set_open(top, False)
    assert outline.find(folder("a/b/c")) is None
    assert outline.reveal(folder("a/b/c")) == 2
    assert lines(outline) == ["a", "  b", "    c", "d"]


def test_many_folders_start_closed() -> None:
    outline = FolderOutline(folder(f"a/{n}") for n in range(2_000))
    assert lines(outline) == ["a"]
    outline.set_open(outline.lines[0], True)
    assert len(outline.lines) == 2_001


def test_what_stood_open_stays_open_when_folders_are_asked_for_again() -> None:
    names = [f"a/{n}" for n in range(50)] + [f"b/{n}" for n in range(50)]
    before = FolderOutline(folder(name) for name in names)
    before.set_open(before.lines[1], True)
    after = FolderOutline(folder(name) for name in [*names, "c"])
    after.copy_open(before)
    assert lines(after)[:3] == ["a", "b", "  0"]


def test_the_next_folder_that_can_be_opened() -> None:
    outline = FolderOutline([folder("a"), folder("b", "\\Noselect"), folder("b/c"), folder("d")])
    assert lines(outline) == ["a", "b", "  c", "d"]
    assert outline.next_selectable(0, 1) == 2
    assert outline.next_selectable(2, -1) == 0
    assert outline.next_selectable(3, 1) is None


def test_a_name_of_a_thousand_levels() -> None:
    deep = FolderOutline([folder("/".join("x" * 1_000))])
    assert len(deep.lines) == 1_000
