"""NeoMutt without a header cache: what it takes to see a mailbox for the first time."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.machine import first_line
from tests.servers.dovecot import PASSWORD

LINES = 54
"""Of a terminal in which its list has 50 rows."""


def find_version() -> str:
    """Empty where it is not installed."""
    return first_line(["neomutt", "-v"]) if shutil.which("neomutt") else ""


def prepare(home: Path, port: int, user: str) -> list[str]:
    """Write its configuration; gives the command."""
    configuration = home / "muttrc"
    configuration.write_text(
        f"set folder = imap://127.0.0.1:{port}\n"
        "set spoolfile = +INBOX\n"
        f"set imap_user = {user}\nset imap_pass = {PASSWORD}\n"
        "set ssl_starttls = no\nset ssl_force_tls = no\n"
        "set sort = reverse-mailbox-order\n"
        "set mail_check = 0\n"
        "set quit = yes\n"
    )
    return ["neomutt", "-n", "-F", str(configuration)]
