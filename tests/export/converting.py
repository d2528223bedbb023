"""The processes that convert to MSG and that write files, as a test finds them."""

from __future__ import annotations

import os
import subprocess

from tests.servers.archive import wait_until


def converter() -> int:
    """The process id of the one that converts."""
    return _child("tuimail.msg")


def writer() -> int:
    """The process id of the one that writes an export's files."""
    return _child("tuimail.export.writing")


def _child(words: str) -> int:
    """The one child of this process whose command holds these words, once it is there."""
    found: list[int] = []

    def is_there() -> bool:
        # Not at once: a program that has only just begun has no words yet.
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "ppid=,pid=,args="],
            capture_output=True,
            text=True,
            check=True,
        )
        ours = (line.split() for line in listed.stdout.splitlines() if words in line)
        found[:] = (int(pid) for parent, pid, *_ in ours if int(parent) == os.getpid())
        return len(found) == 1

    wait_until(is_there)
    return found[0]
