"""Processes that make lines of JSON of FETCH responses, seen from the one that fetches them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from tuimail.cli.line_process import read_frame, send_frame
from tuimail.cli.message_lines import Lines, Order
from tuimail.errors import TuimailError

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

# -P: no module is taken from the folder that the user happens to be in; ours is named instead.
_PROGRAM = (
    "import sys; sys.path.append(sys.argv.pop()); from tuimail.cli.line_process import main; main()"
)
_COMMAND = (sys.executable, "-P", "-c", _PROGRAM, str(Path(__file__).parents[2]))
_MOST = 4
"""Processes; one thread that reads a connection keeps no more of them busy."""

Block = Sequence["Response"]


class LineWorkers:
    """As many as there are processors; they end with the block of `with`.

    Decoding takes three quarters of the time that a line takes, and Python's threads would do it
    one at a time. The processes have no terminal, and end with their stdin: at once, where that
    ends because this process was killed.
    """

    def __init__(self, order: Order, count: int | None = None) -> None:
        """Raises TuimailError."""
        self._blocks: SimpleQueue[tuple[Block, Future[Lines]] | None] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for _ in range(count or min(_MOST, os.cpu_count() or 1)):
                self._processes.append(
                    subprocess.Popen(
                        _COMMAND,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        start_new_session=True,  # Ctrl-C is for the program with the terminal
                    )
                )
        except OSError as error:
            self.close()
            raise TuimailError(f"cannot start reading the answers: {error.strerror}") from error
        for process in self._processes:
            threading.Thread(
                target=self._work, args=(process, order), name="tuimail-lines", daemon=True
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
            while waiting and (waiting[0].done() or len(waiting) > len(self._processes)):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self) -> None:
        """End them at once."""
        for process in self._processes:
            self._blocks.put(None)
            process.kill()
            process.wait()

    def _work(self, process: subprocess.Popen[bytes], order: Order) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdout, suppress(OSError), process.stdin:
            with suppress(OSError):  # the first block hears of it
                send_frame(process.stdin, tuple(order))
            while (work := self._blocks.get()) is not None:
                block, answer = work
                try:
                    send_frame(process.stdin, block)
                    told = Lines(*read_frame(process.stdout))
                except (OSError, EOFError):
                    answer.set_exception(
                        TuimailError("a process that reads the answers has ended before its time")
                    )
                else:
                    answer.set_result(told)
                del work, block, answer
