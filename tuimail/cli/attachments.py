"""`tuimail attachments`: what is attached to messages, without fetching it; `--save` fetches it."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuimail.cli.folder_choice import choose_folders
from tuimail.cli.json_lines import as_addresses, as_attachment, as_moment
from tuimail.cli.message_table import shown_correspondent, shown_moment
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.selection import read_numbers
from tuimail.cli.sifting import Sifter
from tuimail.cli.sign_in import open_store
from tuimail.cli.table import Column
from tuimail.errors import TuimailError, UsageError
from tuimail.export.attachments import Item, save_attachments
from tuimail.export.message_files import SaveProgress
from tuimail.imap.folder import Folder
from tuimail.imap.query import parse_size
from tuimail.imap.selection import Selection
from tuimail.imap.sieve import ATTACHMENTS
from tuimail.imap.store import MailStore
from tuimail.imap.structure import Attachment
from tuimail.imap.summary import Summary
from tuimail.text import safe_line
from tuimail.tui.figures import format_messages, format_size

_COLUMNS = (
    Column("UID", at_right=True),
    Column("PART"),
    Column("DATE"),
    Column("FROM"),
    Column("SIZE", at_right=True),
    Column("TYPE", most=24),
    Column("NAME"),
)

Row = tuple[Folder, Summary, Attachment]


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which attachments are wanted."""

    name: re.Pattern[str] | None
    larger: int | None
    """Octets."""

    def fits(self, attachment: Attachment) -> bool:
        if self.larger is not None and attachment.size <= self.larger:
            return False
        return self.name is None or bool(self.name.match(_comparable(str(attachment.name))))


def run_attachments(options: Options) -> int:
    """List attachments, and save them with --save; gives the exit status. Raises TuimailError."""
    selection = Selection(read_numbers(options), options.uid is not None)
    wanted = _read_filter(options)
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        sifter = Sifter(store, output, options.connections)
        tally = _Tally(keeps=options.save is not None)
        found = tally.note_down(
            (folder, message, attachment)
            for folder, message in sifter.sift(folders, selection, ATTACHMENTS)
            for attachment in message.attachments
            if wanted.fits(attachment)
        )
        if options.json:
            output.write_objects(_attachment_object(*row) for row in found)
        elif options.recursive or options.everything:
            columns = (Column("FOLDER", most=24), *_COLUMNS)
            output.write_rows(columns, ([str(row[0].name), *_cells(*row)] for row in found))
        else:
            output.write_rows(_COLUMNS, (_cells(*row) for row in found))
        output.note(f"{tally.sentence}, in {format_messages(sifter.total)}")
        if options.save is not None:
            _save(store, tally.kept, options.save, output)
    return output.status


def _read_filter(options: Options) -> _Filter:
    name = larger = None
    if options.name is not None:
        name = re.compile(fnmatch.translate(_comparable(options.name)))
    if options.larger is not None:
        larger = parse_size(options.larger)
        if larger is None:
            raise UsageError(
                f"{safe_line(options.larger, 40)!r} is no size; write it as 500k, 1M or 1.5M"
            )
    return _Filter(name, larger)


def _comparable(name: str) -> str:
    """In any case, and an é is an é, whether the keyboard gives one character or two."""
    return unicodedata.normalize("NFC", name).casefold()


class _Tally:
    """Counts attachments on their way, and keeps those that are to be saved."""

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self._count = self._octets = 0
        self.kept: list[Item] = []

    def note_down(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows."""
        for row in rows:
            _, message, attachment = row
            self._count += 1
            self._octets += attachment.size
            if self._keeps:
                self.kept.append((message, attachment))
            yield row

    @property
    def sentence(self) -> str:
        count = "1 attachment" if self._count == 1 else f"{self._count:,} attachments"
        return f"{count}, {format_size(self._octets)}"


def _save(store: MailStore, items: Sequence[Item], directory: Path, output: Output) -> None:
    def show(progress: SaveProgress) -> None:
        output.show_progress(progress.count, progress.total, "attachments saved")

    try:
        report = save_attachments(store, items, directory, on_progress=show).result()
    finally:
        output.end_progress()
    for identity, sentence in report.failed:
        output.fail(TuimailError(sentence), f"UID {identity.uid}")
    output.note(report.sentence)


def _attachment_object(
    folder: Folder, message: Summary, attachment: Attachment
) -> dict[str, object]:
    return {
        **as_attachment(attachment),
        "folder": folder.name.decoded,
        "uid": message.identity.uid,
        "subject": message.subject.decoded,
        "from": as_addresses(message.from_),
        "date": as_moment(message.date),
    }


def _cells(_folder: Folder, message: Summary, attachment: Attachment) -> list[str]:
    return [
        str(message.identity.uid),
        attachment.section,
        shown_moment(message.date),
        shown_correspondent(message.from_),
        format_size(attachment.size),
        str(attachment.media_type),
        str(attachment.name),
    ]
