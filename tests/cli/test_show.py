"""`tuimail show`: headers, text and the exact octets of one message."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.command import Done, run, started, url
from tests.cli.conftest import Served
from tests.cli.oracle import read_folder, signed_in
from tests.servers.archive import PASSWORD, DroppingServer, RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import mailbox_of, mailbox_with
from tests.servers.terminal import Pty, environment

HOSTILE = (
    b"From: Eve \x1b[2J <eve@example.org>\r\nTo: you@example.org\r\n"
    b"Subject: =?utf-8?q?caf=C3=A9?=\r\n folded\r\nX-Odd: \xc2\x9b31m\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"first \x1b]52;c;cm0gLXJm\x07 line\r\n\tsecond\r\n"
)
MIXED = (
    b"From: Ada <ada@example.org>\r\nSubject: plans\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\nThe plans.\r\n"
    b'--cut\r\nContent-Type: application/pdf; name="plan.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--cut--\r\n"
)


def show(raw: bytes, *arguments: str) -> Done:
    with RecordingServer(mailbox_with(raw)) as server:
        return run("show", url(server.port), "INBOX", "1", *arguments)


def test_the_exact_octets_of_every_message(served: Served) -> None:
    with signed_in(served.port, served.user, served.password) as client:
        _, told = read_folder(client, "Reisen/Z&APw-rich")
    for one in told:
        account = (served.url, "Reisen/Zürich")
        by_uid = run("show", *account, str(one.uid), "--raw", password=served.password)
        assert (by_uid.status, by_uid.octets) == (0, one.raw)
    number = str(told[-1].sequence_number)
    by_number = run("show", *account, "--seq", number, "--raw", password=served.password)
    assert by_number.octets == told[-1].raw


def test_short_headers_and_text() -> None:
    done = show(HOSTILE)
    assert done.lines == [
        "Folder: INBOX, UID 1, message 1",
        "From: Eve �[2J <eve@example.org>",
        "To: you@example.org",
        "Subject: café folded",
        "",
        "first �]52;c;cm0gLXJm� line",
        "        second",
        "",
    ]
    assert (done.status, done.said) == (0, "")


def test_all_headers() -> None:
    assert show(HOSTILE, "--headers").lines == [
        "From: Eve �[2J <eve@example.org>",
        "To: you@example.org",
        "Subject: café folded",
        "X-Odd: �31m",
        "Content-Type: text/plain; charset=utf-8",
    ]


def test_text_alone() -> None:
    assert show(HOSTILE, "--text").lines[0] == "first �]52;c;cm0gLXJm� line"
    assert show(MIXED, "--text").lines == ["The plans."]


def test_attachments_are_told_of() -> None:
    assert "Attachment: plan.pdf (application/pdf, 8)" in show(MIXED).lines  # about


def test_a_message_without_text() -> None:
    picture = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
    done = show(picture, "--text")
    assert (done.status, done.octets) == (0, b"")
    assert done.said == "tuimail: this message has no text\n"


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["INBOX", "9"], 1, "there is no message with UID 9 in INBOX"),
        (["INBOX", "--seq", "9"], 1, "there is no message number 9 in INBOX"),
        (["INBOX"], 2, "which message? give its UID, or --seq and its sequence number"),
        (["INBOX", "1", "--seq", "1"], 2, "which message?"),
        (["INBOX", "1:3"], 2, "one message is shown at a time, not 1:3"),
        (["INBOX", "x"], 2, "not a set of numbers: 'x'"),
        (["Nowhere", "1"], 2, "there is no folder 'Nowhere'"),
    ],
)
def test_what_cannot_be_shown(arguments: list[str], status: int, sentence: str) -> None:
    with RecordingServer(mailbox_of(3)) as server:
        done = run("show", url(server.port), *arguments)
    assert (done.status, done.octets) == (status, b"")
    assert done.said.startswith(f"tuimail: {sentence}")
    assert done.said.count("\n") == 1


def test_the_last_message() -> None:
    with RecordingServer(mailbox_of(3)) as server:
        done = run("show", url(server.port), "INBOX", "--seq", "*", "--text")
    assert done.lines == ["Text of message 3.", ""]


def test_a_lost_connection_does_not_send_the_beginning_twice() -> None:
    raw = b"Subject: large\r\n\r\n" + b"0123456789abcde\r\n" * 40_000
    with DroppingServer(mailbox_with(raw), cut={1}) as server:
        done = run("show", url(server.port), "INBOX", "--seq", "1", "--raw")
        assert server.count(b"UID FETCH") == 2
    assert (done.status, done.octets) == (0, raw)


def test_nothing_is_marked_as_read(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(MIXED, HOSTILE)
    before = dovecot_user.flags()
    account = url(dovecot_user.server.port, dovecot_user.name)
    for arguments in ([], ["--headers"], ["--text"], ["--raw"]):
        done = run("show", account, "INBOX", "1", *arguments, password=dovecot_user.password)
        assert done.status == 0
    assert dovecot_user.flags() == before


def test_raw_octets_do_not_go_to_a_terminal(tmp_path: Path) -> None:
    with RecordingServer(mailbox_with(HOSTILE)) as server:
        command = [sys.executable, "-m", "tuimail", "show", url(server.port), "INBOX", "1", "--raw"]
        variables = environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)
        with Pty(command, variables) as terminal:
            assert terminal.wait_for_end() == 2
            assert "--raw is not for a terminal" in terminal.text
            assert b"\x1b" not in terminal.recording
        assert server.commands == []


def test_a_reader_that_has_enough() -> None:
    raw = b"Subject: large\r\n\r\n" + b"0123456789abcde\r\n" * 40_000
    with (
        RecordingServer(mailbox_with(raw)) as server,
        started("show", url(server.port), "INBOX", "1", "--raw") as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
