"""What a person sees, at three sizes."""

from __future__ import annotations

import pytest

from tests.servers.archive import RecordingServer
from tests.tui.driving import MEDIUM, SMALL, WIDE, driven


@pytest.mark.parametrize(("size", "name"), [(SMALL, "small"), (MEDIUM, "medium"), (WIDE, "wide")])
async def test_browsing(harbour_server: RecordingServer, size: tuple[int, int], name: str) -> None:
    async with driven(harbour_server, screen=size) as drive:
        await drive.expect(f"browse-{name}")
