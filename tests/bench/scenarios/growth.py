"""What commands cost as mailboxes grow, so that a bend can be seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from tests.bench.contest import describe, tell_progress
from tests.bench.filled import Mailbox
from tests.bench.process import Run, run_process
from tests.bench.stage import OURS, Stage, account_url
from tests.bench.table import Cost
from tests.servers.proxy import RecordingProxy

_COMMANDS = {
    "first page, `list`": ("list",),
    "page 7, `list --page 7`": ("list", "--page", "7"),
    "everything, `list --page all`": ("list", "--page", "all"),
}
_ONCE = 100_000
"""Messages from which a whole list runs once only."""


def measure_growth(stage: Stage) -> Iterator[Cost]:
    """Each command on each mailbox: medians, the highest peak, and octets of a run of its own.

    What takes long runs once, through the proxy that counts them.
    """
    mailboxes = [stage.fill(one.kind, one.count) for one in stage.sizes.grown]
    for what, words in _COMMANDS.items():
        for mailbox in mailboxes:
            name = f"{mailbox.count:,} {mailbox.kind}"
            whole = "all" in words
            rounds = 1 if whole and mailbox.count >= _ONCE else stage.sizes.slow_rounds
            tell_progress(f"{what} of {name}")
            try:
                yield Cost(what, name, *_measure(stage, mailbox, words, rounds))
            # One that fails costs its own line only.
            except Exception as error:  # noqa: BLE001
                yield Cost(what, name, None, failure=describe(error))


def _measure(
    stage: Stage, mailbox: Mailbox, words: tuple[str, ...], rounds: int
) -> tuple[Run, int]:
    command, *more = words
    port = stage.server.port
    with stage.folder() as home:
        with RecordingProxy(port).running() as proxy:
            url = account_url(proxy.port, mailbox.user)
            runs = [run_process([*OURS, command, url, *more], home)]
            octets = proxy.received
        url = account_url(port, mailbox.user)
        if rounds > 1:
            runs = [run_process([*OURS, command, url, *more], home) for _ in range(rounds)]
    seconds = statistics.median(run.seconds for run in runs)
    return Run(seconds, max(run.memory for run in runs)), octets


LINES = {"growth": measure_growth}
