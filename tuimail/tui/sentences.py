"""What a panel says when it has nothing else to show, and which key helps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tuimail.imap.folder import Folder
from tuimail.imap.paging import Order, SortKey
from tuimail.text import safe_line
from tuimail.tui.figures import format_day, format_messages, format_size

if TYPE_CHECKING:
    from tuimail.imap.query import Query


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
CHECKING = "checking…"
ASKING = "asking the server…"
UNCHECKED = "not checked, r tries again"
FETCHING_TEXT = "Fetching the text… Esc stops."
FETCHING_HEADERS = "Fetching all headers…"


def as_of(moment: datetime, now: datetime) -> str:
    """When what is shown was so: `as of 14:02`, `as of 9 Nov`."""
    return f"as of {format_day(moment, now).strip()}"


def waiting(folder: Folder, order: Order, query: Query | None, so_far: str = "") -> str:
    """What is being done, how far it is (`wait_so_far`), and which key leaves it."""
    how_far = f" {so_far}," if so_far else ""
    if query is not None:
        return f"Searching {folder.name}…{how_far} Esc stops."
    if order.key is not SortKey.ARRIVAL:
        return f"Sorting {folder.name} by {order.key.value}…{how_far} Esc stops."
    return f"Opening {folder.name}…{how_far} Esc stops."


def wait_note(order: Order, query: Query | None, so_far: str) -> str:
    """The same in a few words, above what stands in the list until then."""
    word = "loading"
    if query is not None:
        word = "searching"
    elif order.key is not SortKey.ARRIVAL:
        word = "sorting"
    return f"{word}… {so_far}, Esc stops" if so_far else f"{word}…"


def wait_so_far(seconds: float, share: float | None) -> str:
    """`30 %, 12 s`; nothing in the first second."""
    if seconds < 1:
        return ""
    done = "" if share is None else f"{share:.0%}, ".replace("%", " %")
    return f"{done}{int(seconds)} s"


def empty(folder: Folder, query: Query | None = None) -> str:
    if query is not None:
        return f"Nothing in {folder.name} matches. / searches for something else, Esc shows all."
    return f"There are no messages in {folder.name}. J and K open the next folder, the one before."


def place(folder: Folder, query: Query | None, *, joined: bool) -> str:
    """Where the list is, for the status line."""
    name = f"{folder.name} and below" if joined else str(folder.name)
    return name if query is None else f"{name} / {safe_line(query.text, 40)}"


def no_subfolders(folder: Folder) -> str:
    return f"{folder.name} has no subfolders."


def refused(reasons: Mapping[bytes, str]) -> str:
    """Folders that are left out of a list of several."""
    one = "1 folder is" if len(reasons) == 1 else f"{len(reasons)} folders are"
    return f"{one} left out: {next(iter(reasons.values()))}."


def marking(count: int, total: int) -> str:
    return f"Marking {count:,} of {format_messages(total)}… Esc stops."


def unknown_item(name: str) -> str:
    return f"The server does not know the item {name}."


def marked(count: int, missing: int) -> str:
    left_out = f" {missing:,} of the numbers do not exist." if missing else ""
    return f"Marked {format_messages(count)}.{left_out}"


NUMBERS_NEED_ONE_FOLDER = "Numbers belong to one folder. * shows this folder alone."
NUMBERS_HINT = "Enter marks. 1:20,35,40:* are places in the folder, uid 40:* are UIDs."
QUERY_HINT = (
    "Enter searches. Words match anywhere; from: to: subject: since:2024-01-01 before: larger:1M "
    "is:unread has:attachment narrow it; - turns a term round."
)
COLUMN_HINT = (
    "Enter adds #, uid, a header field such as X-Mailer, or item MODSEQ; once more takes it away."
)
NO_ATTACHMENT = "This message has no attachment."
WHICH_ATTACHMENT = "Choose one: s saves it."


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
