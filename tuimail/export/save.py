"""Saving some messages as plain files, without a ledger: what the key `e` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tuimail.export.background import run_in_background, wait_for
from tuimail.export.message_files import MessageFiles, SaveProgress
from tuimail.export.msg_files import MsgFiles
from tuimail.export.names import SaveFormat
from tuimail.files import Directory, shown_path
from tuimail.imap.identity import Identity
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary


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
    remarks: tuple[tuple[Identity, str], ...] = ()
    """What a file could not keep of its message, and why one is an EML after all; each a clause."""

    @property
    def sentence(self) -> str:
        """For the status line."""
        parts = [f"Saved {_count(self.saved, self.noun)} in {shown_path(self.directory)}"]
        if self.already_there:
            parts.append(f"{self.already_there} already there")
        if self.failed:
            parts.append(f"{len(self.failed)} failed: {self.failed[0][1].rstrip('.')}")
        if self.remarks:
            parts.append(f"{_count(len(self.remarks), 'remark')}: {self.remarks[0][1]}")
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
    kind = MsgFiles if save_format is SaveFormat.MSG else MessageFiles
    return run_in_background(
        lambda request: _save(request, store, summaries, directory, on_progress, kind)
    )


def _save(
    request: Request[SaveReport],
    store: MailStore,
    summaries: Sequence[Summary],
    path: Path,
    on_progress: Callable[[SaveProgress], None],
    kind: type[MessageFiles],
) -> SaveReport:
    with (
        Directory.open(path) as directory,
        kind(directory, summaries, on_progress) as files,
    ):
        for identities in _by_folder(summary.identity for summary in summaries):
            try:
                wait_for(store.raw(identities, files), request)
            except CancelledError:
                files.stop()
                raise
            finally:
                files.finish()
        return SaveReport(
            files.saved, files.already_there, files.failed, path, remarks=files.remarks
        )


def _by_folder(identities: Iterable[Identity]) -> list[list[Identity]]:
    """One list for each folder and UIDVALIDITY, without doubles, in the order of UIDs."""
    once = sorted(set(identities))
    return [list(group) for _, group in groupby(once, lambda i: (i.folder, i.uid_validity))]


def _count(count: int, noun: str) -> str:
    """`1 message`, `1,234 messages`."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
