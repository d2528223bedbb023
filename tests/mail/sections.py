"""The IMAP section numbers of a message, counted another way than `find_section` does."""

from __future__ import annotations

from collections.abc import Iterator

from tuimail.mail.entity import Entity


def walk_sections(root: Entity) -> Iterator[tuple[str, Entity]]:
    """Every entity that has an IMAP section number, as (`2.1`, entity), in order."""
    yield from _walk_message(root, "")


def _walk_message(message: Entity, prefix: str) -> Iterator[tuple[str, Entity]]:
    parts = message.children if message.has_parts else (message,)
    for number, part in enumerate(parts, 1):
        yield from _walk_part(part, f"{prefix}{number}")


def _walk_part(part: Entity, section: str) -> Iterator[tuple[str, Entity]]:
    yield section, part
    if part.message is not None:
        yield from _walk_message(part.message, f"{section}.")
    elif part.has_parts:
        yield from _walk_message(part, f"{section}.")
