"""The process that converts to MSG, as a test finds it."""

from __future__ import annotations

import os
import subprocess


def converter() -> int:
    """The process id of the one worker that runs."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "ppid=,pid=,args="], capture_output=True, text=True, check=True
    )
    ours = (line.split() for line in listed.stdout.splitlines() if "tuimail.msg" in line)
    (found,) = (int(words[1]) for words in ours if int(words[0]) == os.getpid())
    return found
