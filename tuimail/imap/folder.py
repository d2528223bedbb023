"""A folder (RFC 9051: mailbox) as LIST and STATUS tell of it."""

from __future__ import annotations

from dataclasses import dataclass

from tuimail.text import MailText

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
        return self.raw_name.upper() == b"INBOX"

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
