"""LIST, LSUB and STATUS: which folders there are, and what they hold (RFC 9051, 6.3.9, 6.3.11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tuimail.archive.command import Argument
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import StoredFolder
from tuimail.archive.response import bad, no
from tuimail.mail.mailbox_names import decode_mailbox_name, encode_mailbox_name, is_inbox

DELIMITER = "/"

_QUOTE = re.compile(rb'(["\\])')


@dataclass(frozen=True)
class FolderTree:
    """The folders by name, with the parents that exist only in their children's names."""

    folders: tuple[StoredFolder, ...]

    @cached_property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        r"""Every name that LIST gives, \HasChildren and \HasNoChildren included."""
        own = {folder.name: folder.attributes for folder in self.folders}
        names: dict[str, tuple[str, ...]] = {}
        parents: set[str] = set()
        for folder in self.folders:
            levels = folder.name.split(DELIMITER)
            for depth in range(1, len(levels)):
                parent = DELIMITER.join(levels[:depth])
                parents.add(parent)
                names.setdefault(parent, own.get(parent, ("\\Noselect",)))
            names[folder.name] = folder.attributes
        return {
            name: (*attributes, "\\HasChildren" if name in parents else "\\HasNoChildren")
            for name, attributes in names.items()
        }

    def find(self, raw_name: bytes) -> StoredFolder:
        """The folder of this name, as on the wire; raises CommandError where there is none."""
        try:
            name = decode_mailbox_name(raw_name)
        except ValueError:
            raise bad("Mailbox name is not valid mUTF-7") from None
        for folder in self.folders:
            if folder.name == name or (is_inbox(folder.name) and is_inbox(name)):
                if "\\Noselect" in folder.attributes:
                    raise no(f"Mailbox isn't selectable: {raw_name.decode('ascii', 'replace')}")
                return folder
        raise no("[NONEXISTENT] Mailbox doesn't exist: " + raw_name.decode("ascii", "replace"))

    def match(self, patterns: Iterable[bytes]) -> Iterator[str]:
        """The names that a LIST's patterns choose."""
        regexes = [_compile_pattern(pattern) for pattern in patterns]
        for name in self.attributes:
            wire = encode_mailbox_name(name)
            wire = b"INBOX" if wire.upper() == b"INBOX" else wire
            if any(regex.fullmatch(wire) for regex in regexes):
                yield name


@dataclass(frozen=True, slots=True)
class ListRequest:
    """The arguments of LIST, extended or not (RFC 5258, RFC 5819)."""

    patterns: tuple[bytes, ...]
    """With the reference before them."""
    subscribed: bool
    """Whether `\\Subscribed` is to be said."""
    status: tuple[str, ...]
    """STATUS items to be given with each selectable folder."""


def parse_list(arguments: list[Argument]) -> ListRequest:
    """Read LIST's arguments; raises CommandError."""
    selection: list[str] = []
    if arguments and isinstance(arguments[0], list):
        selection = _upper(arguments[0])
        arguments = arguments[1:]
    match arguments:
        case [bytes(reference), bytes(pattern), *rest]:
            patterns = [pattern]
        case [bytes(reference), list(listed), *rest]:
            patterns = [pattern for pattern in listed if isinstance(pattern, bytes)]
        case _:
            raise bad("Invalid arguments")
    options: list[Argument] = []
    match rest:
        case [bytes(word), list(options)] if word.upper() == b"RETURN":
            pass
        case [_, *_]:
            raise bad("Invalid arguments")
    status: tuple[str, ...] = ()
    for option, argument in pairwise([*options, b""]):
        if option == b"STATUS" and isinstance(argument, list):
            status = parse_status_items(argument)
    subscribed = "SUBSCRIBED" in selection or b"SUBSCRIBED" in options
    return ListRequest(tuple(reference + pattern for pattern in patterns), subscribed, status)


def parse_status_items(items: Argument) -> tuple[str, ...]:
    """Read the list of what STATUS is to say; raises CommandError."""
    names = _upper(items) if isinstance(items, list) else []
    if not names or not set(names) <= _STATUS.keys():
        raise bad("Invalid status item")
    return tuple(names)


def write_list(command: str, name: str, attributes: Iterable[str]) -> bytes:
    """One untagged LIST or LSUB."""
    listed = " ".join(attributes)
    return f'* {command} ({listed}) "{DELIMITER}" '.encode("ascii") + _write_name(name) + b"\r\n"


def write_status(
    view: FolderView, items: Iterable[str], measure: Callable[[FolderView], int]
) -> bytes:
    """One untagged STATUS; `measure` gives the octets of a folder."""
    values = (
        f"{item} {measure(view) if item == 'SIZE' else _STATUS[item](view)}" for item in items
    )
    listed = " ".join(values).encode("ascii")
    return b"* STATUS %b (%b)\r\n" % (_write_name(view.folder.name), listed)


def _write_name(name: str) -> bytes:
    return b'"' + _QUOTE.sub(rb"\\\1", encode_mailbox_name(name)) + b'"'


def _upper(items: list[Argument]) -> list[str]:
    return [item.upper().decode("ascii", "replace") for item in items if isinstance(item, bytes)]


def _compile_pattern(pattern: bytes) -> re.Pattern[bytes]:
    # Neighbouring wildcards are one, so that many of them cannot make the match slow.
    pattern = re.sub(rb"[*%]*\*[*%]*", b"*", pattern)
    pattern = re.sub(rb"%+", b"%", pattern)
    if pattern.upper() == b"INBOX":
        pattern = b"INBOX"
    wild = {b"*": rb".*", b"%": rb"[^/]*"}
    pieces = re.split(rb"([*%])", pattern)
    return re.compile(b"".join(wild.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)


_STATUS: dict[str, Callable[[FolderView], int]] = {
    "MESSAGES": lambda view: view.total,
    "UNSEEN": lambda view: view.unseen,
    "RECENT": lambda _: 0,
    "UIDNEXT": lambda view: view.uid_next,
    "UIDVALIDITY": lambda view: view.folder.uid_validity,
    "SIZE": lambda _: 0,
}
