"""How fast messages come, measured with a few of those that an export is to fetch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from tuimail.errors import TuimailError
from tuimail.export.background import wait_for
from tuimail.export.ledger import Ledger
from tuimail.export.plan import Plan
from tuimail.export.records import Record, Status
from tuimail.imap.identity import Identity
from tuimail.imap.job import Request
from tuimail.imap.store import MailStore

WORTH_MEASURING = 16 << 20
"""Octets of an export below which it takes no longer than measuring it would."""
_MESSAGES = 50
_OCTETS = 2 << 20
_FEWEST_OCTETS = 256 << 10
"""With fewer, it is the round trip that is measured."""
_SHORTEST = 1.0
"""Seconds; what takes less need not be told more closely."""


class _Counter:
    """Takes raw messages and keeps nothing of them: a RawReceiver, and its own sink."""

    def __init__(self) -> None:
        self.octets = 0

    def begin(self, _identity: Identity, _size: int) -> _Counter:
        return self

    def write(self, octets: bytes | memoryview) -> int:
        self.octets += len(octets)
        return len(octets)

    def end(self, _identity: Identity) -> None:
        pass

    def fail(self, _identity: Identity, _error: TuimailError) -> None:
        pass


def estimate_seconds(
    store: MailStore, ledger: Ledger, plan: Plan, wanted: Request[Any] | None = None
) -> float | None:
    """How long one connection would take for what is planned, about; it waits for the answer.

    Some messages are fetched and dropped. None where that is not worth it, tells too little, or
    does not succeed.
    Raises CancelledError once nobody wants it (`wanted`).
    """
    if plan.octets < WORTH_MEASURING:
        return None
    folder = max(plan.folders, key=lambda planned: planned.octets)
    sample = _choose(list(islice(ledger.iter_records(Status.ASKED, folder.record.id), _MESSAGES)))
    counter = _Counter()
    identities = [
        Identity(folder.record.raw_name, record.uid_validity, record.uid) for record in sample
    ]
    started = time.monotonic()
    try:
        wait_for(store.raw(identities, counter), wanted)
    except TuimailError:
        return None
    seconds = time.monotonic() - started
    if counter.octets < _FEWEST_OCTETS:
        return None
    return max(_SHORTEST, plan.octets / counter.octets * seconds)


def _choose(records: Sequence[Record]) -> list[Record]:
    """The smallest first, so that one huge message does not make it wait for minutes."""
    chosen: list[Record] = []
    octets = 0
    for record in sorted(records, key=lambda one: one.size or 0):
        if chosen and octets + (record.size or 0) > _OCTETS:
            break
        chosen.append(record)
        octets += record.size or 0
    return chosen
