"""The process that makes lines of FETCH responses: what is said to it, and what it does.

A frame is a length of eight octets and a value in Python's own marshal: both ends are the same
interpreter, and nobody else holds the pipes. What comes first is a `LineOrder`, then blocks of
responses until the pipe ends; for each of those goes one `Lines`.
"""

from __future__ import annotations

import gc
import marshal
import sys
from collections.abc import Sequence
from contextlib import suppress
from struct import Struct
from typing import IO, Any

from tuimail.cli.line_writing import LineOrder, line_writer

_LENGTH = Struct("!Q")


def send_frame(pipe: IO[bytes], value: Any) -> None:
    """Raises OSError when nobody is at the other end."""
    octets = marshal.dumps(value)
    pipe.write(_LENGTH.pack(len(octets)))
    pipe.write(octets)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Any:
    """Raises EOFError where no whole one comes any more."""
    head = pipe.read(_LENGTH.size)
    if len(head) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        octets = pipe.read(length)
        if len(octets) == length:
            return marshal.loads(octets)
    raise EOFError


def main(_arguments: Sequence[str] = ()) -> None:
    """Serve until stdin ends, as it does when the other process is killed."""
    gc.set_threshold(50_000)
    source = sys.stdin.buffer
    # Anew: with PYTHONUNBUFFERED the interpreter's own would write less than it is given.
    target = open(sys.stdout.fileno(), "wb", closefd=False)  # noqa: SIM115
    with suppress(EOFError, BrokenPipeError):
        writer = line_writer(LineOrder(*read_frame(source)))
        while True:
            send_frame(target, tuple(writer.write(read_frame(source))))
