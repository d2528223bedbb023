"""Exports that are made by hand: files, and a ledger that tells of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.export.ledgers import ACCOUNT
from tests.servers.mailboxes import EPOCH, plain_message
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.proof import write_proof
from tuimail.export.records import FolderRecord, Record, Status
from tuimail.files import Directory
from tuimail.mail.mailbox_names import encode_mailbox_name


def stored(uid: int, raw: bytes | None = None) -> StoredMessage:
    """A message for a server, and for an export of it."""
    octets = plain_message(uid) if raw is None else raw
    return StoredMessage(uid, lambda: octets, EPOCH, ("\\Seen",))


def mailbox(**folders: Sequence[StoredMessage]) -> Mailbox:
    return Mailbox(tuple(StoredFolder(name, messages) for name, messages in folders.items()))


SMALL = mailbox(
    INBOX=tuple(map(stored, range(1, 6))),
    Archive=(),
    **{"Archive/2024": tuple(map(stored, range(11, 14))), "Größe": (stored(21),)},
)


def write_export(
    path: Path,
    content: Mailbox = SMALL,
    *,
    account: str = ACCOUNT,
    scopes: Iterable[tuple[bytes, bool]] = ((b"", True),),
) -> None:
    """Export all of a mailbox: each message becomes `FOLDER/UID.eml`."""
    with (
        Directory.open(path) as directory,
        Ledger.open(directory, account, SaveFormat.EML) as ledger,
    ):
        for raw_name, below in scopes:
            ledger.note_scope(raw_name, below=below)
        for folder in content.folders:
            record = ledger.add_folder(encode_mailbox_name(folder.name), folder.name, folder.name)
            ledger.note_folder(record.id, folder.uid_validity, len(folder.messages))
            ledger.note(
                [
                    write_message(path, record, folder.uid_validity, message)
                    for message in folder.messages
                ]
            )
        write_proof(ledger, directory)


def write_message(
    path: Path, folder: FolderRecord, uid_validity: int, message: StoredMessage
) -> Record:
    """Write the file of a message; what the ledger is to know of it."""
    raw = message.load()
    digest = hashlib.sha256(raw).hexdigest()
    place = f"{folder.path}/{message.uid}.eml"
    (path / folder.path).mkdir(parents=True, exist_ok=True)
    (path / place).write_bytes(raw)
    return Record(
        folder.id,
        uid_validity,
        message.uid,
        Status.SAVED,
        size=len(raw),
        internal_date=message.internal_date.isoformat(),
        flags=message.flags,
        subject=f"Message {message.uid}",
        message_id=f"<{message.uid}@example.org>",
        sha256=digest,
        path=place,
        file_size=len(raw),
        file_sha256=digest,
        server_size=len(raw),
    )
