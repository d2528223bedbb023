"""Which folders a command looks into."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tuimail.cli.options import Options
from tuimail.errors import UsageError
from tuimail.imap.folder import INBOX, Folder, find_folder, in_outline_order, with_subfolders
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore
from tuimail.mail.mailbox_names import is_inbox

R = TypeVar("R", bound=Request[Any])


def choose_folders(store: MailStore, options: Options, start: str | None) -> list[Folder]:
    """The folders that can be opened, of those that were asked for; `start` is the default.

    Raises UsageError, with the nearest names where there is no such folder.
    """
    if options.everything:
        if options.folder is not None:
            raise UsageError("--all is every folder; name none beside it")
        folders: Sequence[Folder] = store.folders().result()
    elif options.recursive:
        every = store.folders().result()
        folders = with_subfolders(every, find_folder(every, options.folder or start or "INBOX"))
    else:
        return [find_one_folder(store, options.folder or start or "INBOX")]
    return [folder for folder in in_outline_order(folders) if folder.selectable]


def find_one_folder(store: MailStore, name: str) -> Folder:
    """The folder of this full name; raises UsageError when it is none that holds messages."""
    if is_inbox(name):
        return INBOX
    folder = store.find_folder(name).result()
    if not folder.selectable:
        raise UsageError(
            f"{folder.name} holds no messages, only folders; --recursive looks into those"
        )
    return folder


def ask_ahead(
    folders: Sequence[Folder], ask: Callable[[Folder], R], count: int
) -> Iterator[tuple[Folder, R]]:
    """The request of each folder in turn, while those of the next `count` are under way."""
    waiting: deque[tuple[Folder, R]] = deque()
    try:
        for folder in folders:
            waiting.append((folder, ask(folder)))
            if len(waiting) > count:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for _, request in waiting:
            request.cancel()
