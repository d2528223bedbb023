"""A rename that never replaces another file."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache

_NOT_SUPPORTED = frozenset(
    {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK}
)


def rename_new(source: str, target: str, folder: int) -> None:
    """Rename within the open `folder`; FileExistsError when `target` is taken, even by a link.

    Python's rename replaces in silence, and looking first leaves a gap. Linux and macOS have a
    rename that refuses. Where the file system lacks it (NFS), a hard link refuses too, and a
    crash before the unlink leaves two names of one whole file. Where there are no hard links
    either (some FUSE), looking first is all that is left.
    """
    if _rename_exclusively(source, target, folder):
        return
    try:
        os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NOT_SUPPORTED:
            raise
        _look_and_rename(source, target, folder)
    else:
        os.unlink(source, dir_fd=folder)


def _rename_exclusively(source: str, target: str, folder: int) -> bool:
    """False where the system or the file system cannot."""
    rename = _system_rename()
    if rename is None:
        return False
    number = rename(folder, os.fsencode(source), os.fsencode(target))
    if number and number not in _NOT_SUPPORTED:
        raise OSError(number, os.strerror(number), target)
    return not number


def _look_and_rename(source: str, target: str, folder: int) -> None:
    try:
        os.stat(target, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(source, target, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)


@cache
def _system_rename() -> Callable[[int, bytes, bytes], int] | None:
    """renameat2(2) with RENAME_NOREPLACE, or renameatx_np(2) with RENAME_EXCL: gives errno or 0."""
    import ctypes  # 10 ms that only the first finished file pays

    name, flag = ("renameatx_np", 4) if sys.platform == "darwin" else ("renameat2", 1)
    function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if function is None:
        return None

    def rename(folder: int, source: bytes, target: bytes) -> int:
        return 0 if function(folder, source, folder, target, flag) == 0 else ctypes.get_errno()

    return rename
