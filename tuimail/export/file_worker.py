"""The process that writes an export's files, seen from the one that fetches them."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from tuimail.child_process import Child, child_command, start_child
from tuimail.errors import FileError
from tuimail.export import frames
from tuimail.export.frames import HEAD, Answer, Message
from tuimail.export.names import SaveFormat
from tuimail.files import Directory

_COMMAND = child_command("tuimail.export.writing")
_PIPE = 1 << 20
"""Octets that a pipe holds where the system lets it: fetching and writing take turns less often."""
_ENDED = "the process that writes the files has ended before its time"


class FileWorker:
    """Starts it, sends it what comes, and hands its answers on. Any thread may use it.

    It has no terminal, and ends with its stdin: at once, where that ends because this process was
    killed. It keeps the export locked until then.
    """

    def __init__(
        self,
        directory: Directory,
        save_format: SaveFormat,
        lock: int | None,
        on_answer: Callable[[Answer], None],
    ) -> None:
        """`on_answer` is called on a thread of its own, once for each `finish`.

        `lock` is the descriptor whose lock the process is to share. Raises FileError.
        """
        self._on_answer = on_answer
        self._directory = directory
        self._format = save_format
        self._shared = lock
        self._sending = threading.Lock()
        self._streams = 0
        self._unanswered: set[int] = set()
        self._has_ended = False
        self._answering = threading.Lock()
        """For these two; not the one of the pipe, which may be full until answers are taken."""
        self._child: Child | None = None
        self._listener: threading.Thread | None = None
        self._pipe = -1

    def open_stream(self, path: str, messages: Sequence[Message]) -> FileStream:
        """For files of these messages in one folder; one thread opens all streams.

        Raises FileError.
        """
        if self._child is None:
            self._start()
        self._streams += 1
        self.send(frames.open_frame(self._streams, path, messages))
        return FileStream(self, self._streams)

    def finish(self, stream: int, number: int, before: bytes) -> None:
        """Have what is whole finished, once it has got the frames `before`; never raises.

        When the process has ended, the answer says so.
        """
        with self._answering:
            self._unanswered.add(number)
        with suppress(FileError):
            self.send(before + HEAD.pack(frames.FINISH, stream, number))
            return
        self._answer(Answer(number, (), _ENDED))

    def send(self, head: bytes, octets: bytes | memoryview = b"") -> None:
        """Frames, and the octets of the last one. Raises FileError."""
        if self._has_ended:  # its answers may end a moment before its pipe does
            raise FileError(_ENDED)
        left = [memoryview(head), memoryview(octets)]
        try:
            with self._sending:
                while left:
                    written = os.writev(self._pipe, left)
                    while left and written >= len(left[0]):
                        written -= len(left.pop(0))
                    if left:
                        left[0] = left[0][written:]
        except OSError as error:
            raise FileError(_ENDED) from error

    def stop_converting(self) -> None:
        """Nobody waits any longer: what is not converted to MSG is not to be."""
        with suppress(FileError):
            self.send(HEAD.pack(frames.STOP, 0, 0))

    def close(self) -> None:
        """End it, when all streams are closed; waits for it."""
        with suppress(FileError):
            self.send(HEAD.pack(frames.BYE, 0, 0))
        if self._child is not None and self._listener is not None:
            with self._sending:
                self._pipe = -1  # the number may soon be that of another file
                self._child.stdin.close()
            self._listener.join()
            self._child.process.wait()

    def _start(self) -> None:
        shared = [self._directory.descriptor, *([] if self._shared is None else [self._shared])]
        place = (str(self._directory.descriptor), str(self._directory.path), self._format.value)
        try:
            self._child = start_child((*_COMMAND, *place), shared=shared)
        except OSError as error:
            raise FileError(f"cannot start writing files: {error.strerror}") from error
        self._pipe = self._child.stdin.fileno()
        with suppress(OSError, AttributeError):  # macOS has no such call
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        self._listener = threading.Thread(
            target=self._listen, args=(self._child.stdout,), name="tuimail-write", daemon=True
        )
        self._listener.start()

    def _listen(self, answers: IO[bytes]) -> None:
        with answers:
            for line in answers:
                with suppress(ValueError):  # the end of a killed one's
                    self._answer(frames.read_answer(line))
        with self._answering:
            self._has_ended = True
            left = tuple(self._unanswered)
        for number in left:
            self._answer(Answer(number, (), _ENDED))

    def _answer(self, answer: Answer) -> None:
        with self._answering:
            is_new = answer.number in self._unanswered
            self._unanswered.discard(answer.number)
        if is_new:
            self._on_answer(answer)


class FileStream:
    """The files of one folder's messages, one after the other; one thread at a time may use it.

    What the disk refuses is told by the answer to `finish`. Every method but `finish` and `close`
    raises FileError when the process has ended.
    """

    def __init__(self, worker: FileWorker, number: int) -> None:
        self._worker = worker
        self._number = number
        self._ahead = b""
        """Frames that go with the next octets: each write wakes the other process."""

    def begin(self, message: int) -> None:
        """The file of a message begins: which of the stream's, from 0."""
        self._ahead += HEAD.pack(frames.BEGIN, self._number, message)

    def write(self, octets: bytes | memoryview) -> None:
        """Octets of that file."""
        ahead, self._ahead = self._ahead, b""
        head = ahead + HEAD.pack(frames.DATA, self._number, len(octets))
        self._worker.send(head, octets)

    def end(self) -> None:
        """That file is whole."""
        self._ahead += HEAD.pack(frames.END, self._number, 0)

    def drop(self) -> None:
        """That file is not to be."""
        self._ahead += HEAD.pack(frames.DROP, self._number, 0)

    def finish(self, number: int) -> None:
        """What is whole is to be finished, and the answer to bear this number."""
        ahead, self._ahead = self._ahead, b""
        self._worker.finish(self._number, number, ahead)

    def close(self) -> None:
        """No more files; what is not finished is not to be."""
        with suppress(FileError):
            self._worker.send(self._ahead + HEAD.pack(frames.CLOSE, self._number, 0))
