"""Raw messages that become .msg files by way of the worker; the test is the server."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.export.converting import converter
from tuimail.errors import FileError, MessageUnreadable
from tuimail.export.msg_files import MsgFiles
from tuimail.export.msg_worker import MsgWorker
from tuimail.files import Directory
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary
from tuimail.msg.mapi import PidTag
from tuimail.msg.reader import ReadMessage, read_msg
from tuimail.text import MailText

RECEIVED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
RAW = b"Subject: hello\r\nDate: Fri, 20 Nov 2026 09:13:00 +0000\r\n\r\nHow are you?\r\n"


def summary(uid: int, *flags: str) -> Summary:
    identity = Identity(b"INBOX", 1, uid)
    return Summary(
        identity, uid, internal_date=RECEIVED, subject=MailText(f"Letter {uid}"), flags=flags
    )


@contextmanager
def receiving(folder: Path, *summaries: Summary) -> Iterator[MsgFiles]:
    with (
        Directory.open(folder) as directory,
        MsgFiles(directory, summaries, lambda _: None) as files,
    ):
        yield files


def send(files: MsgFiles, uid: int, raw: bytes = RAW) -> None:
    identity = Identity(b"INBOX", 1, uid)
    files.begin(identity, len(raw)).write(raw)
    files.end(identity)


def read(path: Path) -> ReadMessage:
    with path.open("rb") as file:
        return read_msg(file)


def test_messages_become_msg_files(tmp_path: Path) -> None:
    flags = {1: ("\\Seen", "Tax"), 2: (), 3: ("\\Flagged", "$Forwarded")}
    with receiving(tmp_path, *(summary(uid, *flags[uid]) for uid in flags)) as files:
        for uid in flags:
            send(files, uid)
        files.finish()
    assert sorted(os.listdir(tmp_path)) == [
        f"2026-11-20_0914_letter-{uid}_{uid}.msg" for uid in flags
    ]
    assert (files.saved, files.failed, files.remarks) == (3, (), ())
    messages = [read(path) for path in sorted(tmp_path.iterdir())]
    assert [message.properties[PidTag.SUBJECT] for message in messages] == ["hello"] * 3
    assert [message.properties[PidTag.MESSAGE_FLAGS] for message in messages] == [1, 0, 0]
    assert messages[0].properties[PidTag.MESSAGE_DELIVERY_TIME] == RECEIVED
    assert next(iter(messages[0].names.values()))[1] == "Keywords"
    assert ("Tax",) in messages[0].properties.values()
    assert messages[2].properties[PidTag.FLAG_STATUS] == 2
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.stat().st_mtime == RECEIVED.timestamp()


def test_what_cannot_be_converted_is_saved_as_eml(tmp_path: Path) -> None:
    large = RAW + b"x" * 200_000
    with receiving(tmp_path, summary(1), summary(2)) as files:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        identity = Identity(b"INBOX", 1, 1)
        files.begin(identity, len(large)).write(large)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
            files.end(identity)  # the worker is started with this limit
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        send(files, 2)
        files.finish()
    first, second = sorted(tmp_path.iterdir())
    assert first.name == "2026-11-20_0914_letter-1_1.eml"
    assert first.read_bytes() == large
    assert second.suffix == ".msg"
    assert files.saved == 2
    assert files.remarks == ((identity, "saved as EML: File too large"),)


def test_a_remark_says_what_the_format_could_not_keep(tmp_path: Path) -> None:
    with receiving(tmp_path, summary(1)) as files:
        send(files, 1, b"Date: tomorrow\r\n\r\ntext\r\n")
        files.finish()
    ((_, clause),) = files.remarks
    assert clause == "the Date field cannot be read: tomorrow"


def test_what_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with receiving(tmp_path, summary(1), summary(2)) as files:
        send(files, 1)
        send(files, 2)
    assert os.listdir(tmp_path) == []


def test_a_worker_that_dies_costs_one_message(tmp_path: Path) -> None:
    with receiving(tmp_path, *map(summary, range(1, 5))) as files:
        send(files, 1)
        send(files, 2)  # the first one has been converted
        os.kill(converter(), signal.SIGSTOP)
        os.kill(converter(), signal.SIGKILL)
        send(files, 3)
        send(files, 4)
        files.finish()
    suffixes = [path.suffix for path in sorted(tmp_path.iterdir())]
    assert suffixes.count(".msg") == 3
    assert files.saved == 4
    ((_, clause),) = files.remarks
    assert clause == "saved as EML: its conversion to MSG did not come to an end"


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(RAW)
    worker = MsgWorker(patience=0.2)
    worker.send(tmp_path / "a.eml", tmp_path / "a.msg", None, ())
    hanging = converter()
    os.kill(hanging, signal.SIGSTOP)
    with pytest.raises(MessageUnreadable, match="did not come to an end"):
        worker.receive()
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)
    worker.close()


def test_whoever_stops_waits_for_no_conversion(tmp_path: Path) -> None:
    def send_the_rest() -> None:
        with suppress(FileError):
            send(files, 2)
            send(files, 3)

    with receiving(tmp_path, *map(summary, range(1, 4))) as files:
        send(files, 1)
        # It may have converted the first by now: then it hangs at the second, else at the first.
        os.kill(converter(), signal.SIGSTOP)
        waiting = threading.Thread(target=send_the_rest)
        waiting.start()
        files.stop()
        waiting.join(20)
        assert not waiting.is_alive()
        files.finish()
    assert {path.suffix for path in tmp_path.iterdir()} <= {".msg"}


def test_a_worker_answers_for_each_file(tmp_path: Path) -> None:
    worker = MsgWorker()
    (tmp_path / "a.eml").write_bytes(RAW)
    worker.send(tmp_path / "a.eml", tmp_path / "a.msg", None, ())
    assert worker.receive().size == (tmp_path / "a.msg").stat().st_size
    worker.send(tmp_path / "none.eml", tmp_path / "b.msg", RECEIVED, ("\\Seen",))
    with pytest.raises(MessageUnreadable, match="No such file"):
        worker.receive()
    (tmp_path / "link.msg").symlink_to(tmp_path / "elsewhere")
    worker.send(tmp_path / "a.eml", tmp_path / "link.msg", None, ())
    with pytest.raises(MessageUnreadable, match="symbolic links"):
        worker.receive()
    assert not (tmp_path / "elsewhere").exists()
    worker.close()
    with pytest.raises(FileError, match="was stopped"):
        worker.send(tmp_path / "a.eml", tmp_path / "c.msg", None, ())


def test_a_full_disk_is_not_the_messages_fault(tmp_path: Path) -> None:
    worker = MsgWorker()
    (tmp_path / "a.eml").write_bytes(RAW)
    worker.send(tmp_path / "a.eml", Path("/dev/full"), None, ())
    with pytest.raises(FileError, match="No space left on device"):
        worker.receive()
    worker.close()
