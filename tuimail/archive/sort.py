"""SORT: messages in the order of their headers (RFC 5256)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from tuimail.archive.command import Argument
from tuimail.archive.response import bad
from tuimail.archive.search import Candidate
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.base_subject import base_subject
from tuimail.mail.collation import fold_case
from tuimail.mail.encoded_words import decode_words

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
    ordered = list(candidates)
    # Python's sort keeps ties as they are, with `reverse` too: the last key goes first.
    for key, is_reversed in reversed(keys):
        ordered.sort(key=key, reverse=is_reversed)
    return ordered


def _first_value(candidate: Candidate, name: str) -> bytes:
    values = (field.value for field in candidate.opened.fields if field.name.lower() == name)
    return next(values, b"")


def _mailbox(name: str) -> SortKey:
    """The local part of a field's first address."""

    def read(candidate: Candidate) -> str:
        addresses = parse_addresses(_first_value(candidate, name))
        if not addresses:
            return ""
        address = (addresses[0].address or addresses[0].name).decoded
        local, at, domain = address.rpartition("@")
        return fold_case(local if at else domain)

    return read


def _date(candidate: Candidate) -> datetime:
    return (candidate.sent or candidate.stored.internal_date).astimezone(UTC)


def _subject(candidate: Candidate) -> str:
    return fold_case(base_subject(decode_words(_first_value(candidate, "subject"))))


_KEYS: dict[str, SortKey] = {
    "ARRIVAL": lambda candidate: candidate.stored.internal_date,
    "CC": _mailbox("cc"),
    "DATE": _date,
    "FROM": _mailbox("from"),
    "SIZE": lambda candidate: len(candidate.opened.raw),
    "SUBJECT": _subject,
    "TO": _mailbox("to"),
}
