"""What a crash left half-written in an export is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from tuimail.errors import FileError
from tuimail.export.names import uid_in_name
from tuimail.files import Directory
from tuimail.files.names import PART


def sweep_parts(directory: Directory, paths: Iterable[str]) -> None:
    """Remove half-written messages from these folders of the export, unless somebody is at it.

    What cannot be removed stays: `verify` tells of it.
    """
    for path in paths:
        with suppress(FileError), directory.below(path) as folder:
            for name in folder.names():
                # A stranger's .part stays where it is.
                if name.endswith(PART) and uid_in_name(name.removesuffix(PART)) is not None:
                    with suppress(FileError):
                        folder.remove_stale_part(name.removesuffix(PART))
