"""A terminal that notes when a program has drawn something."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from tests.bench.process import Run, peak_memory
from tests.servers.terminal import PATIENCE, Pty, remove_controls

# At home, and in a terminal of its own, which aerc asks for: one that leads its session gets it by
# opening it.
_AT_HOME = ("/bin/sh", "-c", 'cd && : </proc/self/fd/0 && exec "$@"', "sh")
COLUMNS = 120
ROWS = 50
"""Messages that a list shows; each program gets as many lines as that takes."""


class Watched(Pty):
    """A command in a pseudo-terminal.

    What it writes is read at once and looked at when it pauses, so that looking costs no time.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        super().__init__([*_AT_HOME, *command], environment, size)
        self._unfed = bytearray()
        self._written = 0.0

    def __enter__(self) -> Self:
        self.started = time.perf_counter()
        return super().__enter__()

    @property
    def text(self) -> str:
        self._screen.feed(self._decode(bytes(self._unfed)))
        self._unfed.clear()
        return super().text

    def measure(
        self, condition: Callable[[], object], since: float | None = None, patience: float = 60.0
    ) -> Run:
        """Wait until something is so; from the start of the command, or from `since`.

        Raises AssertionError with some of what is shown when it never becomes so.
        """
        started = self.started if since is None else since
        while not condition():
            waited = time.perf_counter() - started
            if waited > patience or self.process.poll() is not None:
                raise AssertionError(f"not after {waited:.0f} s, with {self._summary!r} shown")
            self.rest()
        return Run(self._written - started, peak_memory(self.process.pid))

    @property
    def _summary(self) -> str:
        """The first rows of a list and the status line, to see what went wrong."""
        lines = [" ".join(line.split()) for line in self.text.splitlines() if line.strip()]
        return " / ".join([*lines[:4], *lines[-2:]])

    def rest_for(self, seconds: float) -> None:
        """Wait until nothing has been drawn for so long."""
        deadline = time.perf_counter() + PATIENCE
        while time.perf_counter() - self._written < seconds:
            assert time.perf_counter() < deadline, "the screen never came to rest"
            self.rest()

    def measure_key(self, key: str, condition: Callable[[], object], patience: float = 60.0) -> Run:
        """Press a key and wait until something is so."""
        self.read_all()
        pressed = time.perf_counter()
        self.press(key)
        return self.measure(condition, pressed, patience)

    def has_written(self, texts: Sequence[str]) -> Callable[[], bool]:
        """Whether all these have been drawn since the start, spaces aside.

        Curses leaves out the spaces that are there already.
        """
        missing = [_without_spaces(text) for text in texts]

        def look() -> bool:
            written = self.recording.decode("utf-8", "replace")
            written = _without_spaces(remove_controls(written))
            while missing and missing[-1] in written:
                missing.pop()
            return not missing

        return look

    def shows(self, texts: Sequence[str]) -> Callable[[], bool]:
        """Whether all these are on the screen."""

        def look() -> bool:
            shown = self.text
            return all(text in shown for text in texts)

        return look

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            octets = os.read(self._master, 1 << 16)
        except OSError:  # nobody has the other end open any more
            return False
        self._written = time.perf_counter()
        self.recording += octets
        self._unfed += octets
        return True


def _without_spaces(text: str) -> str:
    return "".join(text.split())
