"""The process that turns messages into .msg files, beside the one that the screen lives in."""

from __future__ import annotations

import errno
import json
import os
import select
import threading
import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tuimail.child_process import Child, child_command, start_child
from tuimail.errors import FileError, MessageUnreadable

PATIENCE = 300
"""Seconds for one message; 30 MiB take one."""

_COMMAND = child_command("tuimail.msg.__main__")
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""What the disk says of every file, not of this one."""
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Converted:
    """A .msg file that is whole."""

    size: int
    sha256: str
    """Of the file, in hexadecimal digits."""
    lost: tuple[str, ...]
    """What the format could not keep, each a clause."""


class MsgWorker:
    """Converts one file after the other; answers come in the order of the orders.

    A process, since Python converts at the cost of the thread that draws the screen. It has no
    terminal, is started by the first order, and ends with its stdin. One that ends before its time,
    or takes too long, costs the message that it was at; another one gets the orders behind it.
    A few orders may be ahead of their answers: more than a pipe holds would stop both sides.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._closed = False
        self._read = b""
        self._orders: deque[bytes] = deque()
        """Those without an answer."""

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
        self._orders.append(json.dumps(order).encode() + b"\n")
        self._write(self._orders[-1])

    def receive(self) -> Converted:
        """Wait for the next answer. Raises MessageUnreadable for this file, FileError for all."""
        try:
            answer = json.loads(self._read_line())
            self._orders.popleft()
            if "error" not in answer:
                return Converted(answer["size"], answer["sha256"], tuple(answer["lost"]))
        except (ValueError, KeyError, OSError):
            if self._closed:
                raise FileError("the conversion to MSG was stopped") from None
            self._drop()
            self._orders.popleft()
            for order in self._orders:
                self._write(order)
            raise MessageUnreadable("its conversion to MSG did not come to an end") from None
        raise _refusal(answer)

    def drop_orders(self) -> None:
        """Nobody wants the answers that have not come; what it is at ends at once."""
        self._orders.clear()
        self._drop()

    def close(self) -> None:
        """End it at once; whoever waits for an answer gets FileError. Any thread may call it."""
        self._closed = True
        self._drop()

    def _write(self, order: bytes) -> None:
        pipe = self._started().stdin
        with suppress(OSError, ValueError):  # whoever waits for the answer hears of it
            pipe.write(order)
            pipe.flush()

    def _started(self) -> Child:
        with self._lock:
            if self._closed:
                raise FileError("the conversion to MSG was stopped")
            if self._child is None:
                self._read = b""
                try:
                    self._child = start_child(_COMMAND)
                except OSError as error:
                    raise FileError(f"cannot start converting to MSG: {error.strerror}") from error
            return self._child

    def _drop(self) -> None:
        with self._lock:
            child, self._child = self._child, None
            if child is not None:
                child.process.kill()
                child.process.wait()
                for pipe in (child.stdin, child.stdout):
                    with suppress(OSError):  # an order that nobody reads any more
                        pipe.close()

    def _read_line(self) -> bytes:
        """An answer; what is no whole one when the process has ended, or its time has."""
        child = self._child
        if child is None:
            return b""
        deadline = time.monotonic() + self._patience
        # select() knows no descriptor above 1,023.
        readable = select.poll()
        readable.register(child.stdout, select.POLLIN)
        while b"\n" not in self._read:
            rest = deadline - time.monotonic()
            if rest <= 0 or not readable.poll(rest * 1_000):
                return b""
            octets = os.read(child.stdout.fileno(), _CHUNK)
            if not octets:
                return b""
            self._read += octets
        line, _, self._read = self._read.partition(b"\n")
        return line


def _refusal(answer: dict[str, Any]) -> FileError | MessageUnreadable:
    if answer.get("errno") in _DISK:
        return FileError(f"cannot write the .msg file: {answer['error']}")
    return MessageUnreadable(answer["error"])
