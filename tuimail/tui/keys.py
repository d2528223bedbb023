"""Every key, by panel. The ids are what a configuration file will call them."""

from __future__ import annotations

from textual.binding import Binding


def _key(
    binding_id: str,
    key: str,
    action: str,
    description: str,
    tooltip: str,
    *,
    show: bool = False,
    group: Binding.Group | None = None,
) -> Binding:
    return Binding(
        key,
        action,
        description,
        show=show,
        tooltip=tooltip,
        id=binding_id,
        group=group,
    )


_FOLD = Binding.Group("Fold")
_TAB = Binding.Group("Tab")
_PAGE = Binding.Group("Page")
_FOLDER = Binding.Group("Folder")


MOVE_KEYS = (
    _key("move.down", "j,down", "cursor_down", "Down", "One line down."),
    _key("move.up", "k,up", "cursor_up", "Up", "One line up."),
    _key("move.top", "g,home", "top", "Top", "To the first line."),
    _key("move.bottom", "G,end", "bottom", "Bottom", "To the last line."),
    _key(
        "move.page-down",
        "pagedown",
        "page_down",
        "Page down",
        "One screen down; past the end of the list, its next page.",
    ),
    _key(
        "move.page-up",
        "pageup",
        "page_up",
        "Page up",
        "One screen up; past the top of the list, the page before.",
    ),
)

LIST_KEYS = (
    _key(
        "list.open",
        "enter",
        "choose",
        "Read",
        "Read the message's text.",
        show=True,
    ),
    _key(
        "list.mark",
        "space",
        "mark",
        "Mark",
        "Mark the message, or take the mark off.",
        show=True,
    ),
)

FOLDER_KEYS = (
    _key(
        "folders.open",
        "enter",
        "choose",
        "Open",
        "Show the folder's messages.",
        show=True,
    ),
    _key(
        "folders.collapse",
        "left",
        "close_level",
        "Fold",
        "Hide the folders below this one, or go up one level.",
        show=True,
        group=_FOLD,
    ),
    _key(
        "folders.expand",
        "right",
        "open_level",
        "Unfold",
        "Show the folders below this one.",
        show=True,
        group=_FOLD,
    ),
)

DETAILS_KEYS = (
    _key(
        "details.previous-tab",
        "left,[",
        "previous_tab",
        "Tab before",
        "The tab at the left.",
        show=True,
        group=_TAB,
    ),
    _key(
        "details.next-tab",
        "right,]",
        "next_tab",
        "Next tab",
        "The tab at the right.",
        show=True,
        group=_TAB,
    ),
    _key("details.read", "enter", "read", "Read", "Read the message's text."),
    _key(
        "details.page-down",
        "space",
        "page_down",
        "Page down",
        "One screen down; past the end of the list, its next page.",
    ),
)

