"""aerc, a terminal mail reader."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.machine import first_line
from tests.servers.dovecot import PASSWORD

LINES = 52
"""Of a terminal in which its list has 50 rows."""
NEXT_PAGE = "\x06"
"""Ctrl+F, as it comes."""


def find_version() -> str:
    """Empty where it is not installed."""
    return first_line(["aerc", "-v"]).partition(" +")[0] if shutil.which("aerc") else ""


def prepare(home: Path, port: int, user: str) -> list[str]:
    """Write its configuration; gives the command."""
    folder = home / ".config" / "aerc"
    folder.mkdir(parents=True)
    accounts = folder / "accounts.conf"
    accounts.touch(0o600)
    accounts.write_text(
        f"[bench]\nsource = imap+insecure://{user}:{PASSWORD}@127.0.0.1:{port}\n"
        "from = Bench <bench@example.com>\n"
    )
    return ["aerc"]
