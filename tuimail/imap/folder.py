"""A folder (RFC 9051: mailbox) as LIST and STATUS tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimail.errors import UsageError
from tuimail.mail.mailbox_names import is_inbox
from tuimail.text import MailText, safe_line

# RFC 6154, in the order in which people expect them; INBOX stands before all of them.
SPECIAL_USES = (
    "\\Flagged",
    "\\Important",
    "\\Drafts",
    "\\Sent",
    "\\Archive",
    "\\All",
    "\\Junk",
    "\\Trash",
)


@dataclass(frozen=True, slots=True)
class Folder:
    """One line of LIST's answer."""

    raw_name: bytes
    """The name as the server sent it and wants it back (usually modified UTF-7)."""
    name: MailText
    """The full name, decoded; the raw bytes where they cannot be decoded."""
    delimiter: str | None
    """The character between the levels of the hierarchy; None in a flat name."""
    attributes: tuple[str, ...]
    """As sent, backslash and all: `\\HasChildren`, `\\Noselect`, `\\Sent`."""

    @property
    def path(self) -> tuple[MailText, ...]:
        """The name's levels, outermost first."""
        if not self.delimiter:
            return (self.name,)
        return tuple(MailText(level) for level in self.name.decoded.split(self.delimiter))

    @property
    def is_inbox(self) -> bool:
        """INBOX is one name in any case (RFC 9051, 5.1)."""
        return folder_key(self.raw_name) == b"INBOX"

    @property
    def selectable(self) -> bool:
        """False for a name that only carries children, or does not exist."""
        return not (self.has_attribute("\\Noselect") or self.has_attribute("\\NonExistent"))

    @property
    def has_children(self) -> bool | None:
        """None where the server does not say."""
        if self.has_attribute("\\HasChildren"):
            return True
        if self.has_attribute("\\HasNoChildren") or self.has_attribute("\\Noinferiors"):
            return False
        return None

    @property
    def special_use(self) -> str | None:
        """`\\Sent`, `\\Trash` … (RFC 6154), or None."""
        return next((use for use in SPECIAL_USES if self.has_attribute(use)), None)

    def has_attribute(self, attribute: str) -> bool:
        """Whether LIST gave this attribute; attributes have no case (RFC 9051, 7.3.1)."""
        return attribute.lower() in (own.lower() for own in self.attributes)


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What STATUS says of a folder; None where the server does not say."""

    messages: int | None = None
    unseen: int | None = None
    recent: int | None = None
    uid_next: int | None = None
    uid_validity: int | None = None
    size: int | None = None
    """Octets of all messages together (RFC 8438)."""


INBOX = Folder(b"INBOX", MailText("INBOX"), None, ())
"""Every server has it under this name (RFC 9051, 5.1): no LIST is needed to open it."""


def folder_key(raw_name: bytes) -> bytes:
    """The same for two raw names of one folder: INBOX in any case (RFC 9051, 5.1)."""
    return b"INBOX" if raw_name.upper() == b"INBOX" else raw_name


def find_folder(folders: Sequence[Folder], name: str) -> Folder:
    """The folder of this full name, decoded; INBOX in any case.

    Raises UsageError, which names the nearest ones, when there is none.
    """
    for folder in folders:
        if folder.name.decoded == name or (folder.is_inbox and is_inbox(name)):
            return folder
    import difflib  # only whoever mistyped pays for it

    by_name = {str(folder.name): folder for folder in folders}
    by_folded_name = {shown.casefold(): shown for shown in by_name}
    near = difflib.get_close_matches(name.casefold(), by_folded_name, n=3, cutoff=0.5)
    hint = ", ".join(by_folded_name[folded] for folded in near)
    raise UsageError(
        f"there is no folder {safe_line(name, 100)!r}" + (f"; is it {hint}?" if hint else "")
    )


def with_subfolders(folders: Sequence[Folder], top: Folder) -> tuple[Folder, ...]:
    """A folder and all below it in the hierarchy, in the order of `folders`."""
    start = top.name.decoded + (top.delimiter or "")
    return tuple(
        folder
        for folder in folders
        if folder.raw_name == top.raw_name
        or (top.delimiter and folder.name.decoded.startswith(start))
    )


def in_outline_order(folders: Sequence[Folder]) -> tuple[Folder, ...]:
    """INBOX, then special uses in the order people expect, then names; children behind parents."""
    by_path = {_levels(folder): folder for folder in folders}

    def key(folder: Folder) -> list[tuple[bool, int, str, str]]:
        levels = _levels(folder)
        return [
            _rank(by_path.get(levels[:end]), levels[end - 1]) for end in range(1, len(levels) + 1)
        ]

    return tuple(sorted(folders, key=key))


def _levels(folder: Folder) -> tuple[str, ...]:
    return tuple(level.decoded for level in folder.path)


def _rank(folder: Folder | None, name: str) -> tuple[bool, int, str, str]:
    use = folder.special_use if folder else None
    place = SPECIAL_USES.index(use) if use else len(SPECIAL_USES)
    return (not (folder and folder.is_inbox), place, name.casefold(), name)
