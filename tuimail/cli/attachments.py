"""`tuimail attachments`: what is attached to messages, without fetching it; `--save` fetches it."""

from __future__ import annotations

import fnmatch
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuimail.cli.folder_choice import ask_ahead, choose_folders
from tuimail.cli.json_lines import as_addresses, as_attachment, as_moment
from tuimail.cli.message_table import shown_correspondent, shown_moment
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.selection import read_numbers
from tuimail.cli.sign_in import open_store
from tuimail.cli.table import Column
from tuimail.errors import ConnectError, TuimailError, UsageError
from tuimail.export.attachments import Item, save_attachments
from tuimail.export.message_files import SaveProgress
from tuimail.imap.folder import Folder
from tuimail.imap.job import Request
from tuimail.imap.query import parse_size
from tuimail.imap.selection import Chosen, Selection
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which attachments are looked for."""

    selection: Selection
    name: re.Pattern[str] | None
    larger: int | None

    def fits(self, attachment: Attachment) -> bool:
        if self.larger is not None and attachment.size <= self.larger:
            return False
        return self.name is None or bool(self.name.match(_comparable(str(attachment.name))))


def run_attachments(options: Options) -> int:
    """List attachments, and save them with --save; gives the exit status. Raises TuimailError."""
    wanted = _read_wanted(options)
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        found = _find(store, folders, wanted, output, options.connections)
        chosen: list[Item] = []
        rows = _keep(found, chosen) if options.save is not None else found
        if options.json:
            output.write_objects(_attachment_object(*row) for row in rows)
        elif options.recursive or options.everything:
            columns = (Column("FOLDER", most=24), *_COLUMNS)
            output.write_rows(columns, ([str(row[0].name), *_cells(*row)] for row in rows))
        else:
            output.write_rows(_COLUMNS, (_cells(*row) for row in rows))
        if options.save is not None:
            _save(store, chosen, options.save, output)
    return output.status


def _read_wanted(options: Options) -> _Wanted:
    larger = None
    if options.larger is not None:
        larger = parse_size(options.larger)
        if larger is None:
            raise UsageError(
                f"{safe_line(options.larger, 40)!r} is no size; write it as 500k, 1M or 1.5M"
            )
    name = None
    if options.name is not None:
        name = re.compile(fnmatch.translate(_comparable(options.name)))
    selection = Selection(read_numbers(options), options.uid is not None)
    return _Wanted(selection, name, larger)


def _comparable(name: str) -> str:
    """In any case, and an é is an é, whether the keyboard gives one character or two."""
    return unicodedata.normalize("NFC", name).casefold()


Row = tuple[Folder, Summary, Attachment]


def _find(
    store: MailStore, folders: Sequence[Folder], wanted: _Wanted, output: Output, connections: int
) -> Iterator[Row]:
    """The attachments of each folder; what fails costs its folder only."""

    def ask(folder: Folder) -> Request[Chosen]:
        return store.choose(folder, wanted.selection)

    for folder, request in ask_ahead(folders, ask, connections):
        try:
            yield from _find_in(store, folder, request.result(), wanted, output)
        except (ConnectError, UsageError):
            raise
        except TuimailError as error:
            output.fail(error, str(folder.name))


def _find_in(
    store: MailStore, folder: Folder, chosen: Chosen, wanted: _Wanted, output: Output
) -> Iterator[Row]:
    looked_at = attachments = octets = 0
    for count, messages in store.sift(chosen, ATTACHMENTS):
        for message in messages:
            if message.error is not None:
                place = f"{folder.name}, UID {message.identity.uid}"
                output.fail(TuimailError(str(message.error)), place)
            for attachment in message.attachments:
                if wanted.fits(attachment):
                    attachments += 1
                    octets += attachment.size
                    yield folder, message, attachment
        looked_at += count
        output.show_progress(looked_at, chosen.total, str(folder.name))
    output.end_progress()
    found = "1 attachment" if attachments == 1 else f"{attachments:,} attachments"
    told = f"{folder.name}: {found}, {format_size(octets)}, in {format_messages(chosen.total)}"
    if chosen.missing:
        numbers = "1 number names" if chosen.missing == 1 else f"{chosen.missing:,} numbers name"
        told += f"; {numbers} no message"
    output.note(told)


def _keep(rows: Iterator[Row], chosen: list[Item]) -> Iterator[Row]:
    """The same rows, noted down on their way."""
    for row in rows:
        chosen.append(row[1:])
        yield row


def _save(store: MailStore, chosen: Sequence[Item], directory: Path, output: Output) -> None:
    def show(progress: SaveProgress) -> None:
        output.show_progress(progress.count, progress.total, "attachments saved")

    try:
        report = save_attachments(store, chosen, directory, on_progress=show).result()
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
