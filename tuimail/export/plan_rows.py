"""What is known of chosen messages before they are fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from tuimail.errors import CommandRefused, ConnectionLost
from tuimail.export.patience import is_passing
from tuimail.export.questions import Questions
from tuimail.export.records import Record, Status
from tuimail.imap.job import Request
from tuimail.imap.selection import Chosen
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary

_FIELDS = ("SUBJECT", "MESSAGE-ID")
_CHUNK = 500
EMAIL_ID = "EMAILID"
"""What a message is called for ever, whatever its UID (RFC 8474)."""

_Rows = Request[tuple[Summary, ...]]


def plan_rows(
    store: MailStore,
    questions: Questions,
    chosen: Chosen,
    uids: Sequence[int],
    folder: int,
    *,
    with_email_id: bool,
) -> Iterator[Record]:
    """Each of the messages as it is to be asked for, in no order; `folder` is its ledger's id.

    A message that the server answers badly for, or twice not at all, has a record that tells its
    UID only: it is fetched all the same. Raises what `Questions.answer` raises, CommandRefused
    only of a server that has no time, and ConnectionLost only when it is hopeless.
    """
    rows = _RowFetch(store, questions, chosen, (EMAIL_ID,) if with_email_id else ())
    untold: list[int] = []
    for uid, row in rows.fetch(uids):
        if row is None and uid not in rows.lost:
            untold.append(uid)
        else:
            yield _record(folder, chosen.uid_validity, uid, row)
    for uid, row in rows.fetch(untold):
        yield _record(folder, chosen.uid_validity, uid, row)


class _RowFetch:
    """Rows of messages of one folder, a few chunks ahead of whoever takes them."""

    def __init__(
        self, store: MailStore, questions: Questions, chosen: Chosen, items: Sequence[str]
    ) -> None:
        self._store = store
        self._questions = questions
        self._chosen = chosen
        self._items = items
        self.lost: set[int] = set()
        """Messages each of which, asked of alone, cost a connection."""

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, Summary | None]]:
        """Of each UID its row, or None."""
        chunks = deque(uids[start : start + _CHUNK] for start in range(0, len(uids), _CHUNK))
        ahead: deque[tuple[Sequence[int], _Rows]] = deque()
        try:
            while chunks or ahead:
                while chunks and len(ahead) <= len(self._store.connection_states):
                    chunk = chunks.popleft()
                    ahead.append((chunk, self._send(chunk)))
                chunk, request = ahead.popleft()
                known = self._take(chunk, request)
                if known is None and len(chunk) > 1:
                    # Some message in it costs the answer: halves find out which one.
                    middle = len(chunk) // 2
                    chunks.extendleft((chunk[middle:], chunk[:middle]))
                    continue
                for uid in chunk:
                    yield uid, (known or {}).get(uid)
        finally:
            for _, request in ahead:
                request.cancel()

    def _send(self, uids: Sequence[int]) -> _Rows:
        return self._store.rows(
            self._chosen, uids, fields=_FIELDS, items=self._items, with_structure=False
        )

    def _take(self, chunk: Sequence[int], request: _Rows) -> dict[int, Summary] | None:
        """The rows by UID; None when the server does not give them."""
        try:
            rows = self._questions.answer(lambda: self._send(chunk), request)
        except CommandRefused as error:
            if is_passing(error):
                raise
            return None
        except ConnectionLost as error:
            if len(chunk) == 1:
                self.lost.update(chunk)
                self._questions.count_loss(error)
            return None
        self._questions.count_answer()
        return {row.identity.uid: row for row in rows}


def _record(folder: int, uid_validity: int, uid: int, row: Summary | None) -> Record:
    if row is None:
        return Record(folder, uid_validity, uid, Status.ASKED)
    email_id = row.items.get(EMAIL_ID)
    return Record(
        folder,
        uid_validity,
        uid,
        Status.ASKED,
        size=row.size,
        internal_date=row.internal_date.isoformat() if row.internal_date else None,
        flags=row.flags,
        subject=str(row.subject),
        message_id=str(row.message_id) if row.message_id else None,
        email_id=email_id if isinstance(email_id, str) else None,
        server_size=row.size,
    )
