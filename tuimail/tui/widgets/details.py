"""The message under the cursor: headers, attachments, text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import ContentSwitcher

from tuimail.imap.structure import Attachment, text_part
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import Address
from tuimail.tui.figures import format_moment
from tuimail.tui.keys import DETAILS_KEYS
from tuimail.tui.widgets.attachment_list import AttachmentList
from tuimail.tui.widgets.panel import Panel, PanelHeading
from tuimail.tui.widgets.reader import Passage, Reader

# What reads a message takes 11 ms to import, and is not needed before somebody reads one.
if TYPE_CHECKING:
    from tuimail.tui.reading import ReadHeaders, ReadText

_LABEL_WIDTH = 11
_HANG = 4
# What the summary has already said; the rest of the short headers comes when they are fetched.
_KNOWN = frozenset({"from", "to", "cc", "date", "subject", "message-id"})

READ_HINT = "Enter reads the text."
NO_MESSAGE = "No message is under the cursor."
NO_TEXT = "This message has no text."
NO_ATTACHMENTS = "This message has no attachments."
NO_STRUCTURE = "The server did not say what this message is made of."


class Tab(Enum):
    """What the panel shows; the value is the id of the pane."""

    HEADERS = "headers"
    ATTACHMENTS = "attachments"
    TEXT = "text"


class TabHeading(PanelHeading):
    """The panel's rule with its tabs in it; the chosen one is in brackets."""

    tab: reactive[Tab] = reactive(Tab.HEADERS)
    attachments: reactive[int] = reactive(0)

    @dataclass
    class Picked(Message):
        """A tab was clicked."""

        tab: Tab
        """That one."""

    def titles(self) -> list[tuple[str, bool]]:
        names = {
            Tab.HEADERS: "Headers",
            Tab.ATTACHMENTS: f"Attachments {self.attachments}"
            if self.attachments
            else "Attachments",
            Tab.TEXT: "Text",
        }
        return [
            (f"[{name}]" if tab is self.tab else f" {name} ", tab is self.tab)
            for tab, name in names.items()
        ]

    def on_click(self, event: events.Click) -> None:
        end = 1
        for tab, (title, _) in zip(Tab, self.titles(), strict=True):
            end += cell_len(title) + 2
            if event.x < end:
                self.post_message(self.Picked(tab))
                return


class _Panes(ContentSwitcher):
    BLANK = True  # to Textual: the pane that is shown covers it


