"""The process that writes an export's files, and what becomes of them when it ends."""

from __future__ import annotations

import hashlib
import os
import queue
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.export.converting import writer
from tests.export.exporting import (
    WAIT,
    Heard,
    check_against_ledger,
    export,
    export_from,
    files,
)
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.stores import store_on
from tuimail.errors import FileError
from tuimail.export.file_worker import FileStream, FileWorker
from tuimail.export.frames import Answer, Message
from tuimail.export.names import SaveFormat
from tuimail.files import Directory

ENDED = "the process that writes the files has ended before its time"
NAMES = [f"2024-01-01_0000_hello_{uid}.eml" for uid in range(3)]
MESSAGES = [Message(uid, "2024-01-01T00:00:00+00:00", "hello", ()) for uid in range(3)]


@contextmanager
def working(path: Path) -> Iterator[tuple[FileWorker, queue.SimpleQueue[Answer]]]:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    with Directory.open(path) as directory:
        worker = FileWorker(directory, SaveFormat.EML, None, answers.put)
        try:
            yield worker, answers
        finally:
            worker.close()


def write(stream: FileStream, number: int, *octets: bytes) -> None:
    stream.begin(number)
    for some in octets:
        stream.write(some)
    stream.end()


def names_of(answer: Answer) -> list[str]:
    return [one.name for one in answer.written]


def test_files_of_two_streams_that_take_turns(tmp_path: Path) -> None:
    large = os.urandom(3 << 20)
    with working(tmp_path) as (worker, answers):
        one, other = worker.open_stream("A/B", MESSAGES), worker.open_stream("C", MESSAGES)
        one.begin(0)
        other.begin(1)
        one.write(large)
        other.write(b"first, ")
        one.write(large)
        other.write(b"second")
        other.end()
        one.end()
        other.finish(7)
        answer = answers.get(timeout=WAIT)
        assert (answer.number, answer.error, names_of(answer)) == (7, None, [NAMES[1]])
        (written,) = answer.written
        assert written.sha256 == hashlib.sha256(b"first, second").hexdigest()
        assert (written.message, written.size, written.remark) == (1, 13, None)
        one.finish(8)
        assert names_of(answers.get(timeout=WAIT)) == [NAMES[0]]
        one.close()
        other.close()
    assert files(tmp_path) == {f"A/B/{NAMES[0]}": 2 * large, f"C/{NAMES[1]}": b"first, second"}


def test_what_is_dropped_or_not_finished_is_not_there(tmp_path: Path) -> None:
    with working(tmp_path) as (worker, answers):
        stream = worker.open_stream("A", MESSAGES)
        stream.begin(0)
        stream.write(b"half of it")
        stream.drop()
        write(stream, 1, b"whole")
        stream.finish(1)
        assert names_of(answers.get(timeout=WAIT)) == [NAMES[1]]
        # The same message once more, and one that is cut off by the end.
        write(stream, 0, b"whole at last")
        stream.begin(2)
        stream.write(b"half")
        stream.close()
    assert files(tmp_path) == {f"A/{NAMES[1]}": b"whole"}


def test_what_the_disk_refuses_costs_that_file_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "A" / f"{NAMES[1]}.part").mkdir(parents=True)
    with working(tmp_path) as (worker, answers):
        stream = worker.open_stream("A", MESSAGES)
        for number in range(3):
            write(stream, number, b"octets")
        stream.finish(1)
        answer = answers.get(timeout=WAIT)
        stream.close()
    assert names_of(answer) == [NAMES[0], NAMES[2]]
    assert answer.error is not None
    assert answer.error.startswith("cannot write ")


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "A").write_bytes(b"no folder")
    with working(tmp_path) as (worker, answers):
        stream = worker.open_stream("A", MESSAGES)
        write(stream, 0, b"octets")
        stream.finish(1)
        answer = answers.get(timeout=WAIT)
        stream.close()
    assert not answer.written
    assert answer.error is not None
    assert answer.error.startswith("cannot open the folder ")


def test_every_finish_is_answered_when_the_process_is_killed(tmp_path: Path) -> None:
    with working(tmp_path) as (worker, answers):
        stream = worker.open_stream("A", MESSAGES)
        os.kill(writer(), signal.SIGSTOP)
        write(stream, 0, b"octets")
        stream.finish(1)
        os.kill(writer(), signal.SIGKILL)
        assert answers.get(timeout=WAIT) == Answer(1, (), ENDED)
        stream.finish(2)
        assert answers.get(timeout=WAIT) == Answer(2, (), ENDED)
        with pytest.raises(FileError, match=ENDED):
            write(stream, 1, b"octets")
        stream.close()


def test_an_export_whose_writer_is_killed_ends_and_can_go_on(tmp_path: Path) -> None:
    def kill_once() -> None:
        heard.on_noted = lambda: None
        os.kill(writer(), signal.SIGKILL)

    # More than is asked for before the first batch is noted.
    heard = Heard(on_noted=kill_once)
    with RecordingServer(mailbox_of(1_500)) as server:
        with store_on(server.port) as store, pytest.raises(FileError, match=ENDED):
            export(store, tmp_path, heard=heard)
        assert check_against_ledger(tmp_path) == len(heard.records)
        done = export_from(server, tmp_path)
    assert done.sums == [("INBOX", 1_500, 1_500 - len(heard.records), len(heard.records), 0)]
    assert len(files(tmp_path)) == 1_500 == check_against_ledger(tmp_path)
