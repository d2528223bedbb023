"""Processes that make lines of FETCH responses, seen from the one that fetches them."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from tuimail.child_process import Child, child_command, start_child
from tuimail.cli.line_process import read_frame, send_frame
from tuimail.cli.line_writing import LineOrder, Lines
from tuimail.errors import TuimailError

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

_COMMAND = child_command("tuimail.cli.line_process")
_MOST = 4
"""Processes; one thread that reads a connection keeps no more of them busy."""

Block = Sequence["Response"]


class LineWorkers:
    """As many as there are processors; they end with the block of `with`.

    Decoding takes three quarters of the time that a line takes, and Python's threads would do it
    one at a time.
    """

    def __init__(self, order: LineOrder, count: int | None = None) -> None:
        """Raises TuimailError."""
        self._blocks: SimpleQueue[tuple[Block, Future[Lines]] | None] = SimpleQueue()
        self._children: list[Child] = []
        try:
            for _ in range(count or min(_MOST, os.cpu_count() or 1)):
                self._children.append(start_child(_COMMAND))
        except OSError as error:
            self.close()
            raise TuimailError(f"cannot start reading the answers: {error.strerror}") from error
        for child in self._children:
            threading.Thread(
                target=self._work, args=(child, order), name="tuimail-lines", daemon=True
            ).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def write(self, blocks: Iterable[Block]) -> Iterator[Lines]:
        """The lines of each block, in their order; one more block than there are processes is
        under way, so memory stays flat.

        Raises TuimailError when a process has ended before its time.
        """
        waiting: deque[Future[Lines]] = deque()
        for block in blocks:
            future: Future[Lines] = Future()
            waiting.append(future)
            self._blocks.put((block, future))
            while waiting and (waiting[0].done() or len(waiting) > len(self._children)):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        """End them at once."""
        for child in self._children:
            self._blocks.put(None)
            child.process.kill()
            child.process.wait()

    def _work(self, child: Child, order: LineOrder) -> None:
        with child.stdout, suppress(OSError), child.stdin:
            with suppress(OSError):  # the first block hears of it
                send_frame(child.stdin, tuple(order))
            while (work := self._blocks.get()) is not None:
                block, answer = work
                try:
                    send_frame(child.stdin, block)
                    told = Lines(*read_frame(child.stdout))
                except (OSError, EOFError):
                    answer.set_exception(
                        TuimailError("a process that reads the answers has ended before its time")
                    )
                else:
                    answer.set_result(told)
                del work, block, answer
