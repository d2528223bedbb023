"""Lines that are longer and narrower than loopback, made by a small proxy in C."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SOURCE = Path(__file__).with_name("delaying.c")


@dataclass(frozen=True, slots=True)
class Line:
    """How far away a server is, and how much gets through."""

    round_trip: int
    """Milliseconds."""
    megabits: int = 0
    """A second, for each connection; 0 is no limit."""

    def __str__(self) -> str:
        narrow = f" and {self.megabits} Mbit/s" if self.megabits else ""
        return f"{self.round_trip} ms{narrow}"


NEAR = Line(0)
FAR = Line(40)
NARROW = Line(60, 20)


@contextlib.contextmanager
def delayed(port: int, line: Line) -> Iterator[int]:
    """The port at which the server on `port` is as far away as the line says.

    Raises AssertionError where there is no C compiler.
    """
    if line == NEAR:
        yield port
        return
    compiler = shutil.which("cc")
    assert compiler is not None, "there is no C compiler (cc) for the delaying proxy"
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/delaying"
        subprocess.run([compiler, "-O2", "-o", program, str(_SOURCE)], check=True)
        with subprocess.Popen(
            [program, str(port), str(line.round_trip / 2), str(line.megabits)],
            # It ends when this pipe does, so also when we are killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as proxy:
            assert proxy.stdout is not None
            try:
                yield int(proxy.stdout.readline())
            finally:
                proxy.kill()
