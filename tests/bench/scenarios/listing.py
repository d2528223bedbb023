"""Lists as whole processes and in the core, whole ones and one page.

FETCH items: UID FLAGS RFC822.SIZE INTERNALDATE BODYSTRUCTURE and header fields. The core decodes
sequence number, UID, flags, size and date of every row; the commands all that they print.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.contest import Contestant
from tests.bench.core import FIELDS
from tests.bench.filled import Kind
from tests.bench.process import Run, run_measured, run_process
from tests.bench.stage import OURS, Stage, account_url, floor_command, own_command, peer_command
from tests.bench.table import Goal, compare
from tuimail.cli.listing import JSON_FIELDS
from tuimail.imap.fetch import row_items


def measure_core(stage: Stage) -> Iterator[Goal]:
    """Rows without a command."""
    sizes, port = stage.sizes, stage.server.port
    mailbox = stage.fill(Kind.VARIED, sizes.listed)
    with stage.folder() as home:

        def floor(count: int) -> Run:
            command = b"FETCH 1:%d %b" % (count, row_items(FIELDS))
            return run_measured(floor_command(port, mailbox.user, command), home)

        def ours(count: int) -> Run:
            words = own_command("core", "list", str(port), mailbox.user, str(count))
            return run_measured(words, home)

        whole = stage.contest(
            {"tuimail": lambda: ours(sizes.listed), "floor": lambda: floor(sizes.listed)}
        )
        some: dict[str, Contestant] = {"tuimail": lambda: ours(sizes.slow)}
        for name, python in _libraries(stage).items():
            words = peer_command(
                python, f"with_{name}", "list", port, mailbox.user, str(sizes.slow)
            )
            some[name] = _measured(words, home)
        slow = stage.contest(some, 3, once=("imap_tools",))
    yield compare(
        f"list {sizes.listed:,} rows in the core",
        "≤ 1.5 of the floor",
        whole,
        peer="floor",
        limit=1.5,
    )
    yield compare(
        f"the same, {sizes.slow:,} rows",
        "≤ 0.1 of IMAPClient's",
        slow,
        peer="imapclient",
        limit=0.1,
        note="imap_tools fetches headers only" if stage.imap_tools else "",
    )


def measure_json(stage: Stage) -> Iterator[Goal]:
    """A whole list as JSON Lines."""
    mailbox = stage.fill(Kind.VARIED, stage.sizes.listed)
    port = stage.server.port
    command = b"FETCH 1:* " + row_items(JSON_FIELDS)
    listing = ["list", account_url(port, mailbox.user), "--page", "all", "--json"]
    with stage.folder() as home:

        def ours() -> Run:
            written = home / "list.jsonl"
            run = run_process([*OURS, *listing], home, stdout=written)
            _expect_lines(written, mailbox.count)
            return run

        floor = floor_command(port, mailbox.user, command)
        contest = stage.contest({"tuimail": ours, "floor": lambda: run_process(floor, home)})
    yield compare(
        f"`tuimail list --page all --json`, {mailbox.count:,}, whole process",
        "≤ 5 of the floor",
        contest,
        peer="floor",
        limit=5,
        with_memory=True,
    )


def measure_page(stage: Stage) -> Iterator[Goal]:
    """One page as a command, beside a bare script that prints the same of fifty messages."""
    mailbox = stage.fill(Kind.VARIED, stage.sizes.listed)
    port = stage.server.port
    account = account_url(port, mailbox.user)
    bare = peer_command(sys.executable, "with_imapclient", "page", port, mailbox.user)
    with stage.folder() as home:
        contest = stage.contest(
            {
                "tuimail": lambda: run_process([*OURS, "list", account], home),
                "IMAPClient": lambda: run_process(bare, home),
                "tuimail --json": lambda: run_process([*OURS, "list", account, "--json"], home),
                "tuimail folders": lambda: run_process([*OURS, "folders", account], home),
            }
        )
    yield compare(
        f"`tuimail list`, one page of {mailbox.count:,}, whole process",
        "≤ 1.5 of a bare IMAPClient script",
        contest,
        peer="IMAPClient",
        limit=1.5,
        with_memory=True,
    )


def measure_attachments(stage: Stage) -> Iterator[Goal]:
    """Found in BODYSTRUCTURE."""
    sizes, port = stage.sizes, stage.server.port
    mailbox = stage.fill(Kind.VARIED, sizes.exported)
    count = str(mailbox.count)
    command = b"FETCH 1:* (UID BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])"
    floor = floor_command(port, mailbox.user, command)
    with stage.folder() as home:
        ours = own_command("core", "attachments", str(port), mailbox.user, count)
        contestants: dict[str, Contestant] = {
            "tuimail": _measured(ours, home),
            "floor": _measured(floor, home),
        }
        for name, python in _libraries(stage).items():
            words = peer_command(python, f"with_{name}", "attachments", port, mailbox.user, count)
            contestants[name] = _measured(words, home)
        contest = stage.contest(contestants, once=("imap_tools",))
    yield compare(
        f"attachments of {mailbox.count:,} messages",
        "≤ 0.12 of IMAPClient's",
        contest,
        peer="imapclient",
        limit=0.12,
        note="imap_tools fetches everything" if stage.imap_tools else "",
    )


def _libraries(stage: Stage) -> dict[str, str]:
    """Interpreters by the library that they have."""
    found = {"imapclient": sys.executable}
    if stage.imap_tools:
        found["imap_tools"] = stage.peers_python
    return found


def _measured(command: list[str], home: Path) -> Contestant:
    return lambda: run_measured(command, home)


def _expect_lines(file: Path, count: int) -> None:
    with file.open("rb") as lines:
        found = sum(1 for _ in lines)
    assert found == count, f"{found:,} lines for {count:,} messages"


LINES = {
    "list-core": measure_core,
    "list-json": measure_json,
    "list-page": measure_page,
    "attachments": measure_attachments,
}
