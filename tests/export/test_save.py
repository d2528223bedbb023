"""Saving messages from a real server."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.archive import (
    EPOCH,
    PASSWORD,
    ChangingServer,
    DroppingServer,
    EndlessServer,
    RecordingServer,
    SilentServer,
    mailbox_of,
    mailbox_with,
    plain_message,
    wait_until,
)
from tests.servers.dovecot import DovecotUser
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.server import ArchiveServer
from tuimail.errors import ConnectError, FileError, FolderChanged
from tuimail.export.message_files import SaveProgress
from tuimail.export.save import SaveReport, save_messages
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order
from tuimail.imap.session import Session
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary
from tuimail.imap.trust import Trust
from tuimail.text import MailText

WAIT = 20
INBOX = Folder(b"INBOX", MailText("INBOX"), "/", ())
ODD_MESSAGES = (
    b"Subject: bare LF\r\n\r\nwhat follows has none\nof the CR\r\n",
    b"Subject: 8bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xff\xfe\x80 \xc3\xa9\r\n",
    b"Subject: no end of line\r\n\r\nThe end",
    b"Subject: dots\r\n\r\n.\r\n..\r\n",
    b"Subject: looks like the end\r\n\r\nx)\r\nA1 OK done\r\n* 1 FETCH (UID 7)\r\n",
    b"\r\n",
    b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * 20_000,
)


@pytest.fixture
def open_store() -> Iterator[OpenStore]:
    with ExitStack() as stack:
        yield OpenStore(stack)


class OpenStore:
    """Makes stores that are closed at the end of the test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, server: ArchiveServer) -> MailStore:
        self._stack.enter_context(server)
        return self.at(Endpoint("127.0.0.1", server.port, Security.PLAIN, "demo"), PASSWORD)

    def at(self, endpoint: Endpoint, password: str) -> MailStore:
        store = MailStore(functools.partial(Session.open, endpoint, password, Trust()))
        self._stack.callback(store.close)
        return store


def list_messages(store: MailStore, folder: Folder = INBOX) -> tuple[Summary, ...]:
    return store.page(folder, 1, Order(descending=False), size=500).result(WAIT).summaries


def save(store: MailStore, summaries: Sequence[Summary], directory: Path) -> SaveReport:
    return save_messages(store, summaries, directory).result(WAIT)


def contents(directory: Path) -> set[bytes]:
    return {file.read_bytes() for file in directory.iterdir()}


def test_every_file_is_what_the_server_holds(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_with(*ODD_MESSAGES)))
    report = save(store, list_messages(store), tmp_path / "mail")
    assert report == SaveReport(len(ODD_MESSAGES), 0, (), tmp_path / "mail")
    assert report.sentence == f"Saved 7 messages in {tmp_path}/mail."
    assert contents(tmp_path / "mail") == set(ODD_MESSAGES)
    names = sorted(os.listdir(tmp_path / "mail"))
    assert names[0] == "2024-01-01_0001_bare-lf_1.eml"
    assert names[5] == "2024-01-01_0006_no-subject_6.eml"
    assert (tmp_path / "mail" / names[5]).stat().st_mtime == EPOCH.timestamp() + 360


def test_dovecot_and_no_flag_is_touched(
    open_store: OpenStore, dovecot_user: DovecotUser, tmp_path: Path
) -> None:
    messages = [plain_message(number) for number in range(1, 151)]
    dovecot_user.append(*messages, internal_date="17-Jul-2024 02:44:25 +0200")
    before = dovecot_user.flags()
    endpoint = Endpoint("127.0.0.1", dovecot_user.server.port, Security.PLAIN, dovecot_user.name)
    store = open_store.at(endpoint, dovecot_user.password)
    report = save(store, list_messages(store), tmp_path)
    assert (report.saved, report.failed) == (150, ())
    assert contents(tmp_path) == set(messages)
    assert (tmp_path / "2024-07-17_0044_message-150_150.eml").stat().st_mtime == datetime(
        2024, 7, 17, 0, 44, 25, tzinfo=UTC
    ).timestamp()
    assert dovecot_user.flags() == before


def test_a_second_time_everything_is_there(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_of(3)))
    summaries = list_messages(store)
    save(store, summaries[:2], tmp_path)
    changed = tmp_path / "2024-01-01_0002_message-2_2.eml"
    changed.write_bytes(b"edited since\n")
    report = save(store, summaries, tmp_path)
    assert report.sentence == f"Saved 2 messages in {tmp_path}; 1 already there."
    assert changed.read_bytes() == b"edited since\n"
    assert (tmp_path / "2024-01-01_0002_message-2_2~2.eml").read_bytes() == plain_message(2)
    assert len(os.listdir(tmp_path)) == 4


