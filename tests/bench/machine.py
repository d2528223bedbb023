"""What the figures were measured on and with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench.process import REPOSITORY


def describe_machine() -> str:
    """Cores, processor and kernel."""
    model = platform.machine()
    with suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        model = found[1] if found else model
    kernel = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores, {model}, {kernel}"


def describe_load() -> str:
    """How many processes wanted to run over the last one, five and fifteen minutes."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


def describe_file_system(path: Path) -> str:
    """Its kind, `ext4`; in memory nothing is ever synced."""
    kind = first_line(["stat", "--file-system", "--format=%T", str(path)])
    return kind or "of unknown kind"


def describe_revision() -> str:
    """tuimail's version and commit."""
    said = first_line(["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"])
    return f"tuimail {importlib.metadata.version('tuimail')} ({said or 'no git'})"


def package_version(name: str) -> str:
    """Of a package beside us."""
    return f"{name} {importlib.metadata.version(name)}"


def first_line(command: Sequence[str]) -> str:
    """The first line that a command prints; empty where it is missing or fails."""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        return (done.stdout.strip() or done.stderr.strip()).partition("\n")[0]
    return ""
