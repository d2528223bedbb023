"""The process that converts to MSG, as a test finds it."""

from __future__ import annotations

import os
import subprocess

from tests.servers.archive import wait_until


def converter() -> int:
    """The process id of the one worker that runs."""
    found: list[int] = []

    def is_there() -> bool:
        # Not at once: a program that has only just begun has no words yet.
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "ppid=,pid=,args="],
            capture_output=True,
            text=True,
            check=True,
        )
        ours = (line.split() for line in listed.stdout.splitlines() if "tuimail.msg" in line)
        found[:] = (int(words[1]) for words in ours if int(words[0]) == os.getpid())
        return len(found) == 1

    wait_until(is_there)
    return found[0]
