"""What proves an export without tuimail: a table for people, checksums, and sums that add up."""

from __future__ import annotations

import csv
import io
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tuimail.export.ledger import Ledger
from tuimail.export.records import Record
from tuimail.files import Directory
from tuimail.text import safe_line

INDEX_FILE = "index.csv"
SUMS_FILE = "SHA256SUMS"
TOO_MANY_SHORT = (
    "messages came shorter than the server told of: it seems to guess at sizes;"
    f" {INDEX_FILE} tells which"
)
"""Behind their number."""
INDEX_COLUMNS = (
    "folder",
    "uid_validity",
    "uid",
    "status",
    "path",
    "internal_date",
    "subject",
    "message_id",
    "flags",
    "size",
    "sha256",
    "error",
)
_CHUNK = 1 << 16
# Spreadsheets take what begins so for a formula (OWASP, CSV Injection), Japanese ones also the
# wide forms.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# As sha256sum writes a name that would break its line.
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class FolderSum:
    """What became of a folder's messages."""

    folder: int
    """The id of its FolderRecord."""
    name: str
    server: int
    """Messages that the server held and that were chosen."""
    saved: int
    skipped: int
    """Saved by an earlier run."""
    failed: int

    @property
    def adds_up(self) -> bool:
        """Whether every message is accounted for."""
        return self.server == self.saved + self.skipped + self.failed


def write_proof(ledger: Ledger, directory: Directory, seconds: float = math.inf) -> bool:
    """Write `index.csv` and `SHA256SUMS` at the top of the export anew. Raises FileError.

    False where it would take longer: what is not written by then is as it was before.
    """
    until = time.monotonic() + seconds
    is_written = all(
        _write_file(directory, name, lines, until) for name, lines in proof_files(ledger)
    )
    directory.sync()
    return is_written


def proof_files(ledger: Ledger) -> tuple[tuple[str, Iterator[str]], ...]:
    """Names of the files, and what is to be in them, a few lines at a time."""
    return (INDEX_FILE, _index_lines(ledger)), (SUMS_FILE, _sum_lines(ledger))


def _index_lines(ledger: Ledger) -> Iterator[str]:
    """RFC 4180, one line for each message, in the order of folder, UIDVALIDITY and UID."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(INDEX_COLUMNS)
    for folder in ledger.folders():
        name = _plain(folder.name)
        for record in ledger.iter_records(None, folder.id):
            writer.writerow(_cells(name, record))
            if lines.tell() >= _CHUNK:
                yield lines.getvalue()
                lines.seek(0)
                lines.truncate()
    yield lines.getvalue()


def _cells(folder: str, record: Record) -> tuple[object, ...]:
    return (
        folder,
        record.uid_validity,
        record.uid,
        record.status.value,
        _plain(record.path),
        record.internal_date,
        _plain(record.subject),
        _plain(record.message_id),
        _plain(" ".join(record.flags)),
        record.size,
        record.sha256,
        _plain(record.error),
    )


def _plain(text: str | None) -> str:
    """Text that no spreadsheet takes for a formula, in one safe line."""
    if not text:
        return ""
    line = safe_line(text)
    if line[:1].isalnum():  # as nearly all: four times in each line of the table
        return line
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line


def _sum_lines(ledger: Ledger) -> Iterator[str]:
    """What `sha256sum` writes and `sha256sum -c` reads, in the order of paths."""
    for path, sha256 in ledger.iter_sums():
        escaped = path.translate(_ESCAPES)
        mark = "\\" if escaped != path else ""
        yield f"{mark}{sha256}  {escaped}\n"


def _write_file(directory: Directory, name: str, lines: Iterable[str], until: float) -> bool:
    """One of the program's own files, whole or as it was before."""
    with directory.create_part(name) as part:
        chunk = bytearray()
        for line in lines:
            if time.monotonic() >= until:
                return False
            chunk += line.encode()
            if len(chunk) >= _CHUNK:
                part.write(chunk)
                chunk.clear()
        part.write(chunk)
        part.sync()
        part.replace()
    return True
