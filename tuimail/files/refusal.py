"""What the disk's refusals mean, in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from tuimail.errors import FileError
from tuimail.text import safe_line

_REASONS = {
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EROFS: "it is read-only there",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed there",
    errno.EEXIST: "something else has that name",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a link or a file stands where a folder belongs",
    errno.EISDIR: "something that is no file has that name",
    errno.ELOOP: "it is a link, and links are not followed there",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EILSEQ: "the file system refuses the name",
    errno.EIO: "the disk reports a fault",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}


def file_error(action: str, path: Path, error: OSError | ValueError) -> FileError:
    """One sentence: what could not be done (`write`), to which path, and why.

    A ValueError is what Python says of a path with NUL or a lone surrogate in it.
    """
    if isinstance(error, OSError):
        number = error.errno or errno.EIO
        reason = _REASONS.get(number) or os.strerror(number).lower()
    else:
        reason = "the name has characters that no file may have"
    return FileError(f"cannot {action} {shown_path(path)}: {reason}")


def shown_path(path: Path) -> str:
    """The path as one safe line."""
    return safe_line(str(path))
