"""A message's octets and what is read out of them, kept while it is asked for."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from functools import cached_property

from tuimail.archive.body_structure import write_body_structure
from tuimail.archive.envelope import write_envelope
from tuimail.archive.mailbox import StoredFolder, StoredMessage
from tuimail.mail.entity import Entity, parse_entity
from tuimail.mail.header_block import Field, read_fields

CACHE_LIMIT = 64 * 1024 * 1024
"""Octets of messages kept by one server."""

# A field with its folds and line ends, or a line that is no field (mbox's `From `).
_RAW_FIELD = re.compile(
    rb"^(?!\r?\n)(?:([!-9;-~]+)[ \t]*:)?[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE
)


class OpenedMessage:
    """One message in memory. Threads may read the same one: at worst one value is made twice."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def entity(self) -> Entity:
        return parse_entity(self.raw)

    @cached_property
    def header(self) -> bytes:
        """The header block with its blank line."""
        return self.raw[self.entity.start : self.entity.body_start]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return read_fields(self.header)

    @cached_property
    def raw_fields(self) -> tuple[tuple[bytes, bytes], ...]:
        return split_fields(self.header)

    @cached_property
    def envelope(self) -> bytes:
        return write_envelope(self.fields)

    @cached_property
    def body(self) -> bytes:
        return write_body_structure(self.raw, self.entity, extended=False)

    @cached_property
    def body_structure(self) -> bytes:
        return write_body_structure(self.raw, self.entity, extended=True)


class MessageCache:
    """The messages asked for last, whole, up to a number of octets."""

    def __init__(self, limit: int = CACHE_LIMIT) -> None:
        self._limit = limit
        self._octets = 0
        self._opened: OrderedDict[tuple[str, int, int], OpenedMessage] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, folder: StoredFolder, message: StoredMessage) -> OpenedMessage:
        """The message's octets, loaded when they are not here; raises what `load` raises."""
        key = (folder.name, folder.uid_validity, message.uid)
        with self._lock:
            opened = self._opened.get(key)
            if opened is not None:
                self._opened.move_to_end(key)
                return opened
        opened = OpenedMessage(message.load())
        with self._lock:
            if key not in self._opened:
                self._opened[key] = opened
                self._octets += len(opened.raw)
            while self._octets > self._limit and len(self._opened) > 1:
                _, oldest = self._opened.popitem(last=False)
                self._octets -= len(oldest.raw)
        return opened


def split_fields(header: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """(lower-case name, the field as it stands, folds and line end) of a header block.

    A line that is no field has the name b"".
    """
    if not header.endswith(b"\n"):
        header += b"\r\n"
    return tuple(((match[1] or b"").lower(), match[0]) for match in _RAW_FIELD.finditer(header))
