"""The screen on a huge mailbox, in tmux: what somebody does there, once each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

from tests.bench.contest import describe, tell_progress
from tests.bench.filled import Kind, Mailbox
from tests.bench.mailboxes import message_id
from tests.bench.process import Run, bench_environment, peak_memory
from tests.bench.stage import OURS, Stage, account_url
from tests.bench.subjects import listed_subjects
from tests.bench.table import Cost
from tests.servers.terminal import Tmux, has_tmux

_SIZE = (120, 60)
HITS = 3
_PATIENCE = 600.0
_TOP = 12
"""Rows at the top of a page that are waited for."""


def measure_huge(stage: Stage) -> Iterator[Cost]:
    """First page, last page, order, a search with three hits, sort by size, in this order."""
    mailbox = stage.fill(Kind.TINY, stage.sizes.many)
    name = f"{mailbox.count:,} {mailbox.kind}"
    assert has_tmux(), "tmux is missing"
    rare = find_rare_id(mailbox)
    with stage.folder() as home:
        command = [*OURS, account_url(stage.server.port, mailbox.user)]
        started = time.perf_counter()
        with Tmux(command, bench_environment(home), _SIZE) as terminal:
            # Of what ended at once nothing can be asked.
            process_id = int(terminal.tell("pane_pid"))
            for what, keys, condition in _steps(terminal, mailbox, rare):
                tell_progress(f"{what} of {name}")
                try:
                    for key in keys[:-1]:
                        terminal.press(key)
                        time.sleep(0.5)
                    if keys:
                        started = time.perf_counter()
                        terminal.press(keys[-1])
                    terminal.wait(condition, _PATIENCE)
                    run = Run(time.perf_counter() - started, peak_memory(process_id))
                # One step that fails costs its own line, and leaves what is on the way.
                except Exception as error:  # noqa: BLE001
                    yield Cost(what, name, None, failure=describe(error))
                    terminal.press("\x1b")
                else:
                    yield Cost(what, name, run)


def _steps(
    terminal: Tmux, mailbox: Mailbox, rare: str
) -> Iterator[tuple[str, tuple[str, ...], Callable[[], bool]]]:
    """What it is called, the keys, of which the last one starts the clock, and what comes."""
    count = mailbox.count
    newest = listed_subjects(mailbox, 1, _TOP)
    last = (count - 1) // 50 * 50 + 1
    oldest = listed_subjects(mailbox, last, min(count, last + _TOP - 1))
    turned = listed_subjects(mailbox, count - _TOP + 1, count)

    def shows(texts: list[str], word: str = "") -> Callable[[], bool]:
        def look() -> bool:
            shown = terminal.text
            assert "tries again" not in shown, "it gave up"
            return word in shown and all(text in shown for text in texts)

        return look

    def has_sorted() -> bool:
        # All are of one size, and ties are newest first here; before, the last page is shown.
        return shows(newest, "largest first")()

    yield "first page, from the start", (), shows(newest)
    yield "last page, `}`", ("}",), shows(oldest)
    yield "oldest first, `o`", ("{", "o"), shows(turned)
    yield (
        f"a search with {HITS} hits, `message-id:{rare}`",
        ("o", "/", f"message-id:{rare}", "\r"),
        shows([], f"of {HITS} "),
    )
    yield "sort by size", ("\x1b", "}", "O", *("j" * 7), "\r"), has_sorted


def find_rare_id(mailbox: Mailbox) -> str:
    """Part of a Message-ID that HITS messages have: from its dot on, behind which nothing else in
    any has hexadecimals."""
    ids = ["." + message_id(number).partition(".")[2] for number in range(1, mailbox.count + 1)]
    for length in range(4, 9):
        counted = Counter(found[:length] for found in ids)
        for beginning, count in counted.items():
            if count == HITS:
                return beginning
    raise AssertionError("no Message-ID is rare enough")


LINES = {"huge": measure_huge}
