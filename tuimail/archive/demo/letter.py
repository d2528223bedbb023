"""Letters, as they are written down in the demo's sheets."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tuimail.archive.demo.people import PEOPLE, Person

_HEAD = re.compile(
    r"@ (?P<received>[\d-]+ [\d:]+) (?P<sender>\w+)"
    r"(?: > (?P<to>\w+(?: \w+)*))?(?: / (?P<cc>\w+(?: \w+)*))? \|"
    r"(?P<subject>[^|]*)(?:\|(?P<marks>[ \w]*))?"
)
_REPLY = re.compile(r"(?:(?:re|fwd|aw): *)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message before it is octets."""

    received: datetime
    sender: Person
    subject: str
    text: str = ""
    to: tuple[Person, ...] = (PEOPLE["mira"],)
    cc: tuple[Person, ...] = ()
    marks: frozenset[str] = frozenset()
    """new (else it has been read), answered, flagged, forwarded, draft, deleted, undated, late."""
    files: tuple[str, ...] = ()
    """Names of `FILES`."""
    fields: str = ""
    """Further header fields, as they shall stand; they win over a field of the same name."""
    content: Callable[[Letter], bytes] | None = None
    """Makes the entity, in place of text and files."""
    parent: Letter | None = None
    """What it answers or forwards."""

    @property
    def token(self) -> str:
        """Eight hexadecimal digits, another one for every letter."""
        name = f"{self.received:%Y%m%d%H%M} {self.sender.address} {self.subject}"
        return f"{zlib.crc32(name.encode()):08x}"

    @property
    def message_id(self) -> str:
        return f"<{self.received:%Y%m%d.%H%M}.{self.token}@{self.sender.domain}>"

    @property
    def sent(self) -> datetime:
        """The Date field: some seconds earlier, or six days where the letter was `late`."""
        delay = timedelta(seconds=int(self.token, 16) % 50)
        return self.received - delay - timedelta(days=6 if "late" in self.marks else 0)

    @property
    def base_subject(self) -> str:
        return _REPLY.sub("", self.subject)


def parse_sheet(sheet: str, *, to: str = "mira", fields: str = "") -> tuple[Letter, ...]:
    """The letters of a sheet.

    Each begins with `@ DATE TIME SENDER [> TO…] [/ CC…] | SUBJECT [| MARK…]` (received, UTC;
    people by their name in `PEOPLE`), then a line `+ FILE` for each attachment, then the text.
    """
    letters: list[Letter] = []
    for entry in re.split(r"^(?=@ \d)", sheet, flags=re.MULTILINE)[1:]:
        head, _, body = entry.partition("\n")
        match = _HEAD.fullmatch(head)
        if match is None:
            raise ValueError(f"not the head of a letter: {head}")
        files: list[str] = []
        while body.startswith("+ "):
            name, _, body = body.removeprefix("+ ").partition("\n")
            files.append(name)
        letters.append(
            Letter(
                datetime.fromisoformat(f"{match['received']}+00:00"),
                PEOPLE[match["sender"]],
                match["subject"].strip(),
                body.strip(),
                _find_people(match["to"] or to),
                _find_people(match["cc"] or ""),
                frozenset((match["marks"] or "").split()),
                tuple(files),
                fields,
            )
        )
    return tuple(letters)


def link_threads(letters: Iterable[Letter]) -> list[Letter]:
    """The same letters, each `Re:` and `Fwd:` with the one before it as its parent."""
    latest: dict[str, Letter] = {}
    linked: list[Letter] = []
    for letter in letters:
        if _REPLY.match(letter.subject):
            letter = replace(letter, parent=latest.get(letter.base_subject))
        if letter.subject:
            latest[letter.base_subject] = letter
        linked.append(letter)
    return linked


def _find_people(names: str) -> tuple[Person, ...]:
    return tuple(PEOPLE[name] for name in names.split())
