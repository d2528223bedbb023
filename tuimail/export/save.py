"""Saving some messages as plain files, without a ledger: what the key `e` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from pathlib import Path

from tuimail.errors import UsageError
from tuimail.export.background import run_in_background, wait_for
from tuimail.export.message_files import MessageFiles, SaveProgress
from tuimail.files import Directory, shown_path
from tuimail.imap.identity import Identity
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary


class SaveFormat(Enum):
    """What a message becomes; the value is the word on the command line."""

    EML = "eml"
    """The message as the server holds it, byte for byte."""
    MSG = "msg"
    """Outlook's format."""

    @property
    def is_available(self) -> bool:
        """MSG is not written yet."""
        return self is SaveFormat.EML


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What became of everything that was to be saved."""

    saved: int
    already_there: int
    """What had a file there before, with the same octets."""
    failed: tuple[tuple[Identity, str], ...]
    """Each with one sentence."""
    directory: Path
    noun: str = "message"
    """What was saved, one of them."""

    @property
    def sentence(self) -> str:
        """For the status line."""
        parts = [f"Saved {_count(self.saved, self.noun)} in {shown_path(self.directory)}"]
        if self.already_there:
            parts.append(f"{self.already_there} already there")
        if self.failed:
            parts.append(f"{len(self.failed)} failed: {self.failed[0][1].rstrip('.')}")
        return "; ".join(parts) + "."


def save_messages(
    store: MailStore,
    summaries: Sequence[Summary],
    directory: Path,
    *,
    on_progress: Callable[[SaveProgress], None] = lambda _: None,
    save_format: SaveFormat = SaveFormat.EML,
) -> Request[SaveReport]:
    """Save messages into a folder, which is made when it is missing; answers at once.

    `on_progress` is called on another thread. A message that is gone or unreadable is in the
    report; a lost connection, a folder made anew or a disk that refuses (FileError) ends the
    request with that error, and the messages that had come whole are kept. Cancelling it leaves
    no half-written file.
    """
    if not save_format.is_available:
        raise UsageError(f"saving as {save_format.value.upper()} does not exist yet; EML does")
    return run_in_background(
        lambda request: _save(request, store, summaries, directory, on_progress)
    )


def _save(
    request: Request[SaveReport],
    store: MailStore,
    summaries: Sequence[Summary],
    path: Path,
    on_progress: Callable[[SaveProgress], None],
) -> SaveReport:
    with (
        Directory.open(path) as directory,
        MessageFiles(directory, summaries, on_progress) as files,
    ):
        for identities in _by_folder(summary.identity for summary in summaries):
            try:
                wait_for(store.raw(identities, files), request)
            finally:
                files.finish()
        return SaveReport(files.saved, files.already_there, files.failed, path)


def _by_folder(identities: Iterable[Identity]) -> list[list[Identity]]:
    """One list for each folder and UIDVALIDITY, without doubles, in the order of UIDs."""
    once = sorted(set(identities))
    return [list(group) for _, group in groupby(once, lambda i: (i.folder, i.uid_validity))]


def _count(count: int, noun: str) -> str:
    """`1 message`, `1,234 messages`."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
