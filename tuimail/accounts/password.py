"""The password from a command of the user's: a password manager, a keyring."""

from __future__ import annotations

import subprocess

from tuimail.errors import UsageError
from tuimail.text import safe_line

TIMEOUT = 120.0
"""Seconds: long enough to unlock a keyring by hand."""

_WORDS_LIMIT = 300


def run_password_command(command: str, timeout: float = TIMEOUT) -> str:
    """The first line that the command prints, without its line end; octets that are no UTF-8 as
    surrogates.

    The shell runs it, so that `pass show mail | head -1` works; it may ask on the terminal.
    Raises UsageError with the last line of what it said on stderr. The sentence holds neither
    what it printed nor the command itself, which may carry a secret too.
    """
    # Not in a session of its own: it could not ask on the terminal then.
    with subprocess.Popen(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            printed, said = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            # What the shell has started may live on and hold the pipes: nobody waits for it.
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            raise UsageError(
                f"the password command did not end within {timeout:g} seconds"
            ) from None
    if process.returncode != 0:
        status = process.returncode
        how = f"with status {status}" if status > 0 else f"by signal {-status}"
        raise UsageError(f"the password command ended {how}{_words(said, printed)}")
    line = printed.partition(b"\n")[0].removesuffix(b"\r")
    if not line:
        raise UsageError(f"the password command printed no password{_words(said, printed)}")
    # As os.environ holds what is no UTF-8: any octets can be a password.
    return line.decode("utf-8", "surrogateescape")


def _words(said: bytes, printed: bytes) -> str:
    """`: ` and the last line of stderr, unless a line of stdout is repeated in it."""
    lines = said.decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    secrets = (line.strip() for line in printed.decode("utf-8", "replace").split("\n"))
    if not last or any(secret and secret in last for secret in secrets):
        return ""
    return f": {safe_line(last, _WORDS_LIMIT)}"
