"""Where the password comes from; never from the URL, never from an argument."""

from __future__ import annotations

import os
import sys

from tuimail.errors import UsageError

VARIABLE = "TUIMAIL_PASSWORD"


def find_password(account: str, command: str | None) -> str:
    """From the command when one is given, else the environment, else a question.

    Raises UsageError when there is nobody to ask, or no answer.
    """
    if command is not None:
        from tuimail.accounts.password import run_password_command

        return run_password_command(command)
    password = os.environ.get(VARIABLE)
    if password is not None:
        return password
    nobody = UsageError(
        f"no password for {account}: set {VARIABLE}, or name a command with --password-command"
    )
    if sys.stdin is None or not sys.stdin.isatty():
        raise nobody
    import getpass

    try:
        return getpass.getpass(f"Password for {account}: ")
    except EOFError:  # Ctrl-D
        print(file=sys.stderr)  # the sentence would stand behind the question
        raise nobody from None
