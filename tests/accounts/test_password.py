"""Passwords from commands."""

from __future__ import annotations

import pytest

from tests.patience import patience
from tuimail.accounts.password import run_password_command
from tuimail.errors import UsageError


@pytest.mark.parametrize(
    ("command", "password"),
    [
        ("echo hunter2", "hunter2"),
        ("printf hunter2", "hunter2"),
        (r"printf 'hunter2\r\n'", "hunter2"),
        (r"printf 'hunter2\nuser: ada\n'", "hunter2"),
        (r"printf ' two words \n'", " two words "),
        ("printf 'a\nb\n' | tail -1", "b"),
        ("echo 'pässwörd'", "pässwörd"),
        # no UTF-8: as in os.environ, and sent as it is
        (r"printf 's\377\n'", "s\udcff"),
        ("echo noise >&2; echo hunter2", "hunter2"),
        ("yes hunter2 | head -20000", "hunter2"),
    ],
)
def test_the_first_line_is_the_password(command: str, password: str) -> None:
    assert run_password_command(command) == password


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("exit 3", "the password command ended with status 3"),
        (
            "echo first >&2; echo 'gpg: no secret key' >&2; exit 2",
            "the password command ended with status 2: gpg: no secret key",
        ),
        ("kill -9 $$", "the password command ended by signal 9"),
        ("true", "the password command printed no password"),
        ("echo; echo hunter2", "the password command printed no password"),
        ("echo 'locked' >&2", "the password command printed no password: locked"),
    ],
)
def test_what_fails_says_so(command: str, sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        run_password_command(command)
    assert str(error.value) == sentence


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"ended with status 127: .*no-such-keyring.*not found"):
        run_password_command("no-such-keyring show mail")


@pytest.mark.parametrize(
    "command",
    [
        "echo hunter2; exit 1",
        "echo hunter2; echo 'leaked hunter2' >&2; exit 1",
        r"printf '\nhunter2\n'; echo 'hunter2' >&2",
        r"printf 'hunter2\377\n' | tee /dev/stderr; exit 1",
    ],
)
def test_no_sentence_holds_what_was_printed(command: str) -> None:
    with pytest.raises(UsageError) as error:
        run_password_command(command)
    assert "hunter2" not in str(error.value)


def test_control_characters_on_stderr_stay_off_the_terminal() -> None:
    with pytest.raises(UsageError) as error:
        run_password_command(r"printf '\033]0;x\007' >&2; exit 1")
    assert str(error.value) == "the password command ended with status 1: �]0;x�"


@pytest.mark.parametrize("command", ["sleep 20", "sleep 20 | cat", "sleep 20 & wait"])
def test_a_command_that_hangs_is_given_up(command: str) -> None:
    with patience(), pytest.raises(UsageError, match=r"did not end within 0\.2 seconds"):
        run_password_command(command, timeout=0.2)
