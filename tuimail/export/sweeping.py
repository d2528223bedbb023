"""What a crash left half-written in an export is taken away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from tuimail.errors import FileError
from tuimail.files import Directory
from tuimail.files.names import PART

# As `message_name` ends: a stranger's .part stays where it is.
_OURS = re.compile(rf".*_\d+\.(?:eml|msg){re.escape(PART)}", re.DOTALL)


def sweep_parts(directory: Directory, paths: Iterable[str]) -> None:
    """Remove half-written messages from these folders of the export, unless somebody is at it.

    What cannot be removed stays: `verify` tells of it.
    """
    for path in paths:
        with suppress(FileError), directory.below(path) as folder:
            for name in folder.names():
                if _OURS.fullmatch(name):
                    with suppress(FileError):
                        folder.remove_stale_part(name.removesuffix(PART))
