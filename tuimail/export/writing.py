"""The process that writes an export's files: `file_worker` starts it, and sends it frames.

Reading from the network and writing files in one process takes twice the processor time of both:
each call to the system lets go of the interpreter, and waits for it again behind the others.
"""

from __future__ import annotations

import hashlib
import os
import resource
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tuimail.errors import FileError
from tuimail.export import frames
from tuimail.export.finishing import Batch, Finishers, WholeFile, file_name, open_files
from tuimail.export.frames import HEAD, Answer, Message
from tuimail.export.names import SaveFormat
from tuimail.export.targets import Targets
from tuimail.files import Directory, PartFile

_OTHER_FILES = 100
"""Open files that are no messages that come: folders, pipes, and what a conversion writes."""


def main(arguments: Sequence[str]) -> int:
    """Write what stdin says: a folder's open descriptor, its path for sentences, and a format."""
    descriptor, path, save_format = arguments
    limit = _raise_limit()
    room = threading.Semaphore(max(limit - _OTHER_FILES, limit // 2))
    # A thread that ends by a fault would leave whoever started us waiting for its answer.
    threading.excepthook = lambda _: os._exit(1)
    top = Directory(int(descriptor), Path(path))
    with open(0, "rb", buffering=1 << 18) as said, open(1, "wb") as answers:
        writing = _Writing(top, SaveFormat(save_format), answers, room)
        if writing.follow(said):
            return 0
        # Killed: what stands half-written is stale, and goes with the next run.
        os._exit(1)


def _raise_limit() -> int:
    """Let this process have as many files open as is good for it; gives how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = open_files()
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        return limit
    return soft


class _Stream:
    """Files of one folder, one after the other."""

    def __init__(
        self,
        path: str,
        directory: Directory,
        messages: Sequence[Message],
        room: threading.Semaphore,
    ) -> None:
        self._room = room
        """For open files. Whoever has to wait for it waits for batches that are being finished,
        since those that are not have a part of it only: the pipe fills up meanwhile."""
        self.path = path
        self.directory = directory
        self._messages = messages
        self._number = 0
        self._part: PartFile | None = None
        self._size = 0
        self._hash = hashlib.sha256()
        self._whole: list[WholeFile] = []
        self._error: FileError | None = None

    def begin(self, number: int) -> None:
        """The file of this message begins."""
        self.drop()
        self._number = number
        self._size = 0
        self._hash = hashlib.sha256()
        name = file_name(self._messages[number], SaveFormat.EML)
        self._room.acquire()
        try:
            self._part = self.directory.create_part(name)
        except FileError as error:
            self._room.release()
            self._error = self._error or error

    def write(self, octets: bytes) -> None:
        """Octets of it; they go nowhere once the disk has refused some."""
        if self._part is not None:
            try:
                self._size += self._part.write(octets)
            except FileError as error:
                self._error = self._error or error
                self.drop()
            else:
                self._hash.update(octets)

    def drop(self) -> None:
        """The file is not to be."""
        if self._part is not None:
            self._part.discard()
            self._part = None
            self._room.release()

    def end(self) -> None:
        """The file is whole."""
        part, self._part = self._part, None
        if part is not None:
            message = self._messages[self._number]
            digest = self._hash.hexdigest()
            self._whole.append(WholeFile(self._number, message, part, self._size, digest))

    def take_whole(self) -> tuple[list[WholeFile], FileError | None]:
        """What became whole since it was last asked for, and what went wrong."""
        whole, self._whole = self._whole, []
        error, self._error = self._error, None
        return whole, error

    def close(self) -> None:
        """Remove what nobody is to have."""
        self.drop()
        for one in self._whole:
            one.part.discard()
            self._room.release()


class _Writing:
    """Follows the frames; `answers` gets a line for each FINISH."""

    def __init__(
        self,
        top: Directory,
        save_format: SaveFormat,
        answers: BinaryIO,
        room: threading.Semaphore,
    ) -> None:
        self._room = room
        self._targets = Targets(top)
        self._answers = answers
        self._answering = threading.Lock()
        self._streams: dict[int, _Stream | FileError] = {}
        """Or why the folder of one cannot be opened."""
        self._finishers = Finishers(save_format, self._end_batch)

    def follow(self, said: BinaryIO) -> bool:
        """Until the other end has said all; False when it was killed instead."""
        while len(head := said.read(HEAD.size)) == HEAD.size:
            what, number, more = HEAD.unpack(head)
            if what == frames.OPEN:
                self._streams[number] = self._open(said.read(more))
                continue
            if what == frames.STOP:
                self._finishers.stop_converting()
                continue
            if what == frames.BYE:
                self._finishers.wait()
                return True
            octets = said.read(more) if what == frames.DATA else b""
            stream = self._streams[number]
            if what == frames.CLOSE:
                del self._streams[number]
            if isinstance(stream, FileError):
                if what == frames.FINISH:
                    self._answer(Answer(more, (), str(stream)))
            elif what == frames.DATA:
                stream.write(octets)
            elif what == frames.BEGIN:
                stream.begin(more)
            elif what == frames.END:
                stream.end()
            elif what == frames.DROP:
                stream.drop()
            elif what == frames.FINISH:
                self._finish(stream, more)
            else:
                stream.close()
                self._targets.release(stream.path)
        # A conversion would go on for as long as its message takes.
        self._finishers.stop_converting()
        return False

    def _open(self, said: bytes) -> _Stream | FileError:
        path, messages = frames.read_opening(said)
        try:
            return _Stream(path, self._targets.open(path), messages, self._room)
        except FileError as error:
            return error

    def _finish(self, stream: _Stream, number: int) -> None:
        whole, error = stream.take_whole()
        # Held for the batch, which may outlive the stream.
        directory = self._targets.open(stream.path)
        self._finishers.put(Batch(number, stream.path, directory, whole, error))

    def _end_batch(self, batch: Batch, answer: Answer) -> None:
        for _ in batch.whole:
            self._room.release()
        self._targets.release(batch.path)
        self._answer(answer)

    def _answer(self, answer: Answer) -> None:
        with self._answering:
            self._answers.write(frames.answer_line(answer))
            self._answers.flush()
