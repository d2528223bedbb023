"""The process that turns messages into .msg files, beside the one that the screen lives in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tuimail.errors import FileError, MessageUnreadable

# -P: no module is taken from the folder that the user happens to be in.
_COMMAND = (sys.executable, "-P", "-m", "tuimail.msg")


@dataclass(frozen=True, slots=True)
class Converted:
    """A .msg file that is whole."""

    size: int
    lost: tuple[str, ...]
    """What the format could not keep, each a clause."""


class MsgWorker:
    """Converts one file after the other; answers come in the order of the orders.

    A process, since Python converts at the cost of the thread that draws the screen. It has no
    terminal, is started by the first order, and ends with its stdin.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def send(
        self, eml: Path, msg: Path, internal_date: datetime | None, flags: Collection[str]
    ) -> None:
        """Order the conversion of `eml`, which is to stay until the answer. Raises FileError."""
        order = {
            "eml": str(eml),
            "msg": str(msg),
            "internal_date": internal_date.isoformat() if internal_date else None,
            "flags": list(flags),
        }
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        except (OSError, ValueError) as error:  # ValueError once it is closed
            raise _ended() from error

    def receive(self) -> Converted:
        """Wait for an answer. Raises MessageUnreadable for this file, FileError for all."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
        except ValueError:
            line = b""
        if not line.endswith(b"\n"):
            raise _ended()
        answer = json.loads(line)
        if "error" in answer:
            raise MessageUnreadable(answer["error"])
        return Converted(answer["size"], tuple(answer["lost"]))

    def close(self) -> None:
        """End it at once; whoever waits for an answer gets FileError. Any thread may call it."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with suppress(OSError):  # an order that nobody reads any more
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise _ended()
        try:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the program that has the terminal
            )
        except OSError as error:
            raise FileError(f"cannot start the conversion to MSG: {error.strerror}") from error
        if self._closed:
            self.close()
        return self._process


def _ended() -> FileError:
    return FileError("the conversion to MSG has ended before its time")
