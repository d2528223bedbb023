"""How long the screen keeps somebody waiting while it is at work.

The real program in a terminal of 80x24, with a probe of its event loop, and keys that move the
cursor meanwhile. No key lists a whole folder: the probe does, over the screen's own connections and
with every row decoded, which is more than marking by number or planning an export asks for.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.bench.contest import describe
from tests.bench.filled import Kind, Mailbox
from tests.bench.process import bench_environment
from tests.bench.stage import Stage, account_url
from tests.bench.table import Goal
from tests.bench.watched import Watched
from tests.servers.terminal import SMALL

_CURSOR = "▌"
_IDLE = 2.0
"""Seconds of doing nothing, to compare with."""
_BETWEEN_KEYS = 0.03
_PATIENCE = 300.0
_MOST_LOOP, _MOST_KEY = 0.020, 0.050

Work = Callable[[Watched, Path], Callable[[], bool]]
"""Starts the work, and gives what tells whether it has ended."""


def measure_delay(stage: Stage) -> Iterator[Goal]:
    """While listing and exporting, and while converting."""
    sizes = stage.sizes
    listed = stage.fill(Kind.VARIED, sizes.listed)
    exported = stage.fill(Kind.VARIED, sizes.exported)
    converted = stage.fill(Kind.VARIED, sizes.few)
    for words, mailbox, work in (
        (f"listing {listed.count:,}", listed, _list),
        (f"exporting {exported.count:,} EML", exported, _export_eml),
        (f"exporting {converted.count:,} MSG", converted, _export_msg),
    ):
        loop = f"event loop while {words}"
        key = f"from j to the cursor's move while {words}"
        try:
            idle, busy, keys = _watch(stage, mailbox, work)
        # One kind of work that fails costs its own lines only.
        except Exception as error:  # noqa: BLE001
            yield Goal(loop, "p99 ≤ 20 ms", f"failed: {describe(error)}")
            continue
        beside = f"idle {_spread(idle)}"
        yield Goal(
            loop, "p99 ≤ 20 ms", _spread(busy), beside, is_met=_percentile(busy, 99) <= _MOST_LOOP
        )
        yield Goal(key, "p99 < 50 ms", _spread(keys), is_met=_percentile(keys, 99) < _MOST_KEY)


def _watch(
    stage: Stage, mailbox: Mailbox, work: Work
) -> tuple[list[float], list[float], list[float]]:
    """Delays of the loop while idle and busy, and of the cursor while busy; seconds."""
    with stage.folder() as home:
        report = home / "delays.json"
        url = account_url(stage.server.port, mailbox.user)
        lists = ["--list"] if work is _list else []
        command = [sys.executable, "-m", "tests.bench.probed", str(report), *lists, url]
        with Watched(command, bench_environment(home), SMALL) as terminal:
            terminal.wait_for("page 1 of")
            terminal.rest_for(1)
            begin = report.with_suffix(".begin")
            begin.touch()
            until = time.perf_counter() + _IDLE
            terminal.wait(lambda: time.perf_counter() > until)
            idle = _take_report(terminal, begin, report)
            has_ended = work(terminal, report)
            begin.touch()
            keys = _press_keys(terminal, has_ended)
            busy = _take_report(terminal, begin, report)
    return idle, busy, keys


def _take_report(terminal: Watched, begin: Path, report: Path) -> list[float]:
    begin.unlink()
    terminal.wait(report.exists)
    delays: list[float] = json.loads(report.read_text())
    report.unlink()
    return delays


def _press_keys(terminal: Watched, has_ended: Callable[[], bool]) -> list[float]:
    """Move the cursor down and up until the work has ended."""
    seconds: list[float] = []
    deadline = time.perf_counter() + _PATIENCE
    while not has_ended():
        assert time.perf_counter() < deadline, f"not done after {_PATIENCE:.0f} s"
        down = len(seconds) % 2 == 0
        aim = _cursor_line(terminal) + (1 if down else -1)
        run = terminal.measure_key("j" if down else "k", partial(_is_cursor_at, terminal, aim))
        seconds.append(run.seconds)
        until = time.perf_counter() + _BETWEEN_KEYS
        while time.perf_counter() < until:
            terminal.rest()
    return seconds


def _is_cursor_at(terminal: Watched, line: int) -> bool:
    return _cursor_line(terminal) == line


def _cursor_line(terminal: Watched) -> int:
    return next((i for i, line in enumerate(terminal.text.split("\n")) if _CURSOR in line), -1)


def _list(_terminal: Watched, report: Path) -> Callable[[], bool]:
    report.with_suffix(".list").touch()
    return report.with_suffix(".listed").exists


def _export_eml(terminal: Watched, _report: Path) -> Callable[[], bool]:
    return _export(terminal)


def _export_msg(terminal: Watched, _report: Path) -> Callable[[], bool]:
    return _export(terminal, "\t", "j")


def _export(terminal: Watched, *choices: str) -> Callable[[], bool]:
    """Through the dialog, into the folder that it proposes."""
    terminal.press("E")
    terminal.wait_for("Enter plans it")
    for key in choices:
        terminal.press(key)
        terminal.rest_for(0.3)
    terminal.press("\r")
    terminal.wait_for("Enter starts")
    terminal.press("\r")
    terminal.wait(lambda: "Enter starts" not in terminal.text)
    return lambda: "Exported" in terminal.text


def _spread(seconds: Sequence[float]) -> str:
    figures = (_percentile(seconds, 50), _percentile(seconds, 99), max(seconds))
    p50, p99, most = (f"{1000 * figure:.1f}" for figure in figures)
    return f"p50 {p50}, p99 {p99}, max {most} ms of {len(seconds):,}"


def _percentile(seconds: Sequence[float], percent: int) -> float:
    if len(seconds) < 2:
        return max(seconds)
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


LINES = {"loop-delay": measure_delay}
