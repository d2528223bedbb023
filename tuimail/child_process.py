"""Processes of our own beside this one, for work that Python's threads would do in turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import IO, NamedTuple

# -P: no module is taken from the folder that the user happens to be in; ours is named instead.
_PROGRAM = (
    "import sys; sys.path.append(sys.argv.pop(1));"
    " from {} import main; sys.exit(main(sys.argv[1:]))"
)


def child_command(module: str) -> tuple[str, ...]:
    """What runs `main` of a module of ours; its arguments go behind."""
    return (sys.executable, "-P", "-c", _PROGRAM.format(module), str(Path(__file__).parents[1]))


class Child(NamedTuple):
    """A process, and the pipes to it and from it."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]


def start_child(command: Sequence[str], *, shared: Collection[int] = ()) -> Child:
    """Raises OSError. `shared` are descriptors that it is to have.

    It has no terminal, so that Ctrl-C is for the program that has one, and is to end with its
    stdin, which ends with this process.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=tuple(shared),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return Child(process, process.stdin, process.stdout)
