"""Ledgers, and the records in them."""

from __future__ import annotations

from pathlib import Path

from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Record, Status
from tuimail.files import Directory

ACCOUNT = "ada@example.org:993"


def begin(directory: Directory, save_format: SaveFormat = SaveFormat.EML) -> Ledger:
    return Ledger.open(directory, ACCOUNT, save_format)


def ledger_path(directory: Directory) -> Path:
    return directory.path / ".tuimail" / "ledger.sqlite3"


def asked(uid: int, *, folder: int = 1, uid_validity: int = 7, size: int | None = 100) -> Record:
    return Record(folder, uid_validity, uid, Status.ASKED, size)


def saved(uid: int, *, folder: int = 1, uid_validity: int = 7) -> Record:
    return Record(
        folder,
        uid_validity,
        uid,
        Status.SAVED,
        size=1_204,
        internal_date="2026-11-20T09:14:00+01:00",
        flags=("\\Seen", "$Forwarded"),
        subject="Re: compiler notes",
        message_id="<a@example.org>",
        email_id="M1",
        sha256="ab" * 32,
        path=f"INBOX/{uid}.eml",
        file_size=1_204,
        file_sha256="ab" * 32,
    )
