"""What a panel says when it has nothing else to show, and which key helps."""

from __future__ import annotations

from tuimail.imap.folder import Folder
from tuimail.tui.figures import format_size


def as_sentence(text: object) -> str:
    """With a capital letter and an end; errors are written to stand behind a colon too."""
    sentence = str(text).strip()
    if not sentence:
        return ""
    sentence = sentence[0].upper() + sentence[1:]
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."


DEMO = "demo mailbox"
CONNECTING = "Connecting…"
NO_FOLDERS = "This account has no folders.\nr looks again."
NO_FOLDER_LIST = "The folders could not be read.\nr tries again."
STOPPED = "Stopped. r looks again."
READ_STOPPED = "Stopped. Enter reads the text."
CHANGED = "changed, r looks again"
FETCHING_TEXT = "Fetching the text… Esc stops."
FETCHING_HEADERS = "Fetching all headers…"


def opening(folder: Folder) -> str:
    return f"Opening {folder.name}… Esc stops."


def empty(folder: Folder) -> str:
    return f"There are no messages in {folder.name}.\nJ and K open the next folder, the one before."


def not_selectable(folder: Folder) -> str:
    return f"{folder.name} only holds other folders.\nJ and K open the next one, the one before."


def made_anew(folder: Folder) -> str:
    return f"{folder.name} was made anew on the server; the marks in it are void."


def failed(error: Exception, key: str = "r") -> str:
    """An error and the key that tries again."""
    return f"{as_sentence(error)}\n{key} tries again."


RECONNECTED = "Connected again."
ALERT = "The server says"
NO_UNSUBSCRIBE = "This message has no unsubscribe link."
COPIED_LINK = "Copied the unsubscribe link"
NO_MESSAGE_ID = "This message has no Message-ID."
COPIED_ID = "Copied the Message-ID"


def throttled(size: int, reason: str) -> str:
    connections = "1 connection" if size == 1 else f"{size} connections"
    return f"{as_sentence(reason)} Going on with {connections}."


NO_SAFE_LINK = "No link in this is safe to copy"
SAVE_RUNS = "A save is running; this can be saved when it has ended."


def saving(count: int, total: int, octets: int) -> str:
    return f"Saving {count:,} of {total:,}, {format_size(octets)}…"
