"""The header block of a message, as its properties are read from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tuimail.mail.charsets import decode_text
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.header_block import Field, read_fields, unfold


class Header:
    """Fields by their names, in their order; names are asked for in lower case."""

    def __init__(self, block: bytes) -> None:
        self.block = block
        """The raw block, with its blank line."""
        self.fields: Sequence[Field] = read_fields(block)
        self._values: dict[str, list[bytes]] = {}
        for field in self.fields:
            self._values.setdefault(field.name.lower(), []).append(field.value)

    def values(self, name: str) -> Sequence[bytes]:
        """Raw, of every field of this name."""
        return self._values.get(name, ())

    def raw(self, name: str) -> bytes:
        """The first field's value on one line; b"" where there is none."""
        values = self._values.get(name)
        return unfold(values[0]) if values else b""

    def text(self, name: str) -> str:
        """The same, decoded."""
        values = self._values.get(name)
        return decode_words(values[0]) if values else ""

    def word(self, name: str) -> str:
        """The first word in lower case: `high`, `1`."""
        words = self.text(name).split(maxsplit=1)
        return words[0].lower() if words else ""

    def date(self) -> datetime | None:
        """Date; None where it is absent or cannot be read."""
        return parse_date(self.text("date"))

    def received_date(self) -> datetime | None:
        """When the last server took the message: it stands behind the last semicolon."""
        return parse_date(self.raw("received").rpartition(b";")[2].decode("latin-1").strip())

    def transport_text(self) -> str:
        """The whole block, lines ended by CRLF."""
        text = decode_text(self.block, None)
        return normalize_lines(text.removeprefix("\ufeff"))


def normalize_lines(text: str) -> str:
    """Every line ended by CRLF, whatever ended it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
