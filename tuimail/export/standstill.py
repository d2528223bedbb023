"""An export that nobody writes to, while it is read."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from tuimail.errors import FileError, UsageError
from tuimail.export.ledger_file import LEDGER_FOLDER
from tuimail.files import Directory, shown_path


@contextmanager
def hold_still(directory: Directory) -> Iterator[None]:
    """Keep every export out of this folder; others may read it too.

    Half of what is being written would look wrong. Raises UsageError when an export is at work,
    or when the folder is none.
    """
    path = shown_path(directory.path)
    try:
        folder = directory.child(LEDGER_FOLDER, create=False)
    except FileError as error:
        raise UsageError(f"there is no export in {path}") from error
    with folder:
        try:
            fcntl.flock(folder.descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"an export is at work in {path}; verify it when that is done"
            ) from error
        except OSError:
            pass  # some network file systems have no locks
        yield
