"""One page of messages: a row each, its columns fitted to the width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address
from tuimail.tui.cells import fit_cells, fit_cells_right
from tuimail.tui.columns import SIGNS_WIDTH, SIZE_WIDTH, Columns, ExtraColumn
from tuimail.tui.figures import format_day, format_size
from tuimail.tui.keys import LIST_KEYS
from tuimail.tui.widgets.line_list import LineList

MARK_SIGN = "✓"
UNREAD_SIGN = "●"
ATTACHMENT_SIGN = "+"
ERROR_SIGN = "!"
# One place for the rarer flags; the first that a message carries is shown.
FLAG_SIGNS = (
    ("\\Deleted", "✗"),
    ("\\Flagged", "⚑"),
    ("\\Draft", "✎"),
    ("\\Answered", "↩"),
)
_ARRIVING = "…"


class ColumnTitles(Widget):
    """The words above the columns of a `MessageList`."""

    columns: reactive[Columns] = reactive(Columns(6, 14, 20))
    person: reactive[str] = reactive("From")
    """"From", or "To" in a folder of sent mail."""

    def render_line(self, _y: int) -> Strip:
        columns = self.columns
        text = " ".join(
            (
                " " * SIGNS_WIDTH,
                fit_cells_right("Date", columns.date),
                fit_cells(self.person, columns.person),
                *(fit_cells(column.title, column.width) for column in columns.extra),
                fit_cells("Subject", columns.subject),
                fit_cells_right("Size", SIZE_WIDTH),
            )
        )
        width = self.size.width
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)


class MessageList(LineList):
    """The messages of one page, newest or oldest first as the page has them.

    Unread messages are bold and carry a sign. A row whose message has not arrived is a `…`.
    """

    BINDINGS = [*LIST_KEYS]

    marks: reactive[frozenset[Identity]] = reactive(frozenset())
    """The marked messages of the folder."""
    stale: reactive[bool] = reactive(False, toggle_class="-stale")
    """Whether another page has been asked for and this one only stays until it comes."""

    @dataclass
    class PastEdge(Message):
        """A movement went over the page's edge."""

        step: int
        """1 past the end, -1 past the beginning."""

    @dataclass
    class MarkToggled(Message):
        """The mark of a message is to be turned over."""

        summary: Summary
        """The message."""

    @dataclass
    class ColumnsChanged(Message):
        """The columns were fitted anew."""

        columns: Columns
        """As the rows are drawn now."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._rows: Sequence[Summary | None] = ()
        self._days: list[str] = []
        self._date_width = 6
        self._recipients = False
        self._columns = Columns(6, 14, 20)
        self._extra: tuple[ExtraColumn, ...] = ()

    @property
    def current(self) -> Summary | None:
        """The message under the cursor; None where there is none, or it has not arrived."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[Summary | None]:
        return self._rows

    def show_rows(
        self,
        rows: Sequence[Summary | None],
        cursor: int,
        *,
        recipients: bool = False,
        extra: Sequence[ExtraColumn] = (),
    ) -> None:
        """Show a page; None is a row that is still to come.

        With `recipients`, rows show to whom a message went instead of from whom it came; `extra`
        columns stand before the subject.
        """
        now = self._clock()
        days = [format_day(row.date or row.internal_date, now) if row else "" for row in rows]
        drawn_so_far = self._recipients, self._extra, self._columns
        before = [*zip(self._rows, self._days, strict=True)]
        self._rows, self._days = rows, days
        self._recipients, self._extra = recipients, tuple(extra)
        self._date_width = max(5, max((len(day) for day in days), default=6))
        self._fit_columns()
        changed = None
        if drawn_so_far == (self._recipients, self._extra, self._columns):
            # A page that was there already, and is now what the server says, is drawn once.
            pairs = zip(before, zip(rows, days, strict=True), strict=False)
            changed = [index for index, (old, new) in enumerate(pairs) if old != new]
        self.set_rows(len(rows), cursor, changed)

    def watch_marks(self) -> None:
        self.refresh()

    def watch_stale(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self._fit_columns()

    def _fit_columns(self) -> None:
        columns = self._columns_in(self.scrollable_content_region.width - 1)
        if columns != self._columns:
            self._columns = columns
            self.post_message(self.ColumnsChanged(columns))

    def _columns_in(self, width: int) -> Columns:
        return Columns.fit(width, self._date_width, self._extra)

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        row = self._rows[index]
        faint = self.style_of("line--faint", style)
        if row is None:
            return [Segment(" " * (SIGNS_WIDTH + 1) + _ARRIVING, faint)]
        error = self.style_of("line--error", style)
        text = self.style_of("line--strong", style) if not row.is_read else style
        if self.stale:
            faint = error = text = faint
        # Not those that were fitted last: the first time it is drawn before it learns its size,
        # and drawing all of it again took a twelfth of a start.
        columns = self._columns_in(width)
        marked = row.identity in self.marks
        flag = next((sign for flag, sign in FLAG_SIGNS if row.has_flag(flag)), " ")
        signs = Segment(
            (MARK_SIGN if marked else " ")
            + (" " if row.is_read else UNREAD_SIGN)
            + flag
            + (ATTACHMENT_SIGN if row.attachments else " "),
            self.style_of("line--mark", text),
        )
        day = Segment(" " + fit_cells_right(self._days[index], columns.date) + " ", faint)
        size = Segment(" " + fit_cells_right(format_size(row.size), SIZE_WIDTH), faint)
        if row.error is not None:
            room = columns.person + 1 + columns.subject
            room += sum(column.width + 1 for column in columns.extra)
            return [signs, day, Segment(fit_cells(f"{ERROR_SIGN} {row.error}", room), error), size]
        people = row.to if self._recipients else row.from_
        return [
            signs,
            day,
            Segment(fit_cells(_format_people(people), columns.person) + " ", text),
            *(
                Segment(fit_cells(column.text(row), column.width) + " ", faint)
                for column in columns.extra
            ),
            Segment(fit_cells(str(row.subject), columns.subject), text),
            size,
        ]

    def action_mark(self) -> None:
        if self.current is not None:
            self.post_message(self.MarkToggled(self.current))
            self.cursor += 1

    def action_page_down(self) -> None:
        if self.cursor >= self.row_count - 1:
            self.post_message(self.PastEdge(1))
        else:
            super().action_page_down()

    def action_page_up(self) -> None:
        if self.cursor <= 0:
            self.post_message(self.PastEdge(-1))
        else:
            super().action_page_up()


def _format_people(people: Sequence[Address]) -> str:
    """The first one's name, or the address where there is no name; how many others there are."""
    if not people:
        return ""
    first = people[0]
    shown = str(first.name) or str(first.address)
    return f"{shown} +{len(people) - 1}" if len(people) > 1 else shown
