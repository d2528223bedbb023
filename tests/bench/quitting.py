"""Keys behind a server that says nothing any more: `python -m tests.bench.quitting [TIMES]`.

Two figures, each the median of ten, from the real program in a terminal of 80x24: from `q` to the
end of the process while a page is waited for, and from `j` to the cursor's move on the screen
while the next page is waited for.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.archive import PASSWORD, SilentServer, StallingServer, mailbox_of
from tests.servers.terminal import Pty, environment

TIMES = 10
_CURSOR = "▌"


def measure_quitting(home: Path) -> float:
    """Seconds from the key to the end of the process."""
    with SilentServer(mailbox_of(120), at=b"FETCH") as server, _run(server.port, home) as terminal:
        terminal.wait_for("loading…")
        started = time.perf_counter()
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        return time.perf_counter() - started


def measure_moves(home: Path, times: int) -> list[float]:
    """Seconds from each key to the move."""
    with StallingServer(mailbox_of(120)) as server, _run(server.port, home) as terminal:
        server.may_answer.set()
        terminal.wait_for("page 1 of 3")
        server.may_answer.clear()
        terminal.press("n")
        terminal.wait_for("loading…")
        return [_measure_move(terminal) for _ in range(times)]


def _measure_move(terminal: Pty) -> float:
    before = _cursor_line(terminal)
    started = time.perf_counter()
    terminal.press("j")
    terminal.wait(lambda: _cursor_line(terminal) == before + 1)
    return time.perf_counter() - started


def _cursor_line(terminal: Pty) -> int:
    return next(i for i, line in enumerate(terminal.text.split("\n")) if _CURSOR in line)


def _run(port: int, home: Path) -> Pty:
    command = [sys.executable, "-m", "tuimail", f"imap+insecure://demo@127.0.0.1:{port}"]
    return Pty(command, environment(home, TUIMAIL_PASSWORD=PASSWORD))


def main() -> None:
    """Measure, print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    with tempfile.TemporaryDirectory() as home:
        _print("q to the end of the process", [measure_quitting(Path(home)) for _ in range(times)])
        _print("j to the cursor's move", measure_moves(Path(home), times))


def _print(name: str, seconds: list[float]) -> None:
    figures = (statistics.median(seconds), min(seconds), max(seconds))
    median, least, most = (f"{1000 * figure:,.0f}" for figure in figures)
    print(f"{name}: median {median} ms, {least} to {most}, of {len(seconds)}")


if __name__ == "__main__":
    main()
