"""What the screen remembers."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tuimail.errors import FileError
from tuimail.export.names import SaveFormat
from tuimail.imap.paging import Order
from tuimail.tui.state import State


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "tuimail" / "state.json"
    state = State.load(path)
    state.export_folder = tmp_path / "mail \udcff ä"
    state.set_order("ada@example.org", b"INBOX", Order(descending=False))
    state.set_order("ada@example.org", b"Entw\xfcrfe", Order(descending=False))
    state.set_order("bob@example.org", b"INBOX", Order(descending=True))
    state.note_export("ada@example.org:993", tmp_path / "export \udcff ä", SaveFormat.MSG)
    state.save()
    assert State.load(path) == state
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["state.json"]


def test_newest_first_unless_turned_over(tmp_path: Path) -> None:
    state = State.load(tmp_path / "none.json")
    assert state.export_folder is None
    assert state.order_of("ada@example.org", b"INBOX").descending
    state.set_order("ada@example.org", b"INBOX", Order(descending=False))
    assert not state.order_of("ada@example.org", b"INBOX").descending
    assert state.order_of("ada@example.org", b"Archive").descending
    assert state.order_of("bob@example.org", b"INBOX").descending
    state.set_order("ada@example.org", b"INBOX", Order(descending=True))
    assert state.order_of("ada@example.org", b"INBOX").descending


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[1, 2]",
        b'"text"',
        b"[" * 100_000,
        b'{"export_folder": 7, "descending": ["INBOX"]}',
        b'{"export_folder": "", "descending": {"ada@example.org": {"INBOX": "no", "Sent": 0}}}',
        b'{"export_folder": "a\\u0000b", "descending": {"ada@example.org": true}}',
        b'{"exports": {"ada@example.org:993": {"folder": "a\\u0000b", "format": "pst"}}}',
        b'{"exports": {"ada@example.org:993": {"folder": 7, "format": null}}}',
        b" " * 2_000_000,
    ],
    ids=lambda content: ascii(content[:30]),
)
def test_a_broken_or_foreign_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    state = State.load(path)
    assert state.export_folder is None
    assert state.order_of("ada@example.org", b"INBOX").descending
    assert state.order_of("ada@example.org", b"Sent").descending
    assert state.last_export("ada@example.org:993") == (None, SaveFormat.EML)
    state.save()
    assert State.load(path).export_folder is None


def test_what_is_good_in_a_broken_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"export_folder": "/mail", "descending": {"a": {"x": false, "y": 1}}}')
    state = State.load(path)
    assert state.export_folder == Path("/mail")
    assert state.orders == {"a": {"x": False}}


def test_without_a_path_nothing_is_kept() -> None:
    State().save()


def test_a_disk_that_refuses_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="cannot open the folder"):
        State(tmp_path / "file" / "state.json").save()


def test_the_state_needs_no_textual() -> None:
    program = "import sys, tuimail.tui.state; sys.exit('textual' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
