"""The first page by any key, beside the server's own SORT alone, which fetches no row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.bench.filled import Kind
from tests.bench.process import run_measured
from tests.bench.stage import Stage, floor_command, own_command
from tests.bench.table import Goal, compare
from tuimail.imap.paging import SortKey

_SERVER_KEYS = {SortKey.RECEIVED: "ARRIVAL"}
"""Where the words differ (RFC 5256)."""


def measure_order(stage: Stage) -> Iterator[Goal]:
    """One line a key; each run a new connection, with the folder open."""
    mailbox = stage.fill(Kind.VARIED, stage.sizes.listed)
    port = stage.server.port
    for key in SortKey:
        if key is SortKey.ARRIVAL:
            continue
        word = _SERVER_KEYS.get(key, key.name)
        floor = floor_command(port, mailbox.user, f"SORT ({word}) UTF-8 ALL".encode())
        ours = own_command("core", "sort", str(port), mailbox.user, key.value)
        with stage.folder() as home:
            contest = stage.contest(
                {
                    "tuimail": partial(run_measured, ours, home),
                    "SORT": partial(run_measured, floor, home),
                }
            )
        yield compare(
            f"{mailbox.count:,} by {key.value}, first page with its rows",
            "≤ 1.2 of the server's SORT",
            contest,
            peer="SORT",
            limit=1.2,
        )


LINES = {"sort": measure_order}