BROWSE_KEYS = (
    _key(
        "list.next-page",
        "n",
        "turn_page(1)",
        "Next page",
        "The next page of the list.",
        show=True,
        group=_PAGE,
    ),
    _key(
        "list.previous-page",
        "p",
        "turn_page(-1)",
        "Previous page",
        "The previous page of the list.",
        show=True,
        group=_PAGE,
    ),
    _key(
        "message.save",
        "e",
        "save",
        "Save",
        "Save the marked messages, or the one under the cursor, as files.",
        show=True,
    ),
    _key(
        "list.export",
        "E",
        "export",
        "Export",
        "Export the folder, those below it, or the whole account; while it runs, how far it is.",
    ),
    _key(
        "message.copy-unsubscribe",
        "u",
        "copy_unsubscribe",
        "Unsubscribe",
        "Copy the link that ends the subscription.",
        show=True,
    ),
    _key(
        "message.choose-unsubscribe",
        "U",
        "choose_unsubscribe",
        "Unsubscribe links",
        "Choose among several links that end the subscription.",
    ),
    _key("list.first-page", "{", "first_page", "First page", "The first page of the list."),
    _key("list.last-page", "}", "last_page", "Last page", "The last page of the list."),
    _key("list.turn-order", "o", "turn_order", "Turn order", "Newest or oldest first.", show=True),
    _key(
        "list.search",
        "slash",
        "search",
        "Search",
        "Search the folder on the server; Esc shows all again.",
        show=True,
    ),
    _key("list.sort", "O", "choose_sort", "Sort", "Choose what the list is sorted by."),
    _key(
        "list.subfolders",
        "asterisk",
        "toggle_subfolders",
        "Subfolders",
        "This folder with its subfolders, or alone.",
    ),
    _key(
        "list.mark-numbers",
        "number_sign",
        "mark_numbers",
        "Mark by number",
        "Mark by sequence numbers or UIDs: 1:20,35 or uid 40:*.",
    ),
    _key("list.mark-page", "a", "mark_page", "Mark page", "Mark every message of the page."),
    _key("list.unmark-all", "A", "unmark_all", "Unmark all", "Take all marks of the folder off."),
    _key(
        "list.reload",
        "r",
        "reload",
        "Look again",
        "Ask the server for the page and the counts.",
        show=True,
    ),
    _key(
        "folders.next",
        "J",
        "step_folder(1)",
        "Next folder",
        "Open the next folder.",
        show=True,
        group=_FOLDER,
    ),
    _key(
        "folders.previous",
        "K",
        "step_folder(-1)",
        "Previous folder",
        "Open the one before.",
        show=True,
        group=_FOLDER,
    ),
    _key(
        "message.save-attachment",
        "s",
        "save_attachment",
        "Save attachment",
        "Save the attachment under the cursor, or the message's only one.",
    ),
    _key("message.copy-id", "y", "copy_message_id", "Copy Message-ID", "Copy the Message-ID."),
    _key("message.headers", "h", "toggle_headers", "Headers", "Short or all headers.", show=True),
    _key("panel.next", "tab", "next_panel(1)", "Next panel", "Go to the next panel."),
    _key("panel.previous", "shift+tab", "next_panel(-1)", "Panel before", "Go to the one before."),
    _key("panel.folders", "1", "show_panel('folders')", "Folders", "Go to the folders."),
    _key("panel.messages", "2", "show_panel('messages')", "Messages", "Go to the messages."),
    _key("panel.details", "3", "show_panel('details')", "Details", "Go to the details."),
    _key("panel.hide-folders", "b", "toggle_folders", "Hide folders", "Hide or show the folders."),
    _key(
        "panel.maximise",
        "z",
        "toggle_zoom",
        "Maximise",
        "Give this panel the whole screen.",
        show=True,
    ),
    _key("app.back", "escape", "back", "Back", "One step back; leaves a wait."),
    _key("app.help", "question_mark", "help", "Help", "The keys of this panel.", show=True),
)

APP_KEYS = (
    _key("app.quit", "q", "quit", "Quit", "Leave tuimail.", show=True),
    _key(
        "app.palette",
        "ctrl+p,:",
        "command_palette",
        "Commands",
        "Find a command or a folder by name.",
    ),
)

DIALOG_KEYS = (_key("dialog.leave", "escape", "leave", "Back", "Close this.", show=True),)

CHOICE_KEYS = (_key("dialog.choose", "enter", "choose", "Choose", "Take this one.", show=True),)

PROMPT_KEYS = (_key("prompt.answer", "enter", "answer", "Go", "Take the line.", show=True),)

SAVE_KEYS = (_key("save.start", "ctrl+s", "save", "Save", "Save the messages.", show=True),)

EXPORT_KEYS = (
    _key(
        "export.plan",
        "enter,ctrl+s",
        "plan",
        "Plan",
        "Look what there is to export; nothing is written yet.",
        show=True,
    ),
    _key("export.start", "enter,ctrl+s", "start", "Start", "Start the export.", show=True),
)

EXPORT_RUN_KEYS = (
    _key("export.stop", "s", "stop", "Stop", "Stop the export; it goes on later.", show=True),
)

QUIT_KEYS = (
    _key("quit.leave", "y,q", "leave_app", "Leave", "Stop what runs and leave.", show=True),
)

PANEL_KEYS = (*LIST_KEYS, *FOLDER_KEYS, *DETAILS_KEYS, *MOVE_KEYS, *BROWSE_KEYS, *APP_KEYS)
"""What the three panels know."""
ALL_KEYS = (
    *PANEL_KEYS,
    *CHOICE_KEYS,
    *PROMPT_KEYS,
    *SAVE_KEYS,
    *EXPORT_KEYS,
    *EXPORT_RUN_KEYS,
    *QUIT_KEYS,
    *DIALOG_KEYS,
)
LASTING_KEYS = frozenset({"app.help", "app.quit", "dialog.leave"})
"""Ids of the keys that are shown whatever the width."""

_KEY_NAMES = {
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "number_sign": "#",
    "colon": ":",
    "enter": "Enter",
    "space": "Space",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "ctrl+p": "Ctrl+P",
    "ctrl+s": "Ctrl+S",
    "home": "Home",
    "end": "End",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def name_key(key: str) -> str:
    """A key as it is written on the keyboard."""
    return _KEY_NAMES.get(key, key)
