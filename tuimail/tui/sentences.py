"""What a panel says when it has nothing else to show, and which key helps."""

from __future__ import annotations

from tuimail.imap.folder import Folder


def as_sentence(text: object) -> str:
    """With a capital letter and an end; errors are written to stand behind a colon too."""
    sentence = str(text).strip()
    if not sentence:
        return ""
    sentence = sentence[0].upper() + sentence[1:]
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."


CONNECTING = "Connecting…"
NO_FOLDERS = "This account has no folders. r looks again."
NO_FOLDER_LIST = "The folders could not be read. r tries again."
STOPPED = "Stopped. r looks again."
READ_STOPPED = "Stopped. Enter reads the text."
FETCHING_TEXT = "Fetching the text… Esc stops."
FETCHING_HEADERS = "Fetching all headers…"


def opening(folder: Folder) -> str:
    return f"Opening {folder.name}… Esc stops."


def empty(folder: Folder) -> str:
    return f"{folder.name} is empty. J and K open the next folder and the one before."


def not_selectable(folder: Folder) -> str:
    return f"{folder.name} only holds other folders. J and K open the next one and the one before."


def failed(error: Exception, key: str = "r") -> str:
    """An error and the key that tries again."""
    return f"{as_sentence(error)} {key} tries again."
