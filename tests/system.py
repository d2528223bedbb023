"""What the system lets tests do."""

from __future__ import annotations

import shutil
import subprocess

MOUNTING = ("unshare", "--user", "--map-root-user", "--mount")
"""Runs a command whose mounts no other process sees, and which are gone with it."""


def can_trace() -> bool:
    return _succeeds("strace", "-qo", "/dev/null", "true")


def can_mount() -> bool:
    return _succeeds(*MOUNTING, "mount", "-t", "tmpfs", "none", "/tmp")


def _succeeds(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
