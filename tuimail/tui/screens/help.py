"""The keys of the focused panel, and what the signs mean."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Vertical
from textual.content import Content

from tuimail.tui.keys import PANEL_KEYS, name_key
from tuimail.tui.screens.dialog import Dialog
from tuimail.tui.screens.panels import DETAILS, FOLDERS, MESSAGES
from tuimail.tui.widgets.key_line import KeyLine
from tuimail.tui.widgets.message_list import (
    ATTACHMENT_SIGN,
    ERROR_SIGN,
    FLAG_SIGNS,
    MARK_SIGN,
    UNREAD_SIGN,
)
from tuimail.tui.widgets.reader import Passage, Reader
from tuimail.tui.widgets.status_line import SIGNS

_KEY_WIDTH = 14
_TITLES = {FOLDERS: "Keys: folders", MESSAGES: "Keys: messages", DETAILS: "Keys: details"}
_SIGN_WORDS = (
    (UNREAD_SIGN, "unread"),
    (MARK_SIGN, "marked"),
    (ATTACHMENT_SIGN, "has attachments"),
    *((sign, flag.lstrip("\\").lower()) for flag, sign in FLAG_SIGNS),
    (ERROR_SIGN, "the server's answer for this message could not be read"),
)


class HelpScreen(Dialog[None]):
    """Every key that does something now, in a sentence each."""

    def __init__(self, panel: str, bindings: Mapping[str, ActiveBinding]) -> None:
        super().__init__()
        self._panel = panel
        self._keys = self._collect(bindings)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -large") as box:
            box.border_title = Content(_TITLES[self._panel])
            yield Reader()
        yield KeyLine()

    def on_mount(self) -> None:
        passages = [Passage(text, keys, _KEY_WIDTH) for keys, text in self._keys]
        passages += [Passage(""), Passage("Signs in the list", kind="strong")]
        passages += [Passage(word, sign, _KEY_WIDTH) for sign, word in _SIGN_WORDS]
        passages += [Passage(""), Passage("Connections, one sign each", kind="strong")]
        passages += [Passage(state.value, sign, _KEY_WIDTH) for state, sign in SIGNS.items()]
        reader = self.query_one(Reader)
        reader.show_passages(passages)
        reader.focus()

    @staticmethod
    def _collect(bindings: Mapping[str, ActiveBinding]) -> list[tuple[str, str]]:
        """One entry an action, in the order of `keys`: its keys, and what it does."""
        keys: dict[str, list[str]] = {one.id: [] for one in PANEL_KEYS if one.id}
        texts: dict[str, str] = {}
        for active in bindings.values():
            binding = active.binding
            if binding.id in keys:
                keys[binding.id].append(name_key(binding.key))
                texts[binding.id] = active.tooltip or binding.description
        return [(" ".join(keys[one]), texts[one]) for one in keys if one in texts]
