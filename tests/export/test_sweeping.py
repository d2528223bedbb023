"""What a crash left half-written."""

from __future__ import annotations

from pathlib import Path

from tests.export.exporting import export_from
from tests.servers.archive import RecordingServer, mailbox_of
from tuimail.files import Directory


def test_what_a_crash_left_half_written_is_taken_away(tmp_path: Path) -> None:
    inbox = tmp_path / "INBOX"
    inbox.mkdir()
    stale = inbox / "2024-01-01_0001_gone-since_77.eml.part"
    kept = (inbox / "notes.part", inbox / "a_7.eml.part.part", tmp_path / "x_1.eml.part")
    for path in (stale, *kept):
        path.write_bytes(b"half")
    (inbox / "folder_1.msg.part").mkdir()
    with (
        RecordingServer(mailbox_of(3)) as server,
        Directory.open(inbox) as folder,
        folder.create_part("2024-01-01_0001_being-saved_78.eml"),
    ):
        export_from(server, tmp_path)
        assert (inbox / "2024-01-01_0001_being-saved_78.eml.part").exists()
    assert not stale.exists()
    assert all(path.exists() for path in kept)
