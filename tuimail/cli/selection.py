"""Options that say which messages: sets of numbers, and queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.cli.options import Options

if TYPE_CHECKING:
    from tuimail.imap.number_set import NumberSet
    from tuimail.imap.query import Query


def read_numbers(options: Options) -> NumberSet | None:
    """The set that --seq or --uid gives; options.uid tells which. Raises UsageError."""
    text = options.uid if options.uid is not None else options.seq
    if text is None:
        return None
    from tuimail.imap.number_set import NumberSet

    return NumberSet.parse(text)


def read_query(options: Options) -> Query | None:
    """The query that --search gives. Raises QueryError."""
    if options.search is None:
        return None
    from tuimail.imap.query import parse_query

    return parse_query(options.search)


def count_missing(missing: int) -> str:
    """How many numbers of a set were in vain."""
    if missing == 1:
        return "1 number names no message"
    return f"{missing:,} numbers name no message"
