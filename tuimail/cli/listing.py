"""`tuimail list`: messages with their identities and header fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuimail.cli.folder_choice import ask_ahead, choose_folders
from tuimail.cli.line_writing import Failure, LineOrder, line_writer
from tuimail.cli.options import Options
from tuimail.cli.output import ROWS_AT_ONCE, Output
from tuimail.cli.selection import count_missing, read_numbers, read_query
from tuimail.cli.sign_in import open_store
from tuimail.errors import CommandRefused, ConnectError, FileError, TuimailError, UsageError
from tuimail.imap.fetch import LISTED_FIELDS
from tuimail.imap.folder import Folder
from tuimail.imap.job import Request
from tuimail.imap.page import Page
from tuimail.imap.paging import Order, SortKey, Window
from tuimail.imap.row_extras import check_field_name, check_item_name
from tuimail.imap.store import MailStore
from tuimail.tui.figures import format_messages

# What the usual page does not need is imported where it is used.
if TYPE_CHECKING:
    from tuimail.imap.number_set import NumberSet
    from tuimail.imap.query import Query
    from tuimail.imap.selection import Chosen

PAGE_SIZE = 50
TABLE_FIELDS = ("FROM", "SUBJECT")
JSON_FIELDS = (*LISTED_FIELDS, "SENDER", "REPLY-TO", "BCC", "LIST-ID")


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be listed of each folder."""

    numbers: NumberSet | None
    by_uid: bool
    query: Query | None
    order: Order
    page: int | None
    """From 1; None is everything."""
    page_size: int
    headers: tuple[str, ...]
    items: tuple[str, ...]
    as_json: bool
    with_folder: bool
    """Whether a table has a column for it."""

    @property
    def is_one_fetch(self) -> bool:
        """Whether one FETCH brings it all."""
        return self.page is not None and self.numbers is None and self.page_size <= ROWS_AT_ONCE


def run_list(options: Options) -> int:
    """List messages; gives the exit status. Raises TuimailError."""
    listing = read_listing(options)
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        made = _Lister(store, listing, output, options.connections).list(folders)
        if listing.as_json:
            output.write_json_lines(made)
        else:
            from tuimail.cli.message_table import message_columns

            columns = message_columns(
                with_folder=listing.with_folder, headers=listing.headers, items=listing.items
            )
            output.write_rows(columns, made)
    return output.status


def read_listing(options: Options) -> Listing:
    """Read the options that say what is listed. Raises UsageError, QueryError."""
    numbers = read_numbers(options)
    narrowed = numbers is not None or options.recursive or options.everything
    page: int | None = 1
    if options.page is not None:
        page = None if options.page == "all" else int(options.page)
    elif narrowed and options.page_size is None:
        page = None
    for name in options.header:
        check_field_name(name)
    for name in options.item:
        check_item_name(name)
    return Listing(
        numbers,
        options.uid is not None,
        read_query(options),
        Order(SortKey(options.sort), not options.ascending),
        page,
        options.page_size or PAGE_SIZE,
        tuple(options.header),
        tuple(options.item),
        options.json,
        options.recursive or options.everything,
    )


class _Lister:
    """Lists folder after folder; what fails costs its folder only."""

    def __init__(
        self, store: MailStore, listing: Listing, output: Output, connections: int
    ) -> None:
        self._store = store
        self._listing = listing
        self._output = output
        self._connections = connections
        shown = JSON_FIELDS if listing.as_json else TABLE_FIELDS
        self._fields = (*shown, *(name.upper() for name in listing.headers))
        self._items: tuple[str, ...] = ()

    def list(self, folders: Sequence[Folder]) -> Iterator[Any]:
        """As `Lines.made`; what is worth knowing beside it goes to the output."""
        self._items = self._known_items(folders)
        for folder, request in ask_ahead(folders, self._ask, self._connections):
            try:
                yield from self._lines(folder, request.result())
            except (ConnectError, UsageError, FileError):
                raise
            except TuimailError as error:
                self._output.fail(error, str(folder.name))

    def _known_items(self, folders: Sequence[Folder]) -> tuple[str, ...]:
        """The items that the server knows: asked of the first folder that holds a message."""
        items = self._listing.items
        for folder in folders if items else ():
            try:
                unknown = self._store.unknown_items(folder, items).result()
            except CommandRefused:
                continue
            if unknown is not None:
                for name in items:
                    if name in unknown:
                        self._output.note(f"the server does not know the item {name}")
                return tuple(name for name in items if name not in unknown)
        return ()

    def _ask(self, folder: Folder) -> Request[Page] | Request[Chosen]:
        listing = self._listing
        if listing.is_one_fetch and listing.page is not None:
            return self._store.page(
                folder,
                listing.page,
                listing.order,
                size=listing.page_size,
                query=listing.query,
                fields=self._fields,
                items=self._items,
            )
        from tuimail.imap.selection import Selection

        return self._store.choose(
            folder,
            Selection(
                listing.numbers,
                listing.by_uid,
                listing.query,
                listing.order,
                listing.page,
                listing.page_size,
            ),
        )

    def _lines(self, folder: Folder, answer: Page | Chosen) -> Iterator[Any]:
        window = answer.window
        listing = self._listing
        order = LineOrder(
            as_json=listing.as_json,
            with_folder=listing.with_folder,
            raw_name=folder.raw_name,
            name=folder.name.decoded,
            uid_validity=answer.uid_validity,
            fields=self._fields,
            known_items=self._items,
            headers=listing.headers,
            items=listing.items,
        )
        if isinstance(answer, Page):
            # A store gives the last page for a number past the end; here that is an empty page.
            past_the_end = window.number != listing.page
            self._tell_total(folder, window, past_the_end=past_the_end)
            if not past_the_end:
                lines = line_writer(order).write_summaries(answer.summaries)
                self._tell_failures(folder, lines.failures)
                yield from lines.made
            return
        past_the_end = window.is_empty and window.total > 0
        self._tell_total(folder, window, answer.missing, past_the_end=past_the_end)
        yield from self._chosen_lines(folder, answer, order)

    def _chosen_lines(self, folder: Folder, chosen: Chosen, order: LineOrder) -> Iterator[Any]:
        from tuimail.cli.chosen_lines import write_lines

        count, done, total = 0, 0, len(chosen.uids)
        try:
            for asked, lines in write_lines(self._store, chosen, order):
                self._tell_failures(folder, lines.failures)
                yield from lines.made
                count += lines.number
                done += asked
                self._output.show_progress(done, total, str(folder.name))
        finally:
            self._output.end_progress()
        if count < total:
            self._output.note(f"{folder.name}: {format_messages(total - count)} went meanwhile")

    def _tell_failures(self, folder: Folder, failures: Sequence[Failure]) -> None:
        for uid, number, sentence in failures:
            place = f"UID {uid}" if uid else f"message {number}"
            self._output.fail(TuimailError(sentence), f"{folder.name}, {place}")

    def _tell_total(
        self, folder: Folder, window: Window, missing: int = 0, *, past_the_end: bool
    ) -> None:
        told = f"{folder.name}: {format_messages(window.total)}"
        page = self._listing.page
        if page is not None:
            told += f", page {page:,} of {window.pages:,}"
        if past_the_end:
            told += ", which is past the end"
        if missing:
            told += f"; {count_missing(missing)}"
        self._output.conclude(told)
