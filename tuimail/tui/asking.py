"""What the screen asks of the store, and how it waits for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar, cast

from tuimail.imap.fetch import LISTED_FIELDS
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
    store: MailStore, visit: Visit, arrival: PageArrival, columns: Sequence[ExtraColumn]
) -> Future[Page | JoinedPage]:
    """The page of a visit, with what further columns show."""
    kinds = [column.name.partition(":") for column in columns]
    fields = (*LISTED_FIELDS, *(name for kind, _, name in kinds if kind == "header"))
    items = tuple(name for kind, _, name in kinds if kind == "item")
    if visit.joined:
        joined = store.joined_page(
            visit.joined,
            visit.number,
            visit.order,
            query=visit.query,
            results=visit.results,
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
        on_rows=arrival.take_rows if visit.comes_in_order else None,
        fields=fields,
        items=items,
    )
    return cast("Future[Page | JoinedPage]", page)