class Details(Panel):
    """Three tabs about one message.

    What the list knows is shown at once; `show_headers` and `show_text` add what was fetched.
    """

    BINDINGS = [*DETAILS_KEYS]

    tab: reactive[Tab] = reactive(Tab.HEADERS)
    all_headers: reactive[bool] = reactive(False)
    """All header fields in their order, not only those that a reader asks for."""

    @dataclass
    class ReadRequested(Message):
        """The text of the message is to be read."""

    def __init__(self) -> None:
        super().__init__(id="details")
        self._summary: Summary | None = None
        self._headers: ReadHeaders | None = None
        self._headers_notice = ""
        self._heading = TabHeading()
        self._fields = Reader(id=Tab.HEADERS.value)
        self._attachments = AttachmentList(id=Tab.ATTACHMENTS.value)
        self._text = Reader(id=Tab.TEXT.value)

    def compose(self) -> ComposeResult:
        yield self._heading
        with _Panes(initial=Tab.HEADERS.value):
            yield self._fields
            yield self._attachments
            yield self._text

    def on_mount(self) -> None:
        self.show_message(None)

    @property
    def summary(self) -> Summary | None:
        return self._summary

    @property
    def chosen_attachment(self) -> Attachment | None:
        """The message's only attachment, else the one under the cursor of the tab that is open."""
        attachments = self._summary.attachments if self._summary else ()
        if len(attachments) == 1:
            return attachments[0]
        return self._attachments.current if self.tab is Tab.ATTACHMENTS else None

    @property
    def has_headers(self) -> bool:
        """Whether the message's header block has been fetched."""
        return self._headers is not None

    def show_message(self, summary: Summary | None) -> None:
        """Show what is known of a message without asking; None where there is none."""
        self._summary = summary
        self._headers = None
        self._headers_notice = ""
        attachments = summary.attachments if summary else ()
        self._heading.attachments = len(attachments)
        self._attachments.show_attachments(attachments, _attachment_notice(summary))
        self.show_text_notice(_text_notice(summary))
        self._lay_out_headers()
        self._name_message()

    def show_headers(self, headers: ReadHeaders) -> None:
        """Take over the fetched header block."""
        self._headers = headers
        self._headers_notice = headers.note
        self._lay_out_headers()

    def show_headers_notice(self, notice: str) -> None:
        """A sentence above the headers: a wait, an error."""
        self._headers_notice = notice
        self._lay_out_headers()

    def show_text(self, text: ReadText) -> None:
        """Take over the fetched text."""
        passages = [Passage(text.note, kind="note"), Passage("")] if text.note else []
        body = text.text.block.strip("\n")
        passages.append(Passage(body) if body.strip() else Passage(NO_TEXT, kind="note"))
        self._text.show_passages(passages)

    def show_text_notice(self, notice: str) -> None:
        """A sentence where the text would be: a wait, an error, the key that helps."""
        self._text.show_passages([Passage(notice, kind="note")])

    @property
    def pane(self) -> Reader | AttachmentList:
        """The pane of the chosen tab: what takes the focus."""
        if self.tab is Tab.ATTACHMENTS:
            return self._attachments
        return self._text if self.tab is Tab.TEXT else self._fields

    def watch_tab(self, tab: Tab) -> None:
        had_focus = self.has_focus_within
        self._heading.tab = tab
        self._name_message()
        self.query_one(ContentSwitcher).current = tab.value
        if had_focus:
            self.pane.focus()

    def watch_all_headers(self) -> None:
        self._lay_out_headers()

    def on_tab_heading_picked(self, event: TabHeading.Picked) -> None:
        event.stop()
        self.tab = event.tab
        self.pane.focus()

    def action_next_tab(self) -> None:
        self._step_tab(1)

    def action_previous_tab(self) -> None:
        self._step_tab(-1)

    def action_read(self) -> None:
        self.post_message(self.ReadRequested())

    def action_page_down(self) -> None:
        self.pane.action_page_down()

    def _name_message(self) -> None:
        """Say in the rule which message it is, where the pane does not."""
        named = self._summary if self.tab is not Tab.HEADERS else None
        self._heading.note = str(named.subject) if named else ""

    def _step_tab(self, step: int) -> None:
        tabs = list(Tab)
        self.tab = tabs[(tabs.index(self.tab) + step) % len(tabs)]

    def _lay_out_headers(self) -> None:
        passages = [Passage(self._headers_notice, kind="note")] if self._headers_notice else []
        summary, read = self._summary, self._headers
        if summary is None:
            passages.append(Passage(NO_MESSAGE, kind="note"))
        elif read is not None and read.raw is not None:
            passages.append(Passage(read.raw.block, kind="raw"))
        elif self.all_headers and read is not None and read.headers is not None:
            passages += [
                Passage(str(value), f"{name}:", _HANG) for name, value in read.headers.fields
            ]
        else:
            passages += _short_headers(summary, read)
        self._fields.show_passages(passages)


def _label(fields: Iterable[tuple[str, str]]) -> list[Passage]:
    return [Passage(value, name, _LABEL_WIDTH) for name, value in fields]


def _short_headers(summary: Summary, read: ReadHeaders | None) -> list[Passage]:
    if summary.error is not None:
        return [Passage(str(summary.error), kind="note")]
    fields = [
        ("Subject", str(summary.subject)),
        ("From", _format_addresses(summary.from_)),
        ("To", _format_addresses(summary.to)),
        ("Cc", _format_addresses(summary.cc)),
        ("Date", format_moment(summary.date) if summary.date else ""),
    ]
    if read is not None and read.headers is not None:
        fields += [
            (str(name), str(value))
            for name, value in read.headers.short
            if str(name).lower() not in _KNOWN
        ]
    fields += [
        ("Received", format_moment(summary.internal_date) if summary.internal_date else ""),
        ("Message-ID", str(summary.message_id or "")),
        ("Size", _format_facts(summary)),
    ]
    return _label((name, value) for name, value in fields if value)


def _format_facts(summary: Summary) -> str:
    size = f"{summary.size:,} octets" if summary.size is not None else "unknown"
    flags = ", ".join(flag.lstrip("\\") for flag in summary.flags) or "no flags"
    return f"{size}, UID {summary.identity.uid}, {flags}"


def _format_addresses(addresses: Sequence[Address]) -> str:
    return ", ".join(
        f"{one.name} <{one.address}>" if one.name else str(one.address) for one in addresses
    )


def _attachment_notice(summary: Summary | None) -> str:
    if summary is None:
        return NO_MESSAGE
    return NO_STRUCTURE if summary.structure is None else NO_ATTACHMENTS


def _text_notice(summary: Summary | None) -> str:
    if summary is None:
        return NO_MESSAGE
    if summary.structure is not None and text_part(summary.structure) is None:
        return NO_TEXT
    return READ_HINT
