"""Whether an export is as its ledger says: every file is read again."""

from __future__ import annotations

import errno
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO

from tuimail.errors import FileError, MessageUnreadable
from tuimail.export.difference import Difference, Kind
from tuimail.export.ledger import Ledger
from tuimail.export.ledger_file import LEDGER_FOLDER
from tuimail.export.names import uid_in_name
from tuimail.export.proof import INDEX_FILE, SUMS_FILE, TOO_MANY_SHORT, proof_files
from tuimail.export.records import MOST_SHORT, FolderRecord, Record, Status
from tuimail.files import Directory
from tuimail.files.names import PART

OnProgress = Callable[[int, int], None]
"""Told how many files were read, and how many there are."""

_CHUNK = 1 << 20
_NOT_OURS = "it was not written by this export"
_HALF_WRITTEN = "it was never finished"
_NOT_NOTED = "the export was broken off before it had noted this file; export again"
_OWN_FILES = frozenset({INDEX_FILE, SUMS_FILE})


def verify_files(
    directory: Directory,
    ledger: Ledger,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] = lambda _: None,
) -> Iterator[Difference]:
    """Missing, altered and unknown files, then folders and messages that were never saved whole.

    `index.csv` and `SHA256SUMS` are compared with the ledger too. `on_note` gets a sentence on what
    is no difference: a server that guesses at sizes.

    Nothing is changed. Links are not followed: one is a difference. Raises FileError when the
    ledger cannot be read.
    """
    names = {folder.id: folder.decoded for folder in ledger.folders()}
    yield from _verify_saved(directory, ledger, names, on_progress, on_note)
    yield from _verify_proof(directory, ledger)
    yield from _find_unknown(directory, ledger)
    for folder in ledger.folders():
        if folder.error is not None:
            yield Difference(
                Kind.FAILED, f"it could not be opened: {folder.error}", names[folder.id]
            )
        for record in ledger.iter_records(Status.FAILED, folder.id):
            sentence = f"it was not saved: {record.error}"
            yield _of_record(Kind.FAILED, sentence, record, names)
        left = sum(ledger.count(status, folder.id)[0] for status in (Status.ASKED, Status.LEFT))
        if left:
            sentence = f"{left:,} of its messages have not been saved yet; export it again"
            yield Difference(Kind.UNFINISHED, sentence, names[folder.id])


def _verify_saved(
    directory: Directory,
    ledger: Ledger,
    names: dict[int, str],
    on_progress: OnProgress | None,
    on_note: Callable[[str], None],
) -> Iterator[Difference]:
    total, _ = ledger.count(Status.SAVED)
    done = short = 0
    first_short: list[Record] = []
    with _FolderAtHand(directory) as at_hand:
        for done, record in enumerate(ledger.iter_files(), 1):
            found = _verify_file(at_hand, record.path or "", partial(_compare, record=record))
            if found is not None:
                yield _of_record(*found, record, names)
            if record.is_cut_off:
                yield _cut_off(record, names)
            elif record.is_short:
                short += 1
                if short < MOST_SHORT:
                    first_short.append(record)
            if on_progress is not None:
                on_progress(done, total)
    if done != total:
        sentence = f"the ledger names no files of {total - done:,} messages that were saved"
        yield Difference(Kind.MISSING, sentence)
    if short >= MOST_SHORT:
        on_note(f"{short:,} {TOO_MANY_SHORT}")
        return
    for record in first_short:
        yield _cut_off(record, names)


def _verify_proof(directory: Directory, ledger: Ledger) -> Iterator[Difference]:
    with _FolderAtHand(directory) as at_hand:
        for name, lines in proof_files(ledger):
            found = _verify_file(at_hand, name, partial(_compare_lines, lines=lines))
            if found is not None:
                yield Difference(*found, path=name)


def _verify_file(
    at_hand: _FolderAtHand, path: str, compare: Callable[[BinaryIO], tuple[Kind, str] | None]
) -> tuple[Kind, str] | None:
    """What is different about a file, or None."""
    folder, _, name = path.rpartition("/")
    try:
        with at_hand.open(folder).open_file(name) as file:
            return compare(file)
    except FileError as error:
        cause = error.__cause__
        if isinstance(cause, FileNotFoundError | NotADirectoryError):
            return Kind.MISSING, "it is not there"
        is_replaced = isinstance(cause, OSError) and cause.errno in (errno.ELOOP, errno.EISDIR)
        return Kind.ALTERED if is_replaced else Kind.UNREADABLE, str(error)
    except OSError as error:
        return Kind.UNREADABLE, f"it cannot be read: {(error.strerror or 'a fault').lower()}"
    except ValueError:
        return Kind.MISSING, "the ledger gives it a name that no file has"


