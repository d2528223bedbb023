"""The mailbox as the screen, the commands and the export see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from tuimail.imap.breath import let_screen_go_on
from tuimail.imap.chunks import CHUNKS_AHEAD, pull_chunks
from tuimail.imap.early_page import EarlyPage
from tuimail.imap.events import Alert, ConnectionState, MessagesChanged, StoreEvent
from tuimail.imap.fetch import LISTED_FIELDS
from tuimail.imap.folder import Folder, FolderStatus, find_folder
from tuimail.imap.identity import Identity
from tuimail.imap.job import Job, Lane, Pause, Request
from tuimail.imap.listeners import Listeners
from tuimail.imap.page import FetchedPart, JoinedPage, Page, Result
from tuimail.imap.page_cache import PageCache, PageKey
from tuimail.imap.page_fetch import OnRow, PageFetch
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.pool import Connect, ConnectionPool
from tuimail.imap.progress import OnProgress
from tuimail.imap.raw import BATCH, BATCH_UNWATCHED, RawFetch, RawReceiver
from tuimail.imap.rows import fetch_rows, unknown_items
from tuimail.imap.sections import fetch_header, fetch_part
from tuimail.imap.session import Session
from tuimail.imap.structure import Part
from tuimail.imap.summary import Summary
from tuimail.imap.validity import open_folder
from tuimail.imap.wire import Sink

# A page in order of arrival, which most people wait for, needs none of what is imported late.
if TYPE_CHECKING:
    from tuimail.imap.folder_list import CountedFolder
    from tuimail.imap.outlines import Outline
    from tuimail.imap.query import Query
    from tuimail.imap.selection import Chosen, Selection
    from tuimail.imap.sieve import Sieve

T = TypeVar("T")

PAGE_SIZE = 50
ROWS_IN_A_CHUNK = 500
"""Rows that one command asks for when a whole folder is listed."""
ROWS_IN_A_SIEVE = 1_000
"""The same where few of the messages are looked for."""
SIZE = 4
"""Connections; what a server takes from one person without complaint."""


class MailStore:
    """A mailbox behind a pool of connections.

    Every method answers at once with a Request; the answer, or an error of our tree, comes later
    on a thread of the pool, and so do the callbacks.
    """

    def __init__(self, connect: Connect, *, size: int = SIZE, with_screen: bool = True) -> None:
        self._listeners = Listeners()
        self._publish = self._listeners.publish
        self._raw_batch = BATCH if with_screen else BATCH_UNWATCHED
        self._chunks_ahead = CHUNKS_AHEAD if with_screen else size
        self._after_row = let_screen_go_on if with_screen else None
        self._early: EarlyPage | None = None
        self._cache = PageCache() if with_screen else PageCache(0, 0)
        self._pool = ConnectionPool(
            connect,
            size=size,
            publish=self._publish,
            prepare=self._prepare,
            keep_one_free=with_screen,
        )

    def listen(self, callback: Callable[[StoreEvent], None]) -> None:
        """Call back with each event, on whichever thread it comes up.

        The first who listens hears what came before, too.
        """
        self._listeners.add(callback)

    @property
    def connection_states(self) -> tuple[ConnectionState, ...]:
        """One entry a connection that the pool may open."""
        return self._pool.states

    def close(self) -> None:
        """End every connection at once; requests under way are dropped. Never blocks."""
        self._pool.close()

    def folders(self) -> Request[tuple[Folder, ...]]:
        """Every folder, in the server's order."""
        return self._ask(lambda session: session.list_folders())

    def counted_folders(self) -> Request[tuple[CountedFolder, ...]]:
        """Every folder with its counts, in the server's order."""
        from tuimail.imap.folder_list import list_counted_folders

        return self._ask(list_counted_folders)

    def statuses(
        self, folders: Sequence[Folder], on_status: Callable[[Folder, FolderStatus], None]
    ) -> Request[None]:
        """Counts of each folder that can be opened, handed on as they come."""
        from tuimail.imap.statuses import ask_statuses

        chosen = [folder for folder in folders if folder.selectable]
        return self._ask(lambda session: ask_statuses(session, chosen, on_status))

    def page(
        self,
        folder: Folder,
        number: int,
        order: Order,
        *,
        size: int = PAGE_SIZE,
        query: Query | None = None,
        result: Result | None = None,
        on_row: OnRow | None = None,
        on_progress: OnProgress | None = None,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
        lane: Lane = Lane.INTERACTIVE,
    ) -> Request[Page]:
        """Page `number` (from 1) of a folder; a number past the end gives the last page.

        With a query, only what matches. `result` is that of an earlier page of the same folder,
        query and sort key: then nothing is searched or sorted again, in either direction.

        `on_row` gets rows as they come, in whatever order. When it is called with another window,
        what came before is void. Of rows that are known from before only the flags are asked for.
        `on_progress` hears how far a search or a sort is, where the server tells or the sort is
        made here.

        In the lane AHEAD the page is only fetched for `known_page`, when nobody waits for
        anything.
        """
        key = PageKey.of(folder, number, order, size, query, fields)
        early, self._early = self._early, None
        begun = early.hand_over(key, on_row) if early is not None and not items else None
        if begun is not None:
            return begun
        # What a further item holds may change as flags do, and would not be asked for again.
        cache = PageCache(0, 0) if items else self._cache
        if order.key is SortKey.ARRIVAL and query is None:
            fetch = PageFetch(folder, key, on_row, items, cache)
            return self._ask(fetch.run, folder.raw_name, lane)
        from tuimail.imap.ordered_page import OrderedPageFetch

        ordered = OrderedPageFetch(folder, key, query, result, on_row, on_progress, items, cache)
        return self._ask(ordered.run, folder.raw_name, lane)

    def begin(self, folder: Folder, order: Order) -> None:
        """Ask for the first page before anybody wants it: `page` then goes on with it.

        At 40 ms the four round trips go by while the screen is being imported.
        """
        early = EarlyPage(PageKey.of(folder, 1, order, PAGE_SIZE, None, LISTED_FIELDS))
        early.request = self.page(folder, 1, order, on_row=early.take_row)
        self._early = early

    def known_page(
        self,
        folder: Folder,
        number: int,
        order: Order,
        *,
        size: int = PAGE_SIZE,
        query: Query | None = None,
        result: Result | None = None,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
    ) -> Page | None:
        """The page as it was fetched before, at once; None where some of it is not known.

        Flags may have changed since and messages may have come and gone: `page` tells.
        """
        if items:
            return None
        return self._cache.page(
            PageKey.of(folder, number, order, size, query, fields), folder, result
        )

    def joined_page(
        self,
        folders: Sequence[Folder],
        number: int,
        order: Order,
        *,
        size: int = PAGE_SIZE,
        query: Query | None = None,
        results: Mapping[bytes, Result] | None = None,
        on_row: OnRow | None = None,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
    ) -> Request[JoinedPage]:
        """As `page`, of several folders one behind another, each in the same order."""
        from tuimail.imap.joined_page import JoinedPageFetch

        fetch = JoinedPageFetch(folders, number, order, size, query, results, on_row, fields, items)
        return self._ask(fetch.run)

    def choose(
        self, folder: Folder, selection: Selection, *, lane: Lane = Lane.INTERACTIVE
    ) -> Request[Chosen]:
        """The UIDs that a selection means. Ends with CommandRefused or UsageError too."""
        from tuimail.imap.selection import choose_messages

        return self._ask(
            lambda session: choose_messages(session, folder, selection), folder.raw_name, lane
        )

    def rows(
        self,
        chosen: Chosen,
        uids: Sequence[int],
        *,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
        with_structure: bool = True,
    ) -> Request[tuple[Summary, ...]]:
        """Rows of some of the chosen messages, in the order of `uids`, in the bulk lane.

        Messages that are gone are left out. Without BODYSTRUCTURE, for which many servers read
        the message, nothing is known of attachments. Ends with FolderChanged when the UIDs are
        void.
        """

        def run(session: Session, _pause: Pause) -> tuple[Summary, ...]:
            selected = open_folder(session, chosen.folder.raw_name, chosen.uid_validity)
            return fetch_rows(
                session,
                selected,
                uids,
                fields=fields,
                items=items,
                with_structure=with_structure,
                on_row=self._after_row,
            )

        return self._pool.submit(Job(run, Lane.BULK, Request(), chosen.folder.raw_name))

    def iter_rows(
        self,
        chosen: Chosen,
        *,
        fields: Sequence[str] = LISTED_FIELDS,
        items: Sequence[str] = (),
        chunk: int = ROWS_IN_A_CHUNK,
    ) -> Iterator[Summary]:
        """Rows of all the chosen messages, in their order however many connections there are.

        Pulled by the caller: a few chunks are under way ahead of it, so memory stays flat.
        """

        def ask(uids: Sequence[int]) -> Request[tuple[Summary, ...]]:
            return self.rows(chosen, uids, fields=fields, items=items)

        for _, rows in pull_chunks(chosen.uids, ask, chunk, self._chunks_ahead):
            yield from rows

    def sift(
        self, chosen: Chosen, sieve: Sieve[T], *, chunk: int = ROWS_IN_A_SIEVE
    ) -> Iterator[tuple[int, tuple[T | Summary, ...]]]:
        """The messages that a sieve keeps, chunk by chunk, in their order, as `iter_rows`.

        With each chunk how many messages it was sifted from.
        """
        from tuimail.imap.sieve import sift_rows

        def ask(uids: Sequence[int]) -> Request[tuple[T | Summary, ...]]:
            def run(session: Session, _pause: Pause) -> tuple[T | Summary, ...]:
                selected = open_folder(session, chosen.folder.raw_name, chosen.uid_validity)
                return sift_rows(session, selected, uids, sieve)

            return self._pool.submit(Job(run, Lane.BULK, Request(), chosen.folder.raw_name))

        return pull_chunks(chosen.uids, ask, chunk, self._chunks_ahead)

    def unknown_items(
        self, folder: Folder, items: Sequence[str], *, lane: Lane = Lane.INTERACTIVE
    ) -> Request[frozenset[str] | None]:
        """Those of the FETCH items that this server does not know; None for an empty folder."""

        def run(session: Session) -> frozenset[str] | None:
            session.examine(folder.raw_name)
            return unknown_items(session, items)

        return self._ask(run, folder.raw_name, lane)

    def find_folder(self, name: str) -> Request[Folder]:
        """The folder of this full name, decoded, as the server shows it.

        Ends with UsageError, which names the nearest ones, when there is none.
        """
        return self._ask(lambda session: find_folder(session.list_folders(), name))

    def look(self, folder: Folder) -> Request[None]:
        """Let the server say what is new in a folder: MessagesChanged comes when something is."""

        def run(session: Session) -> None:
            session.examine(folder.raw_name)
            session.look()

        return self._ask(run, folder.raw_name)

    def headers(self, identity: Identity) -> Request[bytes]:
        """A message's raw header block."""
        return self._ask(lambda session: fetch_header(session, identity), identity.folder)

    def part(self, identity: Identity, part: Part) -> Request[FetchedPart]:
        """One body part, still encoded, and its MIME header; nothing else is fetched.

        At most `sections.TEXT_LIMIT` octets of it; `part_into` takes parts of any size.
        """
        return self._ask(lambda session: fetch_part(session, identity, part), identity.folder)

    def part_into(self, identity: Identity, part: Part, sink: Sink) -> Request[None]:
        """One body part, still encoded, written to the sink as it comes, in the bulk lane.

        After a lost connection it goes on where it was. What the sink raises ends the request.
        """
        from tuimail.imap.part_fetch import PartFetch

        fetch = PartFetch(identity, part, sink)
        return self._pool.submit(Job(fetch.run, Lane.BULK, Request(), identity.folder))

    def sizes(self, chosen: Chosen, uids: Sequence[int]) -> Request[dict[int, int | None]]:
        """RFC822.SIZE by UID of some of the chosen messages, in the bulk lane.

        Messages that are gone are left out. Ends with FolderChanged when the UIDs are void.
        """
        from tuimail.imap.sizes import fetch_sizes

        def run(session: Session, _pause: Pause) -> dict[int, int | None]:
            open_folder(session, chosen.folder.raw_name, chosen.uid_validity)
            return fetch_sizes(session, uids)

        return self._pool.submit(Job(run, Lane.BULK, Request(), chosen.folder.raw_name))

    def outlines(
        self, chosen: Chosen, uids: Sequence[int], *, with_email_id: bool
    ) -> Request[dict[int, Outline]]:
        """What an export needs to know of some of the chosen messages, by UID, in the bulk lane.

        Messages that are gone or unreadable are left out. Ends with FolderChanged when the UIDs
        are void.
        """
        from tuimail.imap.outlines import fetch_outlines

        def run(session: Session, _pause: Pause) -> dict[int, Outline]:
            open_folder(session, chosen.folder.raw_name, chosen.uid_validity)
            return fetch_outlines(
                session, uids, with_email_id=with_email_id, on_row=self._after_row
            )

        return self._pool.submit(Job(run, Lane.BULK, Request(), chosen.folder.raw_name))

    def raw(
        self,
        identities: Sequence[Identity],
        receiver: RawReceiver,
        *,
        takes_more: Callable[[], bool] = lambda: True,
    ) -> Request[None]:
        """Whole messages of one folder, in the bulk lane; it ends early when `takes_more` says no.

        Of what was not asked for by then, nothing is told.
        """
        fetch = RawFetch(
            identities, receiver, self._raw_batch, takes_more, on_message=self._after_row
        )
        folder = identities[0].folder if identities else None
        return self._pool.submit(Job(fetch.run, Lane.BULK, Request(), folder))

    def _ask(
        self,
        run: Callable[[Session], T],
        folder: bytes | None = None,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Request[T]:
        job = Job(lambda session, _pause: run(session), lane, Request(), folder)
        return self._pool.submit(job)

    def _prepare(self, session: Session) -> None:
        session.on_total = lambda folder, total: self._publish(MessagesChanged(folder, total))
        session.on_alert = lambda text: self._publish(Alert(text))
        for text in session.early_alerts:
            self._publish(Alert(text))
