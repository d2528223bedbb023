"""How much an export asks for at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.exporting import check_against_ledger, export, files
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.stores import store_on
from tuimail.export import run
from tuimail.export.names import SaveFormat


@pytest.mark.parametrize("save_format", SaveFormat)
def test_what_the_disk_does_not_keep_up_with_is_asked_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save_format: SaveFormat
) -> None:
    # A batch is a message or two: there is no room for more all the time.
    monkeypatch.setattr(run, "MOST_MESSAGES", 2)
    monkeypatch.setattr(run, "MOST_BATCHES", 100)
    with RecordingServer(mailbox_of(200)) as server, store_on(server.port) as store:
        done = export(store, tmp_path, save_format=save_format)
        asked = [one for one in server.commands if b"BODY.PEEK[]" in one]
    assert done.sums == [("INBOX", 200, 200, 0, 0)]
    assert len(files(tmp_path)) == 200 == check_against_ledger(tmp_path)
    numbers = [number for one in asked for number in _numbers(one)]
    assert sorted(numbers) == list(range(1, 201))


def _numbers(command: bytes) -> list[int]:
    """The UIDs that a UID FETCH names."""
    found: list[int] = []
    for run_of_uids in command.split()[2].split(b","):
        first, _, last = run_of_uids.partition(b":")
        found += range(int(first), int(last or first) + 1)
    return found
