"""What `tuimail export` tells of messages that are not as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Done, run, url
from tests.servers.archive import RecordingServer, mailbox_of, mailbox_with, plain_message
from tests.servers.faulty import Fault, FaultyServer


def export(server: RecordingServer, path: Path, *arguments: str) -> Done:
    return run("export", url(server.port), "--to", str(path), *arguments)


def test_a_message_that_was_cut_off_is_told(tmp_path: Path) -> None:
    with FaultyServer(mailbox_of(5), faults={3: Fault.SHORT}) as server:
        done = export(server, tmp_path)
        again = run("verify", str(tmp_path), url(server.port))
    size = len(plain_message(3))
    told = f"INBOX, UID 3: saved, but the server told of {size} octets and sent 5\n"
    assert told in done.said
    assert "INBOX: server 5 = saved 5 + skipped 0 + failed 0\n" in done.said
    assert done.status == 1
    assert again.status == 1
    assert [line.split()[0] for line in again.lines[1:]] == ["short"]


def test_a_server_that_guesses_at_sizes_is_told_once(tmp_path: Path) -> None:
    faults = dict.fromkeys(range(1, 31), Fault.GUESSED)
    with FaultyServer(mailbox_of(40), faults=faults) as server:
        done = export(server, tmp_path, "--connections", "1")
    told = "30 messages came shorter than the server told of: it seems to guess at sizes"
    assert (done.said.count("shorter"), done.status) == (1, 0)
    assert told in done.said
    again = run("verify", str(tmp_path))
    assert (again.status, again.text) == (0, "")
    assert told in again.said


def test_many_messages_that_were_cut_off_are_no_guess(tmp_path: Path) -> None:
    faults = dict.fromkeys(range(1, 31), Fault.SHORT)
    with FaultyServer(mailbox_of(40), faults=faults) as server:
        done = export(server, tmp_path, "--connections", "1")
    assert done.status == 1
    assert "it seems to guess" not in done.said
    again = run("verify", str(tmp_path))
    assert (again.status, len(again.lines) - 1) == (1, 30)


def test_what_msg_could_not_keep_is_told(tmp_path: Path) -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(900)
    )
    messages = [plain_message(1), b"Subject: deep\r\n" + nested + b"\r\nend\r\n"]
    with RecordingServer(mailbox_with(*messages)) as server:
        done = export(server, tmp_path, "--format", "msg")
    (line,) = [line for line in done.said.splitlines() if "UID 2" in line]
    assert line.startswith("tuimail: INBOX, UID 2: ")
    assert done.status == 0


@pytest.mark.parametrize(
    ("uids", "told"), [((2, 3, 4, 9), "2:4,9"), (tuple(range(1, 101, 2)), "1,3,5,7,9,11,")]
)
def test_one_sentence_of_several_messages_is_told_once(
    tmp_path: Path, uids: tuple[int, ...], told: str
) -> None:
    with FaultyServer(mailbox_of(100), faults=dict.fromkeys(uids, Fault.REFUSED)) as server:
        done = export(server, tmp_path)
    (line,) = [line for line in done.said.splitlines() if "INBOX, UID" in line]
    assert line.startswith(f"tuimail: INBOX, UID {told}")
    assert "Internal error occurred" in line
    assert len(line) < 200
