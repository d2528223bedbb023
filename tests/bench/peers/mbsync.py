"""mbsync (isync), which copies a mailbox into a Maildir."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.machine import first_line
from tests.servers.dovecot import PASSWORD


def find_version() -> str:
    """Empty where it is not installed."""
    return first_line(["mbsync", "--version"]) if shutil.which("mbsync") else ""


def prepare(home: Path, target: Path, port: int, user: str, *, with_fsync: bool) -> list[str]:
    """Write its configuration; gives the command, which copies the INBOX below `target`."""
    configuration = home / "mbsyncrc"
    configuration.write_text(
        f"FSync {'yes' if with_fsync else 'no'}\n\n"
        f"IMAPAccount bench\nHost 127.0.0.1\nPort {port}\nUser {user}\nPass {PASSWORD}\n"
        "SSLType None\nAuthMechs LOGIN\n\n"
        "IMAPStore there\nAccount bench\n\n"
        f"MaildirStore here\nPath {target}/\nInbox {target}/INBOX\nSubFolders Verbatim\n\n"
        "Channel bench\nFar :there:\nNear :here:\nPatterns INBOX\n"
        "Sync Pull\nCreate Near\nSyncState *\n"
    )
    target.mkdir(parents=True, exist_ok=True)
    return ["mbsync", "-q", "-c", str(configuration), "bench"]
