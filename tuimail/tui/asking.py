"""What a visit asks of the store."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, cast

from tuimail.imap.fetch import LISTED_FIELDS
from tuimail.imap.page import JoinedPage, Page
from tuimail.tui.arrival import PageArrival
from tuimail.tui.columns import ExtraColumn
from tuimail.tui.visit import Visit

if TYPE_CHECKING:
    from tuimail.imap.store import MailStore


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
