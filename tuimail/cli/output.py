"""Where a command writes: data to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tuimail.cli.status import DONE, INCOMPLETE
from tuimail.errors import TuimailError

if TYPE_CHECKING:
    from tuimail.cli.table import Column

ROWS_AT_ONCE = 500
"""Rows that are written together, and from the first of which a table takes its widths."""

OCTETS_AT_ONCE = 1 << 16
"""Octets that are many rows already, written together as they are."""

PATIENCE = 0.2
"""Seconds that a row may wait for others to be written with."""


class Output:
    """What a command has to say, as JSON Lines or as a table.

    `status` is the exit status so far. With `has_rows` False, rows are the exception, and there is
    a bar beside them. Sentences may come from any thread.
    """

    def __init__(self, *, as_json: bool = False, has_rows: bool = True) -> None:
        self.as_json = as_json
        self.status = DONE
        self._conclusions: list[str] = []
        self._lock = threading.Lock()
        # Beside rows that scroll by, a bar would only be in the way.
        self._has_bar = sys.stderr.isatty() and not (has_rows and sys.stdout.isatty())
        self._bar = ""

    # --- stdout

    def write_objects(self, objects: Iterable[Mapping[str, object]]) -> None:
        """JSON Lines, as they come."""
        from tuimail.cli.json_lines import write_json_line

        self.write_json_lines(write_json_line(one).encode("utf-8", "replace") for one in objects)

    def write_json_lines(self, lines: Iterable[bytes]) -> None:
        """The same, written already; one or more at a time, with LF between them."""
        self._write_lines(lines)
        self._conclude()

    def write_rows(self, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """A table of safe texts; nothing at all where there are no rows."""
        from tuimail.cli.table import Table

        width = terminal_width() if sys.stdout.isatty() else None
        table = Table(columns, width, ROWS_AT_ONCE)
        self.write_lines(table.lines(rows))
        self._conclude()

    def write_lines(self, lines: Iterable[str]) -> None:
        """Lines of safe text; what the terminal's charset does not hold becomes `?`."""
        charset = sys.stdout.encoding or "utf-8"
        self._write_lines(line.encode(charset, "replace") for line in lines)

    def _write_lines(self, lines: Iterable[bytes]) -> None:
        # Many together: after each write the threads that read have to give the processor back,
        # which took more time than the writing.
        batch: list[bytes] = []
        flushed = time.monotonic()
        try:
            for line in lines:
                batch.append(line)
                is_much = len(batch) >= ROWS_AT_ONCE or len(line) >= OCTETS_AT_ONCE
                if is_much or time.monotonic() - flushed > PATIENCE:
                    self._flush(batch)
                    flushed = time.monotonic()
        finally:
            # also what came before an error
            self._flush(batch)

    def _flush(self, batch: list[bytes]) -> None:
        if batch:
            self.end_progress()  # rows and the bar may share a terminal
            batch.append(b"")
        left = memoryview(b"\n".join(batch))
        batch.clear()
        while left:
            # With PYTHONUNBUFFERED it may take less than it is given.
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.flush()

    # --- stderr

    def conclude(self, sentence: str) -> None:
        """A note that stands below the rows that are being written."""
        self._conclusions.append(sentence)

    def _conclude(self) -> None:
        conclusions, self._conclusions = self._conclusions, []
        for sentence in conclusions:
            self.note(sentence)

    def note(self, sentence: str) -> None:
        """Something worth knowing."""
        with self._lock:
            self._draw_bar("")
            print(f"tuimail: {sentence}", file=sys.stderr, flush=True)

    def fail(self, error: TuimailError, what: str = "") -> None:
        """Something that could not be done, while the rest goes on."""
        self.status = INCOMPLETE
        self.note(f"{what}: {error}" if what else str(error))

    def alarm(self, sentence: str) -> None:
        """Something that must not be overlooked: in red, where stderr is a terminal."""
        self.status = INCOMPLETE
        self.note(f"\x1b[31m{sentence}\x1b[0m" if sys.stderr.isatty() else sentence)

    def show_progress(self, done: int, total: int, what: str) -> None:
        """A bar on the terminal; nothing where stderr is none."""
        if not self._has_bar or not total:
            return
        filled = min(24, done * 24 // total)
        bar = f"{'#' * filled}{'.' * (24 - filled)} {done:,} of {total:,} {what[:30]}"
        with self._lock:
            if bar != self._bar:
                self._draw_bar(bar)

    def end_progress(self) -> None:
        """Wipe the bar away."""
        with self._lock:
            self._draw_bar("")

    def _draw_bar(self, bar: str) -> None:
        if bar or self._bar:
            wiped = " " * max(0, len(self._bar) - len(bar))
            end = "" if bar else "\r"
            print(f"\r{bar}{wiped}", end=end, file=sys.stderr, flush=True)
            self._bar = bar


def silence_outputs() -> None:
    """Send what is still buffered nowhere, so that the interpreter's end complains of nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def terminal_width() -> int:
    """Cells of a line of the terminal."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except OSError:
        return 80
