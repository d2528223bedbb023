"""How commands end: errors in one sentence, closed pipes, Ctrl-C, full disks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import environment, run, started, url
from tests.servers.archive import PASSWORD, RecordingServer, StallingServer
from tests.servers.dovecot import Dovecot
from tests.servers.mailboxes import mailbox_of, mailbox_with
from tests.servers.terminal import Pty
from tests.servers.terminal import environment as terminal_environment
from tuimail.archive.mailbox import Mailbox, StoredFolder

COMMANDS = {
    "folders": (),
    "list": ("--json",),
    "attachments": (),
    "show": ("INBOX", "1"),
    "unsubscribe": (),
    "doctor": (),
}


@pytest.fixture
def small_server() -> Iterator[RecordingServer]:
    folders = tuple(StoredFolder(name) for name in ("INBOX", "Archive", "Archive/2024", "Drafts"))
    with RecordingServer(Mailbox(folders)) as server:
        yield server


@pytest.mark.parametrize("command", COMMANDS)
def test_a_refused_password(small_server: RecordingServer, command: str) -> None:
    done = run(command, url(small_server.port), *COMMANDS[command], password="wr0ng-secret")
    assert (done.status, done.octets) == (3, b"")
    assert done.said == ("tuimail: 127.0.0.1 refused to sign in demo: Authentication failed.\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_listens(command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = run(command, url(port), *COMMANDS[command])
    assert (done.status, done.octets) == (3, b"")
    assert done.said == f"tuimail: cannot connect to 127.0.0.1:{port}: connection refused\n"


def test_an_unknown_host() -> None:
    done = run("list", "imaps://ada@no-such-host.invalid")
    assert done.status == 3
    assert done.said.startswith("tuimail: ")
    assert "no-such-host.invalid" in done.said
    assert done.said.count("\n") == 1


def test_a_certificate_that_is_not_trusted(dovecot: Dovecot) -> None:
    account = f"imaps://ada@localhost:{dovecot.tls_port}"
    done = run("list", account)
    assert done.status == 3
    assert done.said.startswith(
        f"tuimail: the certificate of localhost:{dovecot.tls_port} is not to be trusted"
    )
    assert run("list", account, "--ca-file", str(dovecot.certificate)).status == 0
    pinned = run("list", account, "--fingerprint", "00" * 32)
    assert pinned.status == 3
    assert "is not the pinned one" in pinned.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "Archve"], "there is no folder 'Archve'; is it Archive"),
        (["list", "--seq", "1;2"], "not a set of numbers: '1;2'; write it as 1:20,35,40:*"),
        (["list", "--uid", "0"], "numbers of messages go from 1 to 4294967295, not 0"),
        (["list", "--search", ""], "there is nothing to look for\n\n^"),
        (
            ["list", "--search", "from:ada since:soon"],
            "write a day as 2024-12-31\nfrom:ada since:soon\n               ^",
        ),
        (
            ["list", "--search", 'subject:"tax'],
            'this quotation mark is never closed\nsubject:"tax\n        ^',
        ),
        (["list", "--header", "X Y"], "'X Y' is not the name of a header field"),
        (["list", "--header", "X:"], "'X:' is not the name of a header field"),
        *(
            (
                ["list", "--item", item],
                "only plain FETCH items can be asked for, such as X-GM-MSGID, not",
            )
            for item in ("BODY[]", "RFC822", "rfc822.text", "BINARY", "X) (Y", "X\r\nY", "")
        ),
        (["list", "Archive", "--all"], "--all is every folder; name none beside it"),
        (["show", "Archive"], "which message? give its UID, or --seq and its sequence number"),
    ],
)
def test_wrong_usage(small_server: RecordingServer, arguments: list[str], said: str) -> None:
    command, *rest = arguments
    done = run(command, url(small_server.port), *rest)
    assert (done.status, done.octets) == (2, b"")
    assert done.said.startswith(f"tuimail: {said}")
    assert not any(b"FETCH" in command for command in small_server.commands)


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "URL", "--seq", "1", "--uid", "2"],
        ["list", "URL", "--recursive", "--all"],
        ["list", "URL", "--sort", "colour"],
        ["list", "URL", "--page", "0"],
        ["list", "URL", "--page-size", "-1"],
        ["show", "URL"],
        ["show", "URL", "INBOX", "1", "--raw", "--text"],
        ["folders", "URL", "INBOX"],
        ["frobnicate", "URL"],
    ],
)
def test_what_the_parser_refuses(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.status, done.octets) == (2, b"")
    assert done.said.startswith("usage: tuimail")


@pytest.mark.parametrize(
    ("command", "first"),
    [
        *(("list", b"FETCH"), ("show", b"FETCH"), ("doctor", b"FETCH")),
        *(("attachments", b"UID FETCH"), ("unsubscribe", b"UID FETCH")),
    ],
)
def test_ctrl_c(command: str, first: bytes) -> None:
    with (
        StallingServer(mailbox_of(500)) as server,
        started(command, url(server.port), *COMMANDS[command]) as process,
    ):
        server.wait_for(first, timeout=60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert out == b"" or command == "doctor"


def test_ctrl_c_that_comes_just_before_a_wait() -> None:
    # Where another thread has to take the signal, nothing wakes the one that waits.
    program = """if True:
        import os, signal, threading
        from tuimail.imap.job import Request
        taker = threading.Thread(target=threading.Event().wait, args=(60,), daemon=True)
        taker.start()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        sender = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        try:
            sender.start()
            Request().result()
        except KeyboardInterrupt:
            print("heard")
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=20)
    assert (done.stdout, done.stderr) == (b"heard\n", b"")


