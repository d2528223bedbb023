"""`tuimail show`: one message's headers, text or octets."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from tuimail.cli.folder_choice import find_one_folder
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.sign_in import open_store
from tuimail.errors import MessageGone, TuimailError, UsageError
from tuimail.imap.folder import Folder
from tuimail.imap.identity import Identity
from tuimail.imap.number_set import NumberSet
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.store import MailStore
from tuimail.imap.structure import text_part
from tuimail.imap.summary import Summary
from tuimail.mail.opened import open_headers, open_text
from tuimail.text import MailText, safe_line
from tuimail.tui.figures import format_size

_IN_MEMORY = 8 << 20
"""Octets of a raw message that are kept in memory before they go to a temporary file."""


def run_show(options: Options) -> int:
    """Show a message; gives the exit status. Raises TuimailError."""
    selection = _read_number(options)
    if options.part == "raw" and sys.stdout.isatty():
        raise UsageError(
            "--raw is not for a terminal, which would obey what a stranger wrote; "
            "send it to a file or a pipe"
        )
    output = Output()
    with open_store(options, output) as (store, _):
        folder = find_one_folder(store, options.folder or "INBOX")
        chosen = store.choose(folder, selection).result()
        if not chosen.uids:
            raise MessageGone(f"there is no message {_shown_number(options)} in {folder.name}")
        identity = Identity(folder.raw_name, chosen.uid_validity, chosen.uids[0])
        match options.part:
            case "raw":
                _copy_raw(store, identity)
            case "headers":
                output.write_lines(_lines(open_headers(store.headers(identity).result()).fields))
            case "text":
                output.write_lines(_text_lines(store, _find_row(store, chosen), output))
            case _:
                output.write_lines(_message_lines(store, folder, chosen, output))
    return output.status


def _read_number(options: Options) -> Selection:
    """The one message that is asked for. Raises UsageError."""
    if (options.number is None) == (options.seq is None):
        raise UsageError("which message? give its UID, or --seq and its sequence number")
    text = options.number if options.seq is None else options.seq
    numbers = NumberSet.parse(text or "")
    if len(numbers.ranges) != 1 or numbers.ranges[0][0] != numbers.ranges[0][1]:
        raise UsageError(f"one message is shown at a time, not {safe_line(text or '', 40)}")
    return Selection(numbers, by_uid=options.seq is None)


def _shown_number(options: Options) -> str:
    return f"with UID {options.number}" if options.seq is None else f"number {options.seq}"


def _find_row(store: MailStore, chosen: Chosen) -> Summary:
    rows = store.rows(chosen, chosen.uids[:1]).result()
    if not rows:
        raise MessageGone("the message is no longer there")
    if rows[0].error is not None:
        raise TuimailError(str(rows[0].error))
    return rows[0]


def _message_lines(
    store: MailStore, folder: Folder, chosen: Chosen, output: Output
) -> Iterator[str]:
    row = _find_row(store, chosen)
    opened = open_headers(store.headers(row.identity).result())
    yield f"Folder: {folder.name}, UID {row.identity.uid}, message {row.sequence_number}"
    yield from _lines(opened.short)
    for attachment in row.attachments:
        size = format_size(attachment.size)
        yield f"Attachment: {attachment.name} ({attachment.media_type}, {size})"
    yield ""
    yield from _text_lines(store, row, output)


def _lines(fields: tuple[tuple[MailText, MailText], ...]) -> Iterator[str]:
    return (f"{name}: {value}" for name, value in fields)


def _text_lines(store: MailStore, row: Summary, output: Output) -> Iterator[str]:
    part = None if row.structure is None else text_part(row.structure)
    if part is None:
        output.note("this message has no text")
        return
    fetched = store.part(row.identity, part).result()
    yield from open_text(fetched.mime, fetched.body).text.block.split("\n")


def _copy_raw(store: MailStore, identity: Identity) -> None:
    """Write the exact octets to stdout, once they are all there.

    A connection that is lost on the way sends the message again from its start, and a pipe
    cannot be wound back.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
        receiver = _RawMessage(kept)
        store.raw([identity], receiver).result()
        if receiver.error is not None:
            raise receiver.error
        kept.seek(0)
        shutil.copyfileobj(kept, sys.stdout.buffer)


class _RawMessage:
    """Keeps the octets of one message: a RawReceiver."""

    def __init__(self, kept: IO[bytes]) -> None:
        self._kept = kept
        self.error: TuimailError | None = None

    def begin(self, identity: Identity, size: int) -> IO[bytes]:  # noqa: ARG002 - a RawReceiver
        self.error = None
        self._kept.seek(0)
        self._kept.truncate()
        return self._kept

    def end(self, identity: Identity) -> None:
        """It is whole."""

    def fail(self, identity: Identity, error: TuimailError) -> None:  # noqa: ARG002
        self.error = error
