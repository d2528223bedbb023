"""`tuimail list`: messages with their identities and header fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from tuimail.cli.folder_choice import ask_ahead, choose_folders
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
from tuimail.imap.summary import Summary
from tuimail.tui.figures import format_messages

# What the usual page does not need is imported where it is used.
if TYPE_CHECKING:
    from tuimail.cli.line_process import Answer
    from tuimail.cli.table import Column
    from tuimail.imap.number_set import NumberSet
    from tuimail.imap.query import Query
    from tuimail.imap.selection import Chosen
    from tuimail.imap.sieve import Sieve

T = TypeVar("T")

PAGE_SIZE = 50
MANY = 4_000
"""Messages from which processes beside this one make the lines: each takes 0.15 s to start, the
time of 1,500 lines."""
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
        if options.json:
            lines = _Lister(store, listing, output, options.connections, _json_form(listing))
            output.write_json_lines(lines.list(folders))
        else:
            columns, form = _table_form(listing, options)
            table = _Lister(store, listing, output, options.connections, form)
            output.write_rows(columns, table.list(folders))
    return output.status


def _json_form(listing: Listing) -> _Form[str]:
    from tuimail.cli.line_workers import write_many
    from tuimail.cli.message_lines import line_sieve, write_summary

    headers, items = listing.headers, listing.items
    return _Form(
        JSON_FIELDS,
        partial(write_summary, headers=headers, items=items),
        partial(line_sieve, headers=headers, items=items),
        partial(write_many, headers=headers, items=items),
    )


def _table_form(
    listing: Listing, options: Options
) -> tuple[Sequence[Column], _Form[Sequence[str]]]:
    from tuimail.cli.message_table import message_table
    from tuimail.imap.sieve import summary_sieve

    several = options.recursive or options.everything
    columns, cells = message_table(
        with_folder=several, headers=listing.headers, items=listing.items
    )
    return columns, _Form(LISTED_FIELDS, cells, lambda _folder, *asked: summary_sieve(*asked))


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
    )


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    """What a message becomes: a line of JSON, or the cells of a table."""

    fields: tuple[str, ...]
    write: Callable[[Folder, Summary], T]
    sieve: Callable[[Folder, Sequence[str], Sequence[str]], Sieve[T]]
    """For the header fields and items to fetch; where there are more messages than a page has."""
    write_many: (
        Callable[[MailStore, Chosen, Sequence[str], Sequence[str]], Iterator[tuple[int, Answer, T]]]
        | None
    ) = None
    """The same beside this process; each block with how many messages were asked for."""


class _Lister(Generic[T]):
    """Lists folder after folder; what fails costs its folder only."""

    def __init__(
        self,
        store: MailStore,
        listing: Listing,
        output: Output,
        connections: int,
        form: _Form[T],
    ) -> None:
        self._store = store
        self._listing = listing
        self._output = output
        self._connections = connections
        self._form = form
        self._fields = (*form.fields, *(name.upper() for name in listing.headers))
        self._items: tuple[str, ...] = ()

    def list(self, folders: Sequence[Folder]) -> Iterator[T]:
        """What each message becomes; what is worth knowing beside it goes to the output."""
        self._items = self._known_items(folders)
        for folder, request in ask_ahead(folders, self._ask, self._connections):
            try:
                for row in self._rows(folder, request.result()):
                    if not isinstance(row, Summary):
                        yield row
                        continue
                    if row.error is not None:
                        place = _place(folder, row.identity.uid, row.sequence_number)
                        self._output.fail(TuimailError(f"{row.error}"), place)
                    yield self._form.write(folder, row)
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

    def _rows(self, folder: Folder, answer: Page | Chosen) -> Iterable[T | Summary]:
        window = answer.window
        if isinstance(answer, Page):
            # A store gives the last page for a number past the end; here that is an empty page.
            past_the_end = window.number != self._listing.page
            self._tell_total(folder, window, past_the_end=past_the_end)
            return () if past_the_end else answer.summaries
        past_the_end = window.is_empty and window.total > 0
        self._tell_total(folder, window, answer.missing, past_the_end=past_the_end)
        return self._chosen_rows(folder, answer)

    def _chosen_rows(self, folder: Folder, chosen: Chosen) -> Iterator[T | Summary]:
        count, done, total = 0, 0, len(chosen.uids)
        is_large = self._form.write_many is not None and total >= MANY
        written = self._write_many if is_large else self._write_few
        try:
            for asked, found, rows in written(folder, chosen):
                yield from rows
                count += found
                done += asked
                self._output.show_progress(done, total, str(folder.name))
        finally:
            self._output.end_progress()
        if count < total:
            self._output.note(f"{folder.name}: {format_messages(total - count)} went meanwhile")

    def _write_few(
        self, folder: Folder, chosen: Chosen
    ) -> Iterator[tuple[int, int, Sequence[T | Summary]]]:
        sieve = self._form.sieve(folder, self._fields, self._items)
        for asked, rows in self._store.sift(chosen, sieve, chunk=ROWS_AT_ONCE):
            yield asked, len(rows), rows

    def _write_many(
        self, folder: Folder, chosen: Chosen
    ) -> Iterator[tuple[int, int, Sequence[T | Summary]]]:
        assert self._form.write_many is not None
        written = self._form.write_many(self._store, chosen, self._fields, self._items)
        for asked, answer, lines in written:
            for uid, number, sentence in answer.failures:
                self._output.fail(TuimailError(sentence), _place(folder, uid, number))
            yield asked, answer.written, (lines,) if answer.written else ()

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


def _place(folder: Folder, uid: int, sequence_number: int) -> str:
    return f"{folder.name}, UID {uid}" if uid else f"{folder.name}, message {sequence_number}"
