"""The application around the screens."""

from __future__ import annotations

import gc

from tests.servers.archive import RecordingServer, mailbox_of
from tests.tui.driving import driven


async def test_garbage_is_looked_for_again_once_the_first_frame_is_drawn() -> None:
    frozen = gc.get_freeze_count()
    gc.disable()
    try:
        with RecordingServer(mailbox_of(3)) as server:
            async with driven(server) as drive:
                await drive.wait(gc.isenabled)
                # What a start has made is left out.
                assert gc.get_freeze_count() > frozen
    finally:
        gc.enable()
        gc.unfreeze()


async def test_it_is_looked_for_all_the_time_where_nobody_let_it_rest() -> None:
    frozen = gc.get_freeze_count()
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server):
            assert gc.isenabled()
            assert gc.get_freeze_count() == frozen
