"""Whole processes, measured from their start to their end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.servers.dovecot import PASSWORD

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 1200.0
"""Seconds after which a command counts as one that never ends."""
_LAUNCHER = Path(__file__).with_name("launcher.py")
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "VIRTUAL_ENV")


class Run(NamedTuple):
    """What one run took."""

    seconds: float
    memory: int = 0
    """Peak of the largest process (RSS) or of all together (PSS), in KB; 0 where nobody looked."""


def bench_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody at a terminal, whose home is `home` and holds nothing yet."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TZ": "UTC",
        "TUIMAIL_PASSWORD": PASSWORD,
        # .NET needs a library for languages otherwise.
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        **more,
    }


def run_process(
    command: Sequence[str],
    folder: Path,
    *,
    stdout: Path = Path(os.devnull),
    patience: float = PATIENCE,
    together: bool = False,
) -> Run:
    """Run a command in a folder, which is its home too.

    With `together` the memory is what all its processes held at one time, looked at 20 times a
    second; what they share counts once.

    Raises AssertionError with its last words when it fails or never ends.
    """
    with tempfile.NamedTemporaryFile() as words:
        order = {
            "command": list(command),
            "environment": bench_environment(folder),
            "folder": str(folder),
            "stdout": str(stdout.absolute()),
            "stderr": words.name,
            "together": together,
        }
        launcher = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = launcher.communicate(timeout=patience)
        except BaseException as error:
            os.killpg(launcher.pid, signal.SIGKILL)
            launcher.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise AssertionError(f"not done after {patience:,.0f} s") from error
            raise
        answer = json.loads(said)
        last = Path(words.name).read_text(errors="replace").strip().rpartition("\n")[2]
    assert answer["status"] == 0, f"ended with {answer['status']}: {last}"
    return Run(answer["seconds"], answer["memory"])


def run_measured(command: Sequence[str], folder: Path, *, patience: float = PATIENCE) -> Run:
    """Run a script that measures its own work, without start and login, and prints the seconds.

    They are the last line of its stdout.
    """
    with tempfile.NamedTemporaryFile() as said:
        run = run_process(command, folder, stdout=Path(said.name), patience=patience)
        last = Path(said.name).read_text().strip().rpartition("\n")[2]
    return run._replace(seconds=float(last))


def peak_memory(process_id: int) -> int:
    """The peak of a process that is running, in KB (VmHWM, proc(5))."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line[:6] == "VmHWM:")
