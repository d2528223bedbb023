"""Finding and choosing messages: searching, sorting, subfolders, marks, further columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from tuimail.errors import TuimailError
from tuimail.imap.folder import with_subfolders
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.row_extras import check_field_name, check_item_name
from tuimail.imap.summary import Summary
from tuimail.tui import sentences
from tuimail.tui.asking import answer
from tuimail.tui.columns import NUMBER_COLUMN, UID_COLUMN, ExtraColumn, header_column, item_column
from tuimail.tui.screens.browse import BrowseScreen
from tuimail.tui.screens.panels import FOLDERS
from tuimail.tui.widgets.message_list import MessageList

# Nor does the first page need what narrows a folder: 10 ms of imports.
if TYPE_CHECKING:
    from tuimail.imap.number_set import NumberSet
    from tuimail.imap.query import Query

ROWS_AT_A_TIME = 500
"""Messages that are marked by number with one request."""


class FindScreen(BrowseScreen):
    """A list that is narrowed, ordered and marked by more than the cursor."""

    _last_query = ""

    # --- searching

    def action_search(self) -> None:
        from tuimail.imap.query import parse_query
        from tuimail.tui.screens.prompt import PromptScreen

        query = self.visit.query
        self.app.push_screen(
            PromptScreen(
                "Search", sentences.QUERY_HINT, parse_query,
                value=query.text if query else self._last_query,
            ),
            self._search,
        )  # fmt: skip

    def _search(self, query: Query | None) -> None:
        if query is not None:
            self._last_query = query.text
            self.open_page(self.visit.narrowed_to(query))

    def leave_search(self) -> bool:
        """Show all messages again; whether fewer were shown."""
        if self.visit.query is None:
            return False
        self.open_page(self.visit.narrowed_to(None))
        return True

    # --- sorting

    def action_choose_sort(self) -> None:
        from tuimail.tui.screens.sort import SortScreen

        self.app.push_screen(SortScreen(self.visit.order.key), self._sort)

    def _sort(self, key: SortKey | None) -> None:
        if key is not None:
            self.change_order(Order(key, self.visit.order.descending))

    # --- subfolders

    def action_toggle_subfolders(self) -> None:
        visit = self.visit
        if visit.joined:
            self.open_page(visit.joined_with(()))
            return
        # The folder that is pointed at may be one that only holds others.
        top = visit.folder
        if self.focused_panel == FOLDERS:
            top = self.folder_tree.pointed_at or top
        outline = self.folder_tree.outline
        below = [f for f in with_subfolders(tuple(outline.every_folder()), top) if f != top]
        if not outline.lines:
            self.say(sentences.NO_FOLDER_LIST)
        elif not below:
            self.say(sentences.no_subfolders(top))
        else:
            self.folder_tree.show_opened(top)
            start = replace(visit, folder=top)
            self.open_page(start.joined_with((top, *below)))

    # --- marking

    @on(MessageList.MarkToggled)
    def _toggle_mark(self, event: MessageList.MarkToggled) -> None:
        identity = event.summary.identity
        marks = self._marks_of(event.summary)
        if marks.pop(identity, None) is None:
            marks[identity] = event.summary
        self._show_marks()

    def action_mark_page(self) -> None:
        self.mark_rows([row for row in self.list_panel.messages.rows if row])

    def mark_rows(self, rows: Sequence[Summary]) -> None:
        """Mark messages, on whatever page they are; not those without an identity."""
        for row in rows:
            if row.identity.uid:
                self._marks_of(row)[row.identity] = row
        self._show_marks()

    def action_unmark_all(self) -> None:
        self.stop_marking()
        self.clear_marks()
        self._show_marks()

    def stop_marking(self) -> bool:
        """Mark no more by number; whether that was under way."""
        busy = any(w.group == "numbers" and not w.is_finished for w in self.workers)
        self.workers.cancel_group(self, "numbers")
        return busy

    def _show_marks(self) -> None:
        self.list_panel.messages.marks = frozenset(self.marks)
        self.status.marked = len(self.marks)

    def _marks_of(self, row: Summary) -> dict[Identity, Summary]:
        return self.marks_in(row.identity.folder)

    def action_mark_numbers(self) -> None:
        if self.visit.joined:
            self.say(sentences.NUMBERS_NEED_ONE_FOLDER)
            return
        from tuimail.tui.screens.prompt import PromptScreen

        self.app.push_screen(
            PromptScreen("Mark by number", sentences.NUMBERS_HINT, read_numbers),
            self._mark_numbers,
        )

    @work(exclusive=True, group="numbers")
    async def _mark_chosen(self, numbers: NumberSet, by_uid: bool) -> None:
        from tuimail.imap.selection import Selection

        folder = self.visit.folder
        try:
            chosen = await answer(self, self.store.choose(folder, Selection(numbers, by_uid)))
            marked = 0
            for start in range(0, len(chosen.uids), ROWS_AT_A_TIME):
                uids = chosen.uids[start : start + ROWS_AT_A_TIME]
                rows = await answer(self, self.store.rows(chosen, uids))
                self.mark_rows(rows)
                marked += len(rows)
                self.say(sentences.marking(marked, len(chosen.uids)))
        except TuimailError as error:
            self.say(sentences.as_sentence(error))
        else:
            self.say(sentences.marked(marked, chosen.missing))

    def _mark_numbers(self, answer: tuple[NumberSet, bool] | None) -> None:
        if answer is not None:
            self._mark_chosen(*answer)

    # --- columns

    def toggle_column(self, column: ExtraColumn) -> None:
        """Add a column to the list, or take it away; the page is asked for anew."""
        extra = self.list_panel.extra
        kept = tuple(one for one in extra if one.name != column.name)
        self.list_panel.extra = kept if len(kept) < len(extra) else (*extra, column)
        self.action_reload()

    def action_toggle_numbers(self) -> None:
        self.toggle_column(NUMBER_COLUMN)

    def action_toggle_uids(self) -> None:
        self.toggle_column(UID_COLUMN)

    def action_add_column(self) -> None:
        from tuimail.tui.screens.prompt import PromptScreen

        self.app.push_screen(
            PromptScreen("Column", sentences.COLUMN_HINT, read_column), self._add_column
        )

    def _add_column(self, column: ExtraColumn | None) -> None:
        if column is not None:
            self._try_column(column)

    @work(exclusive=True, group="columns")
    async def _try_column(self, column: ExtraColumn) -> None:
        kind, _, name = column.name.partition(":")
        if kind == "item":
            # One item that the server does not know would cost every page.
            try:
                asked = self.store.unknown_items(self.visit.folder, (name,))
                unknown = await answer(self, asked)
            except TuimailError as error:
                self.say(sentences.as_sentence(error))
                return
            if unknown:
                self.say(sentences.unknown_item(name))
                return
        self.toggle_column(column)


def read_numbers(text: str) -> tuple[NumberSet, bool]:
    """A set, and whether it is of UIDs: `1:20,35`, `uid 40:*`. Raises UsageError."""
    from tuimail.imap.number_set import NumberSet

    text = text.strip()
    by_uid = text.lower().startswith("uid")
    return NumberSet.parse(text[3:].lstrip(" :") if by_uid else text), by_uid


def read_column(text: str) -> ExtraColumn:
    """`#`, `uid`, `item MODSEQ`, or the name of a header field. Raises UsageError."""
    text = text.strip()
    if text in ("#", "number"):
        return NUMBER_COLUMN
    if text.lower() == "uid":
        return UID_COLUMN
    word, _, item = text.partition(" ")
    if word.lower() == "item":
        check_item_name(item.strip())
        return item_column(item.strip().upper())
    check_field_name(text)
    return header_column(text)