def test_messages_of_several_folders_and_doubles(open_store: OpenStore, tmp_path: Path) -> None:
    folders = [
        StoredFolder(name, (StoredMessage(1, functools.partial(bytes, raw), EPOCH),))
        for name, raw in (("INBOX", b"Subject: a\r\n\r\n1"), ("Sent", b"Subject: a\r\n\r\n2"))
    ]
    store = open_store(ArchiveServer(Mailbox(folders), password=PASSWORD))
    inbox, sent = (
        list_messages(store),
        list_messages(store, Folder(b"Sent", MailText("Sent"), "/", ())),
    )
    report = save(store, [*sent, *inbox, *sent], tmp_path)
    assert report.saved == 2
    assert sorted(os.listdir(tmp_path)) == [
        "2024-01-01_0000_a_1.eml",
        "2024-01-01_0000_a_1~2.eml",
    ]


def test_nothing_to_save(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_of(1)))
    assert save(store, [], tmp_path).sentence == f"Saved 0 messages in {tmp_path}."


def test_progress_grows_to_the_whole(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_of(30)))
    told: list[SaveProgress] = []
    save_messages(store, list_messages(store), tmp_path, on_progress=told.append).result(WAIT)
    octets = sum(len(plain_message(number)) for number in range(1, 31))
    assert [progress.count for progress in told] == list(range(1, 31))
    assert told[-1] == SaveProgress(30, 30, octets)


def test_a_message_that_is_gone_is_told_and_the_rest_saved(
    open_store: OpenStore, tmp_path: Path
) -> None:
    server = ChangingServer(mailbox_of(4))
    store = open_store(server)
    summaries = list_messages(store)
    server.expunge(3)
    store.look(INBOX).result(WAIT)
    report = save(store, summaries, tmp_path)
    assert report.saved == 3
    assert report.failed == ((summaries[2].identity, "the message is no longer there"),)
    assert report.sentence == (
        f"Saved 3 messages in {tmp_path}; 1 failed: the message is no longer there."
    )
    assert contents(tmp_path) == {plain_message(number) for number in (1, 2, 4)}


def test_a_lost_connection_costs_nothing(open_store: OpenStore, tmp_path: Path) -> None:
    messages = [plain_message(number) + b"x" * 20_000 for number in range(1, 61)]
    server = DroppingServer(mailbox_with(*messages), cut={2, 3})
    store = open_store(server)
    report = save(store, list_messages(store), tmp_path)
    assert (report.saved, report.already_there, report.failed) == (60, 0, ())
    assert contents(tmp_path) == set(messages)
    assert len(server.connections) >= 2


def test_a_folder_made_anew_is_one_error(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_of(2)))
    stale = [
        replace(s, identity=Identity(b"INBOX", 77, s.identity.uid)) for s in list_messages(store)
    ]
    with pytest.raises(FolderChanged):
        save(store, stale, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_disk_that_refuses_is_one_error(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store(RecordingServer(mailbox_of(3)))
    summaries = list_messages(store)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match=r"cannot open the folder .*/file: a link or a file"):
        save(store, summaries, tmp_path / "file" / "mail")
    (tmp_path / "mail" / "2024-01-01_0002_message-2_2.eml.part").mkdir(parents=True)
    with pytest.raises(FileError, match=r"cannot write .*_2\.eml\.part: something that"):
        save(store, summaries, tmp_path / "mail")
    # What had come whole is kept, and the store goes on.
    assert (tmp_path / "mail" / "2024-01-01_0001_message-1_1.eml").read_bytes() == plain_message(1)
    assert save(store, summaries, tmp_path / "other").saved == 3


class TestCancel:
    def test_in_the_middle_of_a_message(self, open_store: OpenStore, tmp_path: Path) -> None:
        server = EndlessServer(mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH")
        store = open_store(server)
        request = save_messages(store, list_messages(store), tmp_path)
        wait_until(lambda: bool(os.listdir(tmp_path)))
        assert os.listdir(tmp_path) == ["2024-01-01_0001_message-1_1.eml.part"]
        request.cancel()
        with pytest.raises(CancelledError):
            request.result(WAIT)
        assert os.listdir(tmp_path) == []

    def test_behind_a_silent_server(self, open_store: OpenStore, tmp_path: Path) -> None:
        server = SilentServer(mailbox_of(1), at=b"UID FETCH")
        store = open_store(server)
        request = save_messages(store, list_messages(store), tmp_path)
        server.wait_for(b"UID FETCH")
        request.cancel()
        with pytest.raises(CancelledError):
            request.result(WAIT)
        assert os.listdir(tmp_path) == []

    def test_when_the_store_closes(self, open_store: OpenStore, tmp_path: Path) -> None:
        server = EndlessServer(mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH")
        store = open_store(server)
        request = save_messages(store, list_messages(store), tmp_path)
        wait_until(lambda: bool(os.listdir(tmp_path)))
        store.close()
        assert request.exception(WAIT) is not None
        assert os.listdir(tmp_path) == []


def test_a_server_that_is_not_there_is_one_error(open_store: OpenStore, tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(1)) as server:
        port = server.port
    store = open_store.at(Endpoint("127.0.0.1", port, Security.PLAIN, "demo"), PASSWORD)
    summary = Summary(Identity(b"INBOX", 1, 1), 1)
    with pytest.raises(ConnectError):
        save(store, [summary], tmp_path)