@pytest.mark.parametrize("count", [50, 3_000])
def test_a_reader_that_has_enough(count: int) -> None:
    with (
        RecordingServer(mailbox_of(count)) as server,
        started("list", url(server.port), "--page", "all", "--json") as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b'{"folder"')
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read().decode()
        assert process.wait(60) == 0
    assert said in ("", f"tuimail: INBOX: {count:,} messages\n")


def test_head_in_a_shell() -> None:
    with RecordingServer(mailbox_of(3_000)) as server:
        command = f"{sys.executable} -m tuimail list {url(server.port)} --page all --json"
        done = subprocess.run(
            ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
            capture_output=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 1


def test_help_into_a_closed_pipe() -> None:
    with started("list", "--help") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk() -> None:
    with RecordingServer(mailbox_of(3)) as server, open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tuimail", "list", url(server.port)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.endswith(b"tuimail: cannot write the output: no space left on device\n")


def test_closed_outputs() -> None:
    with RecordingServer(mailbox_of(3)) as server:
        command = f"{sys.executable} -m tuimail list {url(server.port)}"
        done = subprocess.run(
            ["bash", "-c", f"{command} >&- 2>&-"], env=environment(), timeout=60, check=False
        )
    assert done.returncode == 0


def test_a_terminal_with_few_characters() -> None:
    raw = "From: Łukasz <l@example.org>\r\nSubject: é 日本\r\n\r\nx\r\n".encode()
    with (
        RecordingServer(mailbox_with(raw)) as server,
        started("list", url(server.port), PYTHONIOENCODING="latin-1") as process,
    ):
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "?ukasz <l@example.org>".encode("latin-1") in out
    assert "é ??".encode("latin-1") in out


def test_the_table_fits_the_terminal(tmp_path: Path) -> None:
    raw = (
        f"From: {'日本' * 40} <a@example.org>\r\nSubject: {'long ' * 60}\x1b[31m\r\n\r\nx\r\n"
    ).encode()
    with RecordingServer(mailbox_with(raw, raw)) as server:
        command = [sys.executable, "-m", "tuimail", "list", url(server.port)]
        variables = terminal_environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)
        with Pty(command, variables) as terminal:
            assert terminal.wait_for_end() == 0
            lines = terminal.text.splitlines()
            assert b"\x1b" not in terminal.recording
    assert [line.split()[0] for line in lines if line] == ["#", "2", "1", "tuimail:"]
    assert lines[1].endswith("…")


def test_a_bar_while_it_works(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(3_000)) as server:
        words = [sys.executable, "-m", "tuimail", "list", url(server.port), "--page", "all"]
        command = ["sh", "-c", f"{' '.join(words)} > {tmp_path / 'out'}"]
        variables = terminal_environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)
        with Pty(command, variables) as terminal:
            assert terminal.wait_for_end() == 0
            assert b" of 3,000 INBOX" in terminal.recording
            assert terminal.text.splitlines()[0] == "tuimail: INBOX: 3,000 messages"
    assert len((tmp_path / "out").read_bytes().splitlines()) == 3_001


def test_the_password_is_asked_for_on_the_terminal(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(3)) as server:
        command = [sys.executable, "-m", "tuimail", "list", url(server.port)]
        with Pty(command, terminal_environment(tmp_path)) as terminal:
            terminal.wait_for("Password for demo@127.0.0.1:")
            terminal.press(f"{PASSWORD}\r")
            assert terminal.wait_for_end() == 0
            assert PASSWORD not in terminal.text
            assert "Message 3" in terminal.text


def test_a_password_command() -> None:
    with RecordingServer(mailbox_of(3)) as server:
        account = url(server.port)
        done = run("list", account, "--password-command", f"echo {PASSWORD}", password="no")
        assert done.status == 0
        assert PASSWORD not in done.said + done.text


def test_an_account_may_end_with_a_folder(small_server: RecordingServer) -> None:
    done = run("list", url(small_server.port, folder="/Archive/2024"))
    assert done.said == "tuimail: Archive/2024: 0 messages, page 1 of 1\n"
    assert os.environ.get("TUIMAIL_PASSWORD") != PASSWORD


def test_a_bar_where_no_rows_are_written(tmp_path: Path) -> None:
    """Both ends are a terminal, and what is exported shows nothing there."""
    target = str(tmp_path / "mail")
    with RecordingServer(mailbox_of(300)) as server:
        variables = terminal_environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)
        for words in (("export", url(server.port), "--to", target), ("verify", target)):
            with Pty([sys.executable, "-m", "tuimail", *words], variables) as terminal:
                assert terminal.wait_for_end() == 0
                assert b"######## 300 of 300 " in terminal.recording
                assert "#" not in terminal.text
