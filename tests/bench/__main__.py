"""Everything that is measured, in one table: `python -m tests.bench --quick` or `--full`.

Starts a Dovecot of its own on loopback, fills mailboxes, and runs tuimail, a raw client that only
finds the ends of responses (the floor) and whichever peers are installed, in turns. A line that
fails says so, and the others go on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tests.bench.contest import describe, tell_progress
from tests.bench.filled import filled_server
from tests.bench.limits import render_reasons
from tests.bench.machine import (
    describe_file_system,
    describe_load,
    describe_machine,
    describe_revision,
    first_line,
    package_version,
)
from tests.bench.peers import aerc, mbsync, neomutt
from tests.bench.scenarios import delay, export, first_page, growth, huge, listing, order
from tests.bench.stage import FULL, QUICK, Stage
from tests.bench.table import Cost, Goal, render_costs, render_goals

Row = TypeVar("Row", Goal, Cost)
RESULTS = Path(__file__).with_name("RESULTS.md")
PROFILES = RESULTS.with_name("PROFILES.md")
GOALS: dict[str, Callable[[Stage], Iterator[Goal]]] = {
    **first_page.LINES,
    **listing.LINES,
    **order.LINES,
    **export.LINES,
    **delay.LINES,
}
COSTS: dict[str, Callable[[Stage], Iterator[Cost]]] = {**growth.LINES, **huge.LINES}


def main() -> int:
    """Measure, print; 0 also where goals are not met."""
    options = _read_options()
    sizes = FULL if options.full else QUICK
    started = time.perf_counter()
    load = describe_load()
    with (
        filled_server(options.mailboxes) as server,
        tempfile.TemporaryDirectory(dir=_memory()) as memory,
        tempfile.TemporaryDirectory(dir=options.disk) as disk,
    ):
        stage = Stage(
            server,
            sizes,
            Path(memory),
            Path(disk),
            options.peers_python,
            options.aspose_python or options.peers_python,
        )
        wanted = options.only or [*GOALS, *COSTS]
        goals = [goal for name in wanted if name in GOALS for goal in _measure_goals(name, stage)]
        costs = {name: _measure_costs(name, stage) for name in wanted if name in COSTS}
        missing = _find_missing(stage)
        header = _describe_run(stage, load, full=options.full)
    minutes = (time.perf_counter() - started) / 60
    parts = [f"{header}It took {minutes:.1f} minutes.{missing}\n"]
    if goals:
        met = sum(goal.is_met is True for goal in goals)
        told = sum(goal.is_met is not None for goal in goals)
        parts.append(f"{render_goals(goals)}\n{met} of {told} goals are met.\n")
    if reasons := render_reasons(goals):
        few = "" if options.full else "On few messages starting counts for more than it should.\n\n"
        parts.append(f"## What is not met, and why\n\n{few}{reasons}")
    if "growth" in costs:
        parts.append(f"## How cost grows\n\n{render_costs(costs['growth'], with_octets=True)}")
    if "huge" in costs:
        parts.append(
            "## In tmux, on a huge mailbox\n\nOne run, in this order; peaks so far.\n\n"
            + render_costs(costs["huge"], with_octets=False)
        )
    parts.append(
        "## Where the time goes\n\n"
        "Profiles of the three hottest paths, before and after, are in"
        f" [{PROFILES.name}]({PROFILES.name}).\n"
    )
    text = "# Benchmarks\n\n" + "\n".join(parts)
    print(text)
    if options.write:
        RESULTS.write_text(text)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", action="store_true", help="5,000 messages, three minutes (default)"
    )
    size.add_argument(
        "--full", action="store_true", help="up to a million messages, a quarter of an hour"
    )
    parser.add_argument(
        "--only", nargs="+", choices=[*GOALS, *COSTS], metavar="NAME",
        help=f"some lines only: {', '.join([*GOALS, *COSTS])}",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} too")
    parser.add_argument(
        "--mailboxes", type=Path, metavar="DIR",
        help="keep the filled mailboxes here for the next run",
    )  # fmt: skip
    parser.add_argument(
        "--disk", default=None, metavar="DIR", help="where exports go to that are to reach a disk"
    )
    parser.add_argument(
        "--peers-python", default=sys.executable, metavar="PATH",
        help="an interpreter that has imap-tools, and Aspose.Email unless the next one does",
    )  # fmt: skip
    parser.add_argument("--aspose-python", metavar="PATH", help="one that has Aspose.Email")
    return parser.parse_args()


def _memory() -> str | None:
    """Where files are in memory; None is the usual place, where there is nothing of the kind."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _measure_goals(name: str, stage: Stage) -> list[Goal]:
    def failed(reason: str) -> Goal:
        return Goal(name, "not measured", f"failed: {reason}")

    return list(_measured(name, GOALS[name](stage), failed))


def _measure_costs(name: str, stage: Stage) -> list[Cost]:
    return list(
        _measured(name, COSTS[name](stage), lambda reason: Cost(name, "", None, failure=reason))
    )


def _measured(name: str, rows: Iterable[Row], failed: Callable[[str], Row]) -> Iterator[Row]:
    """The rows of one scenario; what it raises is the last of them."""
    started = time.perf_counter()
    try:
        yield from rows
        tell_progress(f"{name}: {time.perf_counter() - started:.0f} s\n")
    # Whatever is wrong with one line, the table gets the others.
    except Exception as error:  # noqa: BLE001
        tell_progress(f"{name} failed: {describe(error)}\n")
        yield failed(describe(error))


def _describe_run(stage: Stage, load: str, *, full: bool) -> str:
    versions = [
        describe_revision(),
        f"Python {sys.version.split()[0]}",
        package_version("textual"),
        package_version("IMAPClient"),
        f"Dovecot {first_line(['dovecot', '--version']).split()[0]}",
        aerc.find_version(),
        neomutt.find_version(),
        mbsync.find_version(),
        stage.imap_tools and f"imap-tools {stage.imap_tools}",
        stage.aspose and f"Aspose.Email {stage.aspose} (evaluation mode)",
    ]
    sizes = stage.sizes
    return (
        f"`python -m tests.bench {'--full' if full else '--quick'}`,"
        f" {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, on {describe_machine()};"
        f" load {load} at the start, {describe_load()} at the end.\n\n"
        f"{', '.join(filter(None, versions))}.\n\n"
        f"Medians of up to {sizes.rounds} rounds in turns; the ratio is the median of each round's"
        " ratio; peaks of memory are the highest. Everything is on one machine: Dovecot on"
        " loopback, longer lines by a delaying proxy, and a terminal of 120 columns in which each"
        f" program's list has 50 rows. The disk is {describe_file_system(stage.disk)}. The floor"
        " only finds the ends of responses. Slow peers work on fewer messages where it says so. "
    )


def _find_missing(stage: Stage) -> str:
    there = {
        "aerc": aerc.find_version(),
        "NeoMutt": neomutt.find_version(),
        "mbsync": mbsync.find_version(),
        "imap-tools": stage.imap_tools,
        "Aspose.Email": stage.aspose,
    }
    missing = [name for name, version in there.items() if not version]
    return f" Missing: {', '.join(missing)}." if missing else ""


if __name__ == "__main__":
    sys.exit(main())
