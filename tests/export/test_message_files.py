"""Raw messages that become files; the test is the server."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tuimail.errors import FileError, MessageGone, MessageUnreadable
from tuimail.export.file_batch import MOST_FILES
from tuimail.export.message_files import MessageFiles, SaveProgress
from tuimail.files import Directory
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary
from tuimail.text import MailText

RECEIVED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
RAW = b"Subject: hello\r\n\r\nNothing is changed: \x00\xff\r.\n"


def summary(uid: int, subject: str = "Hello") -> Summary:
    identity = Identity(b"INBOX", 1, uid)
    return Summary(identity, uid, internal_date=RECEIVED, subject=MailText(subject))


@contextmanager
def receiving(
    folder: Path, uids: range | list[int], progress: list[SaveProgress] | None = None
) -> Iterator[MessageFiles]:
    told: list[SaveProgress] = [] if progress is None else progress
    summaries = [summary(uid) for uid in uids]
    with (
        Directory.open(folder) as directory,
        MessageFiles(directory, summaries, told.append) as files,
    ):
        yield files


def send(files: MessageFiles, uid: int, raw: bytes = RAW) -> None:
    identity = Identity(b"INBOX", 1, uid)
    sink = files.begin(identity, len(raw))
    for start in range(0, len(raw), 10):
        sink.write(memoryview(raw)[start : start + 10])
    files.end(identity)


def test_a_file_holds_what_came_and_carries_its_date(tmp_path: Path) -> None:
    with receiving(tmp_path, [12]) as files:
        send(files, 12)
        files.finish()
    (file,) = tmp_path.iterdir()
    assert file.name == "2026-11-20_0914_hello_12.eml"
    assert file.read_bytes() == RAW
    assert file.stat().st_mtime == RECEIVED.timestamp()
    assert (files.saved, files.already_there, files.failed) == (1, 0, ())


def test_what_is_there_is_told_from_what_is_another_message(tmp_path: Path) -> None:
    with receiving(tmp_path, [1, 2]) as files:
        send(files, 1)
        send(files, 2)
        files.finish()
    with receiving(tmp_path, [1, 2, 3]) as files:
        send(files, 1)
        send(files, 2, b"another message under the same number\r\n")
        send(files, 3)
        files.finish()
    assert (files.saved, files.already_there) == (2, 1)
    assert sorted(os.listdir(tmp_path)) == [
        "2026-11-20_0914_hello_1.eml",
        "2026-11-20_0914_hello_2.eml",
        "2026-11-20_0914_hello_2~2.eml",
        "2026-11-20_0914_hello_3.eml",
    ]


def test_a_failure_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    gone, cut, silent = (Identity(b"INBOX", 1, uid) for uid in (1, 2, 4))
    progress: list[SaveProgress] = []
    with receiving(tmp_path, [1, 2, 3, 4], progress) as files:
        files.fail(gone, MessageGone("the message is no longer there"))
        files.begin(cut, 100).write(b"half")
        files.fail(cut, MessageUnreadable("the message was cut off"))
        send(files, 3)
        files.finish()
    assert files.failed == (
        (gone, "the message is no longer there"),
        (cut, "the message was cut off"),
        (silent, "the server did not send it"),
    )
    assert os.listdir(tmp_path) == ["2026-11-20_0914_hello_3.eml"]
    assert progress == [
        SaveProgress(1, 4, 0),
        SaveProgress(2, 4, 0),
        SaveProgress(3, 4, len(RAW)),
    ]


def test_what_was_cut_off_may_come_on_the_next_connection(tmp_path: Path) -> None:
    progress: list[SaveProgress] = []
    with receiving(tmp_path, [5, 6], progress) as files:
        files.begin(Identity(b"INBOX", 1, 5), len(RAW)).write(RAW[:7])
        files.fail(Identity(b"INBOX", 1, 5), MessageUnreadable("the message was cut off"))
        send(files, 5)
        files.finish()
    assert files.saved == 1
    assert [done.count for done in progress] == [1, 1]
    assert (tmp_path / "2026-11-20_0914_hello_5.eml").read_bytes() == RAW


def test_files_have_their_names_a_batch_at_a_time(tmp_path: Path) -> None:
    with receiving(tmp_path, range(1, 100)) as files:
        for uid in range(1, MOST_FILES):
            send(files, uid)
        assert not list(tmp_path.glob("*.eml"))
        send(files, MOST_FILES)
        assert len(list(tmp_path.glob("*.eml"))) == MOST_FILES == files.saved


def test_large_messages_make_a_batch_early(tmp_path: Path) -> None:
    with receiving(tmp_path, [1, 2]) as files:
        send(files, 1)
        identity = Identity(b"INBOX", 1, 2)
        files.begin(identity, 9 << 20).write(bytes(9 << 20))
        files.end(identity)
        assert len(list(tmp_path.glob("*.eml"))) == 2


def test_closing_in_the_middle_leaves_no_part_and_stops_the_sender(tmp_path: Path) -> None:
    with receiving(tmp_path, [1, 2, 3]) as files:
        send(files, 1)
        sink = files.begin(Identity(b"INBOX", 1, 2), 100)
        sink.write(b"half")
    assert os.listdir(tmp_path) == []
    with pytest.raises(CancelledError):
        sink.write(b"rest")
    with pytest.raises(CancelledError):
        files.end(Identity(b"INBOX", 1, 2))
    with pytest.raises(CancelledError):
        files.begin(Identity(b"INBOX", 1, 3), 100)
    files.fail(Identity(b"INBOX", 1, 2), MessageUnreadable("the message was cut off"))
    assert os.listdir(tmp_path) == []


def test_a_disk_that_takes_no_more_is_one_error_and_no_stub(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with receiving(tmp_path, [1, 2]) as files:
        send(files, 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            with pytest.raises(
                FileError, match=r"cannot write .*_2\.eml: the file would be larger"
            ):
                send(files, 2, bytes(1001))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(tmp_path) == []


def test_a_batch_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    # A second fdatasync may succeed although the octets were lost with the first.
    with receiving(tmp_path, [1, 2, 3]) as files:
        for uid in (1, 2, 3):
            send(files, uid)
        (tmp_path / "2026-11-20_0914_hello_2.eml.part").unlink()
        with pytest.raises(FileError, match=r"cannot write .*_2\.eml: it does not exist"):
            files.finish()
        files.finish()
    assert sorted(os.listdir(tmp_path)) == [
        "2026-11-20_0914_hello_1.eml",
        "2026-11-20_0914_hello_3.eml",
    ]
    assert files.saved == 2


SAVE_SOME = """
import pathlib, sys
from tuimail.errors import FileError
from tuimail.export.message_files import MessageFiles
from tuimail.files import Directory
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary

