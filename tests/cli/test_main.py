"""The command line as a shell sees it: sentences, exit statuses, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tuimail
from tests.servers.terminal import Pty, environment


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m tuimail` without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "tuimail", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TUIMAIL_PASSWORD": "secret", **environment},
        timeout=60,
        check=False,
    )


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"tuimail {tuimail.__version__}\n")


@pytest.mark.parametrize("command", [[], ["browse"], ["demo"]])
def test_help(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tuimail")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "which mailbox? name it as imaps://user@host"),
        (["ada@example.org"], "imaps://"),
        (["imaps://ada:secret@example.org"], "password"),
        (["imap+insecure://ada@mail.example.org"], "--allow-plaintext"),
        (["imaps://ada@localhost", "--fingerprint", "12"], "64 hexadecimal digits"),
        (["imaps://ada@localhost", "--ca-file", "/nonexistent/ca.pem"], "cannot read the CA file"),
        (["imaps://ada@localhost", "--connections", "0"], "a number from 1 to 32"),
        (["imaps://ada@localhost", "--password-command", "exit 3"], "password command"),
        (["demo", "extra"], "unrecognized arguments"),
        (["demo"], "browsing needs a terminal"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(arguments: list[str], sentence: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr.replace("imaps://ada:secret@", "")
    assert done.stdout == ""


ASKS = [sys.executable, "-m", "tuimail", "imaps://ada@localhost"]


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_nobody_to_ask_for_the_password(tmp_path: Path, redirection: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *ASKS],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "tuimail: no password for ada@localhost: set TUIMAIL_PASSWORD, "
        "or name a command with --password-command\n"
    )


def test_no_answer_to_the_question_for_the_password(tmp_path: Path) -> None:
    with Pty(ASKS, environment(tmp_path)) as terminal:
        terminal.wait_for("Password for ada@localhost:")
        terminal.press("\x04")
        assert terminal.wait_for_end() == 2
        assert terminal.text.splitlines()[1].startswith("tuimail: no password for ada@localhost:")
        assert "Traceback" not in terminal.text
