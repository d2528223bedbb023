"""A mailbox to find things in."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import partial

from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def letter(number: int, subject: str) -> bytes:
    """Longer with each number; every 20th is Ada's, every odd one above 50 has an attachment."""
    sender = "Ada <ada@example.org>" if number % 20 == 0 else "Bob <bob@example.org>"
    head = (
        f"From: {sender}\r\nTo: me@example.org\r\nSubject: {subject}\r\n"
        f"X-Mailer: Quill {number}\r\n"
        f"Date: {START + timedelta(hours=number):%a, %d %b %Y %H:%M:%S +0000}\r\n"
        f"Message-ID: <{number}@example.org>\r\nMIME-Version: 1.0\r\n"
    )
    text = "word " * number
    if number < 50 or number % 2 == 0:
        return f"{head}Content-Type: text/plain\r\n\r\n{text}\r\n".encode()
    notes = base64.encodebytes(f"the notes of {number}\n".encode() * 20).decode()
    return (
        f'{head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        '--b\r\nContent-Type: text/plain; name="notes.txt"\r\n'
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{notes.replace(chr(10), chr(13) + chr(10))}--b--\r\n"
    ).encode()


def finding_mailbox() -> Mailbox:
    """INBOX with 60 letters whose UIDs are even, Work with a folder below it, and Yard, which
    only holds another one."""

    def folder(name: str, count: int, word: str) -> StoredFolder:
        return StoredFolder(
            name,
            tuple(
                StoredMessage(2 * n, partial(letter, n, f"{word} {n}"), START + timedelta(hours=n))
                for n in range(1, count + 1)
            ),
        )

    return Mailbox(
        (
            folder("INBOX", 60, "Letter"),
            folder("Work", 2, "Top"),
            folder("Work/Deep", 3, "Deep"),
            StoredFolder("Yard", (), ("\\Noselect",)),
            folder("Yard/Books", 1, "Book"),
        )
    )
