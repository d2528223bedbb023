"""Messages whose folder has another UIDVALIDITY now: the saved ones are found again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime

from tuimail.export.ledger import Ledger
from tuimail.export.records import Record, Status


def move_saved(
    ledger: Ledger, folder: int, uid_validity: int, found: Iterable[Record]
) -> tuple[int, int]:
    """Give saved messages the UIDs that they have now; `found` is what the folder holds.

    A message is the same when its EMAILID is (RFC 8474), else when Message-ID, size and date of
    arrival are. Gives how many of those saved were found again, and how many there were.
    """
    old: defaultdict[Hashable, list[Record]] = defaultdict(list)
    count = moved = 0
    for record in ledger.iter_records(Status.SAVED, folder):
        if record.uid_validity != uid_validity:
            count += 1
            # Only what is needed to tell it: there may be many.
            kept = Record(folder, record.uid_validity, record.uid, Status.SAVED)
            for key in _keys(record):
                old[key].append(kept)
    taken: set[tuple[int, int]] = set()
    for record in found if count else ():
        same = next(
            (
                one
                for key in _keys(record)
                for one in old.get(key, ())
                if (one.uid_validity, one.uid) not in taken
            ),
            None,
        )
        if same is not None:
            taken.add((same.uid_validity, same.uid))
            ledger.move(same, uid_validity, record.uid)
            moved += 1
    return moved, count


def _keys(record: Record) -> list[Hashable]:
    """What the same message has under any UIDVALIDITY, the best first."""
    keys: list[Hashable] = []
    if record.email_id is not None:
        keys.append(record.email_id)
    if record.message_id and record.internal_date is not None and record.size is not None:
        arrived = datetime.fromisoformat(record.internal_date).timestamp()
        keys.append((record.message_id, record.size, arrived))
    return keys
