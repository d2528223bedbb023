"""The screen: browsing, reading, and taking out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.notifications import SeverityLevel

from tuimail.errors import TuimailError
from tuimail.files import shown_path
from tuimail.imap.events import (
    Alert,
    ConnectionsChanged,
    ConnectionState,
    Lost,
    MessagesChanged,
    Reconnected,
    Throttled,
)
from tuimail.imap.structure import Attachment, text_part
from tuimail.imap.summary import Summary
from tuimail.text import MailText
from tuimail.tui import sentences
from tuimail.tui.asking import answer
from tuimail.tui.keys import BROWSE_KEYS
from tuimail.tui.messages import SaveProgressed, StoreReported, post_from_thread
from tuimail.tui.screens.exporting import ExportingScreen
from tuimail.tui.screens.panels import DETAILS
from tuimail.tui.widgets.details import Details, Tab
from tuimail.tui.widgets.message_list import MessageList

# The first page needs neither the dialogs nor what reads and saves messages; without them it is
# there 25 ms earlier.
if TYPE_CHECKING:
    from tuimail.export.save import SaveReport
    from tuimail.mail.unsubscribe import Link
    from tuimail.tui.screens.save import SaveChoice

SAVED_TIME = 30.0
"""Seconds that the end of a save stands in the status line."""
ALERT_TIME = 1.0
"""Seconds that an alert stands at least before a newer one takes its place."""
_RESTLESS = {ConnectionState.LOST, ConnectionState.CONNECTING}


class MainScreen(ExportingScreen):
    """What `tuimail` shows."""

    BINDINGS = [*BROWSE_KEYS]

    _shown_alert: MailText | None = None
    """The alert that has not had its time yet."""
    _newest_alert: MailText | None = None

    def on_mount(self) -> None:
        self.store.listen(lambda event: post_from_thread(self, StoreReported(event)))

    # --- what the store tells

    def on_store_reported(self, message: StoreReported) -> None:
        match message.event:
            case ConnectionsChanged():
                self.status.states = states = self.store.connection_states
                if not _RESTLESS.intersection(states):
                    self.status.trouble = ""
            case MessagesChanged(folder, total):
                self.show_total(folder, total)
            case Lost(reason):
                self.status.trouble = f"{sentences.as_sentence(reason)} Connecting again…"
            case Reconnected():
                self.status.trouble = ""
                self.say(sentences.RECONNECTED)
            case Throttled(size, reason):
                self.say(sentences.throttled(size, reason))
            case Alert(text):
                self._newest_alert = text
                if self._shown_alert is None:
                    self._show_newest_alert()

    def _show_newest_alert(self) -> None:
        """One a second: a server can send more alerts than anybody can read."""
        alert = self._newest_alert
        if alert == self._shown_alert:
            self._shown_alert = None
            return
        self._shown_alert = alert
        self._show_toast(str(alert), sentences.ALERT, severity="warning")
        self.set_timer(ALERT_TIME, self._show_newest_alert)

    # --- reading

    @on(MessageList.CursorMoved)
    def _follow_cursor(self, event: MessageList.CursorMoved) -> None:
        if event.source is not self.list_panel.messages:
            return
        self.workers.cancel_group(self, "text")
        self.workers.cancel_group(self, "headers")
        self.show_current()

    @on(MessageList.Chosen)
    def _read_chosen(self, event: MessageList.Chosen) -> None:
        if event.source is self.list_panel.messages:
            self._read()

    @on(Details.ReadRequested)
    def _read(self) -> None:
        summary = self.details.summary
        if summary is None:
            return
        self.details.tab = Tab.TEXT
        self.focus_panel(DETAILS)
        self._load_headers(summary)
        if summary.structure is not None and text_part(summary.structure) is not None:
            self._load_text(summary)

    @work(exclusive=True, group="text")
    async def _load_text(self, summary: Summary) -> None:
        from tuimail.tui.reading import read_text

        part = text_part(summary.structure) if summary.structure else None
        if part is None:
            return
        self.details.show_text_notice(sentences.FETCHING_TEXT)
        try:
            text = await answer(self, read_text(self.store, summary.identity, part))
        except TuimailError as error:
            self.details.show_text_notice(sentences.failed(error, "Enter"))
        else:
            self.details.show_text(text)

    @work(exclusive=True, group="headers")
    async def _load_headers(self, summary: Summary) -> None:
        from tuimail.tui.reading import read_headers

        try:
            headers = await answer(self, read_headers(self.store, summary.identity))
        except TuimailError as error:
            self.details.show_headers_notice(sentences.as_sentence(error))
        else:
            self.details.show_headers(headers)

    def action_toggle_headers(self) -> None:
        details = self.details
        if details.tab is not Tab.HEADERS:
            details.tab, details.all_headers = Tab.HEADERS, True
        else:
            details.all_headers = not details.all_headers
        if details.all_headers and details.summary and not details.has_headers:
            details.show_headers_notice(sentences.FETCHING_HEADERS)
            self._load_headers(details.summary)

    # --- taking out

    def action_copy_unsubscribe(self) -> None:
        summary = self.list_panel.messages.current
        field = summary.list_unsubscribe if summary else None
        if field is None:
            self.say(sentences.NO_UNSUBSCRIBE)
        elif field.best is None:
            self._show_toast(str(field.raw), sentences.NO_SAFE_LINK, severity="warning")
        else:
            self._copy_link(field.best)

    def action_choose_unsubscribe(self) -> None:
        from tuimail.tui.screens.links import LinksScreen

        summary = self.list_panel.messages.current
        field = summary.list_unsubscribe if summary else None
        if field is None or not field.links:
            self.action_copy_unsubscribe()
        else:
            self.app.push_screen(LinksScreen(field), self._copy_link)

    def _copy_link(self, link: Link | None) -> None:
        if link is None:
            return
        self.app.copy_to_clipboard(link.url)
        shown = link.url if str(link.shown) == link.url else f"{link.url}\n{link.shown}"
        if link.warning:
            self._show_toast(f"{shown}\n{link.warning}", sentences.COPIED_LINK, severity="warning")
        else:
            self._show_toast(shown, sentences.COPIED_LINK)

    def action_copy_message_id(self) -> None:
        summary = self.list_panel.messages.current
        if summary is None or not summary.message_id:
            self.say(sentences.NO_MESSAGE_ID)
            return
        self.app.copy_to_clipboard(str(summary.message_id))
        self._show_toast(str(summary.message_id), sentences.COPIED_ID)

    def _show_toast(
        self, text: str, title: str, *, severity: SeverityLevel = "information"
    ) -> None:
        """Text that is too long for the status line; safe, and shown as it is, one at a time."""
        self.status.sentence = ""
        self.app.clear_notifications()
        self.notify(text, title=title, severity=severity, markup=False)

    def action_save(self) -> None:
        from tuimail.tui.screens.save import SaveScreen

        if self.is_taking_out():
            return
        current = self.list_panel.messages.current
        chosen = tuple(self.marks.values()) or ((current,) if current else ())
        if chosen:
            self.app.push_screen(
                SaveScreen(len(chosen), self.state.export_folder),
                lambda choice: self._begin_save(chosen, choice),
            )

    def action_save_attachment(self) -> None:
        from tuimail.tui.screens.prompt import PromptScreen
        from tuimail.tui.screens.save import read_folder

        summary = self.details.summary
        if summary is None or not summary.attachments:
            self.say(sentences.NO_ATTACHMENT)
            return
        if self.is_taking_out():
            return
        attachment = self.details.chosen_attachment
        if attachment is None:
            self.details.tab = Tab.ATTACHMENTS
            self.focus_panel(DETAILS)
            self.say(sentences.WHICH_ATTACHMENT)
            return
        folder = self.state.export_folder
        self.app.push_screen(
            PromptScreen(
                f"Save {attachment.name}",
                "Into this folder, which is made if it is missing. What is there already is kept.",
                partial(read_folder, shown=folder),
                value=shown_path(folder) if folder else "",
            ),
            lambda directory: self._begin_saving_attachment(summary, attachment, directory),
        )

    def _begin_saving_attachment(
        self, summary: Summary, attachment: Attachment, directory: Path | None
    ) -> None:
        if directory is None:
            return
        from tuimail.export.attachments import save_attachments

        self._remember_folder(directory)
        self._save = save_attachments(
            self.store,
            [(summary, attachment)],
            directory,
            on_progress=lambda progress: post_from_thread(self, SaveProgressed(progress)),
        )
        self.status.activity = sentences.saving(0, 1, 0)
        self._watch_save(self._save)

    def _remember_folder(self, directory: Path) -> None:
        if directory != self.state.export_folder:
            self.state.export_folder = directory
            self.keep_state()

    def _begin_save(self, chosen: Sequence[Summary], choice: SaveChoice | None) -> None:
        if choice is None:
            return
        from tuimail.export.save import save_messages

        self._remember_folder(choice.directory)
        self._save = save_messages(
            self.store,
            chosen,
            choice.directory,
            on_progress=lambda progress: post_from_thread(self, SaveProgressed(progress)),
            save_format=choice.save_format,
        )
        self.status.activity = sentences.saving(0, len(chosen), 0)
        self._watch_save(self._save)

    @work(group="save")
    async def _watch_save(self, save: Future[SaveReport]) -> None:
        try:
            report = await answer(self, save)
        except TuimailError as error:
            sentence = sentences.as_sentence(error)
        else:
            sentence = sentences.as_sentence(report.sentence)
        self._save = None
        self.status.activity = ""
        self.status.say(sentence, SAVED_TIME)

    def on_save_progressed(self, message: SaveProgressed) -> None:
        done = message.progress
        if self._save is not None:
            self.status.activity = sentences.saving(done.count, done.total, done.octets)

    # --- back and help

    def action_back(self) -> None:
        # One step at a time: out of the text before out of the search that found it.
        steps = (
            self._stop_reading,
            self.stop_waiting,
            self.stop_marking,
            self.step_back,
            self.leave_search,
        )
        any(step() for step in steps)

    def _stop_reading(self) -> bool:
        busy = {w.group for w in self.workers if not w.is_finished} & {"text", "headers"}
        for group in busy:
            self.workers.cancel_group(self, group)
        if "text" in busy:
            self.details.show_text_notice(sentences.READ_STOPPED)
        if "headers" in busy:
            self.details.show_headers_notice("")
        return "text" in busy

    def action_help(self) -> None:
        from tuimail.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.focused_panel, self.active_bindings))
