"""A tree of .eml files as a mailbox."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tuimail.archive.eml_folder import read_eml_folder
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.errors import FileError


def write(path: Path, text: bytes = b"Subject: x\r\n\r\n", changed: float | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    if changed is not None:
        os.utime(path, (changed, changed))


def folder(mailbox: Mailbox, name: str) -> StoredFolder:
    return next(folder for folder in mailbox.folders if folder.name == name)


def test_folders_are_folders_and_the_top_is_the_inbox(tmp_path: Path) -> None:
    write(tmp_path / "one.eml")
    write(tmp_path / "Archive" / "2024" / "two.EML")
    write(tmp_path / "Übung" / "three.eml")
    (tmp_path / "Empty").mkdir()
    mailbox = read_eml_folder(tmp_path)
    assert [(f.name, len(f.messages)) for f in mailbox.folders] == [
        ("INBOX", 1),
        ("Archive", 0),
        ("Archive/2024", 1),
        ("Empty", 0),
        ("Übung", 1),
    ]


def test_a_folder_called_inbox_is_the_inbox_too(tmp_path: Path) -> None:
    write(tmp_path / "b.eml", b"top")
    write(tmp_path / "Inbox" / "a.eml", b"inner")
    mailbox = read_eml_folder(tmp_path)
    assert [f.name for f in mailbox.folders] == ["INBOX"]
    assert [m.load() for m in mailbox.folders[0].messages] == [b"top", b"inner"]


def test_a_dotless_inbox_is_another_folder(tmp_path: Path) -> None:
    write(tmp_path / "\u0131nbox" / "a.eml")
    assert [f.name for f in read_eml_folder(tmp_path).folders] == ["INBOX", "\u0131nbox"]


def test_uids_count_by_name(tmp_path: Path) -> None:
    for name in ("c.eml", "a.eml", "b.eml"):
        write(tmp_path / name, name.encode())
    messages = folder(read_eml_folder(tmp_path), "INBOX").messages
    assert [(m.uid, m.load()) for m in messages] == [(1, b"a.eml"), (2, b"b.eml"), (3, b"c.eml")]


def test_a_folder_that_changes_has_another_uid_validity(tmp_path: Path) -> None:
    write(tmp_path / "a.eml")
    before = folder(read_eml_folder(tmp_path), "INBOX").uid_validity
    assert folder(read_eml_folder(tmp_path), "INBOX").uid_validity == before
    write(tmp_path / "0.eml")
    after = folder(read_eml_folder(tmp_path), "INBOX").uid_validity
    assert after != before
    assert 0 < after < 2**32


def test_the_time_of_change_is_the_internal_date(tmp_path: Path) -> None:
    write(tmp_path / "a.eml", changed=1_720_000_000.75)
    (message,) = folder(read_eml_folder(tmp_path), "INBOX").messages
    assert message.internal_date == datetime(2024, 7, 3, 9, 46, 40, tzinfo=UTC)
    assert message.flags == ("\\Seen",)


@pytest.mark.parametrize(
    ("written", "served"),
    [
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb\nc", b"a\r\nb\r\nc"),
        (b"a\rb\r\r\n", b"a\rb\r\r\n"),
        (b"", b""),
    ],
)
def test_lines_end_as_imap_wants_them(tmp_path: Path, written: bytes, served: bytes) -> None:
    write(tmp_path / "a.eml", written)
    (message,) = folder(read_eml_folder(tmp_path), "INBOX").messages
    assert message.load() == served


def test_hidden_names_links_and_other_files_are_passed_over(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root / "a.eml")
    write(root / ".hidden.eml")
    write(root / ".tuimail" / "b.eml")
    write(root / "index.csv")
    write(tmp_path / "outside" / "c.eml")
    (root / "link.eml").symlink_to(tmp_path / "outside" / "c.eml")
    (root / "linked").symlink_to(tmp_path / "outside")
    mailbox = read_eml_folder(root)
    assert [(f.name, len(f.messages)) for f in mailbox.folders] == [("INBOX", 1)]


def test_no_message_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a.eml", b"before")
    (message,) = folder(read_eml_folder(tmp_path), "INBOX").messages
    (tmp_path / "a.eml").write_bytes(b"after")
    assert message.load() == b"after"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_eml_folder(tmp_path / "nowhere")
