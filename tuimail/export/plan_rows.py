"""What is known of chosen messages before they are fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from tuimail.errors import CommandRefused, ConnectionLost
from tuimail.export.patience import is_passing
from tuimail.export.questions import Questions
from tuimail.export.records import Record, Status
from tuimail.imap.job import Request
from tuimail.imap.outlines import Outline
from tuimail.imap.selection import Chosen
from tuimail.imap.store import MailStore

_CHUNK = 500

_Outlines = dict[int, Outline]


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
    rows = _RowFetch(store, questions, chosen, with_email_id=with_email_id)
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
        self, store: MailStore, questions: Questions, chosen: Chosen, *, with_email_id: bool
    ) -> None:
        self._store = store
        self._questions = questions
        self._chosen = chosen
        self._with_email_id = with_email_id
        self.lost: set[int] = set()
        """Messages each of which, asked of alone, cost a connection."""

    def fetch(self, uids: Sequence[int]) -> Iterator[tuple[int, Outline | None]]:
        """Of each UID its row, or None."""
        chunks = deque(uids[start : start + _CHUNK] for start in range(0, len(uids), _CHUNK))
        ahead: deque[tuple[Sequence[int], Request[_Outlines]]] = deque()
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

    def _send(self, uids: Sequence[int]) -> Request[_Outlines]:
        return self._store.outlines(self._chosen, uids, with_email_id=self._with_email_id)

    def _take(self, chunk: Sequence[int], request: Request[_Outlines]) -> _Outlines | None:
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
        return rows


def _record(folder: int, uid_validity: int, uid: int, row: Outline | None) -> Record:
    if row is None:
        return Record(folder, uid_validity, uid, Status.ASKED)
    return Record(
        folder,
        uid_validity,
        uid,
        Status.ASKED,
        size=row.size,
        internal_date=row.internal_date.isoformat() if row.internal_date else None,
        flags=row.flags,
        subject=row.subject,
        message_id=row.message_id,
        email_id=row.email_id,
        server_size=row.size,
    )
