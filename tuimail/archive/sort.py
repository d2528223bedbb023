"""SORT: messages in the order of their headers (RFC 5256)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tuimail.archive.command import Argument
from tuimail.archive.response import bad
from tuimail.archive.search import Candidate
from tuimail.mail.sort_keys import date_key, mailbox_key, received_key, subject_key

SortKey = Callable[[Candidate], str | int | datetime]


def parse_sort_keys(argument: Argument) -> list[tuple[SortKey, bool]]:
    """Keys, each with whether it is reversed; raises CommandError."""
    keys: list[tuple[SortKey, bool]] = []
    is_reversed = False
    for name in argument if isinstance(argument, list) else []:
        word = name.decode("latin-1").upper() if isinstance(name, bytes) else ""
        if word == "REVERSE":
            is_reversed = True
            continue
        if word not in _KEYS:
            raise bad("Unknown sort key")
        keys.append((_KEYS[word], is_reversed))
        is_reversed = False
    if not keys or is_reversed:
        raise bad("Missing sort key")
    return keys


def sort_candidates(
    candidates: Sequence[Candidate], keys: Sequence[tuple[SortKey, bool]]
) -> list[Candidate]:
    """In order of the keys; ties ascend by sequence number, also behind REVERSE.

    The candidates come ascending by sequence number.
    """
    values = [[key(candidate) for key, _ in keys] for candidate in candidates]
    places = list(range(len(candidates)))
    # Python's sort keeps ties as they are, with `reverse` too: the last key goes first.
    for at in reversed(range(len(keys))):
        places.sort(key=lambda place: values[place][at], reverse=keys[at][1])
    return [candidates[place] for place in places]


def _first_value(candidate: Candidate, name: str) -> bytes:
    values = (field.value for field in candidate.opened.fields if field.name.lower() == name)
    return next(values, b"")


def _by_field(name: str, key: Callable[[bytes], str]) -> SortKey:
    return lambda candidate: key(_first_value(candidate, name))


_KEYS: dict[str, SortKey] = {
    "ARRIVAL": lambda candidate: received_key(candidate.stored.internal_date),
    "CC": _by_field("cc", mailbox_key),
    "DATE": lambda candidate: date_key(
        _first_value(candidate, "date"), candidate.stored.internal_date
    ),
    "FROM": _by_field("from", mailbox_key),
    "SIZE": lambda candidate: len(candidate.opened.raw),
    "SUBJECT": _by_field("subject", subject_key),
    "TO": _by_field("to", mailbox_key),
}
