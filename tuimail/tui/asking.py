"""What the screen asks of the store, and how it waits for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar, cast

from tuimail.imap.fetch import LISTED_FIELDS
from tuimail.imap.job import Lane
from tuimail.imap.page import JoinedPage, Page
from tuimail.tui.arrival import PageArrival
from tuimail.tui.columns import ExtraColumn
from tuimail.tui.visit import Visit

if TYPE_CHECKING:
    from textual.widget import Widget

    from tuimail.imap.store import MailStore

T = TypeVar("T")


async def answer(screen: Widget, future: Future[T]) -> T:
    """What the store brings for a worker of the screen.

    Raises what the store raises, and CancelledError when the app is being taken down: Textual
    removes a screen's widgets before it cancels the screen's workers, so that one that gets its
    answer in between would look for a panel that is not there.
    """
    try:
        return await asyncio.wrap_future(future)
    finally:
        if not screen.app.is_running:
            raise asyncio.CancelledError


def ask_for_page(
    store: MailStore,
    visit: Visit,
    columns: Sequence[ExtraColumn],
    arrival: PageArrival | None = None,
    lane: Lane = Lane.INTERACTIVE,
) -> Future[Page | JoinedPage]:
    """The page of a visit, with what further columns show; its rows go to the arrival."""
    fields, items = _names(columns)
    if visit.joined:
        joined = store.joined_page(
            visit.joined,
            visit.number,
            visit.order,
            query=visit.query,
            results=visit.results,
            on_row=arrival.take_row if arrival is not None else None,
            fields=fields,
            items=items,
        )
        return cast("Future[Page | JoinedPage]", joined)
    page = store.page(
        visit.folder,
        visit.number,
        visit.order,
        query=visit.query,
        result=visit.result,
        on_row=arrival.take_row if arrival is not None else None,
        on_progress=arrival.take_progress if arrival is not None else None,
        fields=fields,
        items=items,
        lane=lane,
    )
    return cast("Future[Page | JoinedPage]", page)


def known_page(store: MailStore, visit: Visit, columns: Sequence[ExtraColumn]) -> Page | None:
    """The page of a visit as it was before, at once; None where it is not known."""
    if visit.joined:
        return None
    fields, items = _names(columns)
    return store.known_page(
        visit.folder,
        visit.number,
        visit.order,
        query=visit.query,
        result=visit.result,
        fields=fields,
        items=items,
    )


def ask_ahead(
    store: MailStore, visit: Visit, columns: Sequence[ExtraColumn]
) -> Future[Page | JoinedPage] | None:
    """Fetch the page of a visit that may come next; None where that is no use."""
    if visit.joined or _names(columns)[1] or known_page(store, visit, columns) is not None:
        return None
    return ask_for_page(store, visit, columns, lane=Lane.AHEAD)


def _names(columns: Sequence[ExtraColumn]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Header fields and FETCH items that the rows need."""
    kinds = [column.name.partition(":") for column in columns]
    fields = (*LISTED_FIELDS, *(name for kind, _, name in kinds if kind == "header"))
    return fields, tuple(name for kind, _, name in kinds if kind == "item")
