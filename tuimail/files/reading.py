"""Opening what may be anything: only an ordinary file is read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_ordinary(path: str | Path, *, folder: int | None = None) -> BinaryIO:
    """Open a file for reading; OSError for a folder, a device or a pipe, none of which is awaited.

    With the descriptor of a `folder`, `path` is a name in it, and a link is not followed.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    if folder is not None:
        flags |= os.O_NOFOLLOW
    descriptor = os.open(path, flags, dir_fd=folder)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