def _compare(file: BinaryIO, record: Record) -> tuple[Kind, str] | None:
    size = os.fstat(file.fileno()).st_size
    if size != record.file_size:
        return Kind.ALTERED, f"it has {size:,} bytes; {record.file_size or 0:,} were saved"
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != record.file_sha256:
        return Kind.ALTERED, (
            "it holds other bytes than were saved; delete it, and the next export fetches it again"
        )
    if (record.path or "").endswith(".msg"):
        from tuimail.msg.reader import read_msg  # what reads the container takes long to load

        file.seek(0)
        try:
            read_msg(file)
        except MessageUnreadable as error:
            return Kind.UNREADABLE, f"it cannot be read back: {error}"
    return None


def _compare_lines(file: BinaryIO, lines: Iterator[str]) -> tuple[Kind, str] | None:
    for line in lines:
        octets = line.encode()
        if file.read(len(octets)) != octets:
            break
    else:
        if not file.read(1):
            return None
    return Kind.ALTERED, "it is not what the ledger says; the next export writes it anew"


class _FolderAtHand:
    """Opens folders below the export, and keeps the last one: files come folder by folder."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._path: str | None = None
        self._folder: Directory | None = None
        self._stack = ExitStack()

    def open(self, path: str) -> Directory:
        """Raises FileError; ValueError for a path that leads elsewhere."""
        if self._folder is None or path != self._path:
            self._stack.close()
            self._folder = None
            self._folder = self._stack.enter_context(self._directory.below(path))
            self._path = path
        return self._folder

    def __enter__(self) -> _FolderAtHand:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _find_unknown(directory: Directory, ledger: Ledger) -> Iterator[Difference]:
    """Everything that is no folder, and that nobody saved there."""
    records = {folder.path: folder for folder in ledger.folders()}
    waiting = [""]
    while waiting:
        path = waiting.pop()
        start = f"{path}/" if path else ""
        try:
            with directory.below(path) as folder:
                folders, others = folder.entries()
        except FileError as error:
            yield Difference(Kind.UNREADABLE, str(error), path=path)
            continue
        for name in others:
            is_own = not path and name in _OWN_FILES
            if not is_own and not _is_known(ledger, start + name):
                if path in records and _is_wanted(ledger, records[path], name):
                    yield Difference(Kind.UNFINISHED, _NOT_NOTED, path=start + name)
                    continue
                sentence = _HALF_WRITTEN if name.endswith(PART) else _NOT_OURS
                yield Difference(Kind.UNKNOWN, sentence, path=start + name)
        waiting += [start + name for name in reversed(folders) if path or name != LEDGER_FOLDER]


def _is_wanted(ledger: Ledger, folder: FolderRecord, name: str) -> bool:
    """Whether a file is named as that of a message which was asked for and is not noted."""
    key = (folder.id, folder.uid_validity, uid_in_name(name))
    return None not in key and bool(
        ledger.select(
            "SELECT 1 FROM message WHERE folder = ? AND uid_validity = ? AND uid = ?"
            " AND status IN ('asked', 'left')",
            key,
        )
    )


def _is_known(ledger: Ledger, path: str) -> bool:
    try:
        # macOS may give a name back in another form.
        return ledger.has_file(path) or ledger.has_file(unicodedata.normalize("NFC", path))
    except UnicodeEncodeError:
        return False  # octets that are no UTF-8, which no name of ours has


def _cut_off(record: Record, names: dict[int, str]) -> Difference:
    sentence = f"{record.error}; to have it fetched anew, delete the file and export again"
    return _of_record(Kind.SHORT, sentence, record, names)


def _of_record(kind: Kind, sentence: str, record: Record, names: dict[int, str]) -> Difference:
    folder = names.get(record.folder)
    return Difference(kind, sentence, folder, record.uid_validity, record.uid, record.path)