summaries = [Summary(Identity(b"INBOX", 1, uid), uid) for uid in range(1, int(sys.argv[2]) + 1)]
with (
    Directory.open(pathlib.Path(sys.argv[1])) as directory,
    MessageFiles(directory, summaries, lambda _: None) as files,
):
    for summary in summaries:
        files.begin(summary.identity, 1).write(b"x")
        files.end(summary.identity)
    try:
        files.finish()
    except FileError as error:
        print(error)
    print(files.saved)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def save_traced(folder: Path, count: int, *options: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """What the program said, and its calls that bring files to the disk or name them."""
    trace = folder.parent / "trace"
    calls = "trace=fdatasync,fsync,rename,renameat,renameat2,linkat,unlinkat"
    command = ["strace", "-f", "-y", "-e", calls, *options, "-o", str(trace)]
    program = [sys.executable, "-c", SAVE_SOME, str(folder), str(count)]
    done = subprocess.run([*command, *program], check=True, capture_output=True, text=True)
    seen = [
        (re.findall(r"(\w+)\(", line)[0], re.findall(r"_(\d)\.eml", line))
        for line in trace.read_text().splitlines()
        if str(folder) in line
    ]
    return done.stdout, seen


@pytest.mark.usefixtures("strace")
def test_octets_reach_the_disk_before_names_and_names_before_the_batch_ends(folder: Path) -> None:
    said, seen = save_traced(folder, 2)
    assert said == "2\n"
    assert seen == [
        ("fdatasync", ["1"]),
        ("fdatasync", ["2"]),
        ("renameat2", ["1", "1"]),
        ("renameat2", ["2", "2"]),
        ("fsync", []),
    ]


@pytest.mark.usefixtures("strace")
def test_what_reached_a_full_disk_is_kept(folder: Path) -> None:
    full = ("-e", "inject=fdatasync:error=ENOSPC:when=3+2")
    said, seen = save_traced(folder, 5, *full)
    assert said == f"cannot write {folder}/undated_no-subject_3.eml: the disk is full\n3\n"
    assert sorted(os.listdir(folder)) == [f"undated_no-subject_{n}.eml" for n in (1, 2, 4)]
    assert seen[-3:] == [("fsync", []), ("unlinkat", ["3"]), ("unlinkat", ["5"])]
