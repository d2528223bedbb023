"""How much a disk has room for."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def free_space(path: Path) -> int | None:
    """Octets that may still be written at `path`, or where it will be made; None if unknown."""
    for folder in (path.absolute(), *path.absolute().parents):
        with suppress(OSError, ValueError):
            found = os.statvfs(folder)
            return found.f_bavail * found.f_frsize
    return None
