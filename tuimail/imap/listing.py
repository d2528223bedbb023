"""LIST and STATUS responses as folders and their counts."""

from __future__ import annotations

from collections.abc import Iterator

from tuimail.errors import MessageUnreadable
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.tokens import read_number, read_pairs, read_tokens
from tuimail.imap.wire import Response
from tuimail.mail.mailbox_names import shown_name
from tuimail.text import MailText


def read_list(response: Response) -> Iterator[Folder]:
    """The folder of one LIST or LSUB response; nothing for one that cannot be read.

    RFC 9051, 7.3.1; RFC 3501, 7.2.3.
    """
    if response[0][:7].upper() not in (b"* LIST ", b"* LSUB "):
        return
    try:
        tokens = read_tokens(response, 7)
    except MessageUnreadable:
        return
    if len(tokens) < 2:
        return
    name = tokens[-1]
    # NIL stands for a folder whose name is NIL on servers that forget to quote it.
    raw_name = b"NIL" if name is None else name
    if not isinstance(raw_name, bytes) or not raw_name:
        return
    attributes, delimiter = (tokens[0], tokens[1]) if len(tokens) > 2 else ((), tokens[0])
    yield Folder(
        raw_name=raw_name,
        name=MailText(shown_name(raw_name)),
        delimiter=delimiter.decode("latin-1") if isinstance(delimiter, bytes) else None,
        attributes=tuple(
            a.decode("ascii", "replace") for a in attributes or () if isinstance(a, bytes)
        ),
    )


def read_status(response: Response) -> tuple[bytes, FolderStatus]:
    """The raw name and counts of one STATUS response; an empty name when it cannot be read."""
    try:
        tokens = read_tokens(response, 2)
    except MessageUnreadable:
        return b"", FolderStatus()
    if len(tokens) < 3 or not isinstance(tokens[1], bytes) or not isinstance(tokens[2], list):
        return b"", FolderStatus()
    counts = {name: read_number(value) for name, value in read_pairs(tokens[2]).items()}
    return tokens[1], FolderStatus(
        messages=counts.get(b"MESSAGES"),
        unseen=counts.get(b"UNSEEN"),
        recent=counts.get(b"RECENT"),
        uid_next=counts.get(b"UIDNEXT"),
        uid_validity=counts.get(b"UIDVALIDITY"),
        size=counts.get(b"SIZE"),
    )
