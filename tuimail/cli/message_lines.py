"""Messages as lines of JSON, from summaries and, in a third of the time, straight from FETCH rows.

A summary holds everything as values for a screen to show; making it and taking it apart again was
two thirds of what `list --json` took. Both ways end in the one template that names the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from json.encoder import encode_basestring as quote
from typing import TYPE_CHECKING, NamedTuple

from tuimail.cli.json_lines import (
    as_addresses,
    as_attachment,
    as_list_unsubscribe,
    as_moment,
    as_text,
    encode,
    escape_line,
)
from tuimail.errors import MessageUnreadable
from tuimail.imap.fetch import Row
from tuimail.imap.folder import Folder
from tuimail.imap.sieve import read_rows, summary_sieve
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import read_mailboxes
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import parse_list_unsubscribe
from tuimail.text import MailText

if TYPE_CHECKING:
    from tuimail.imap.wire import Response

_KEPT = 200
"""Octets of a value that may be kept."""


def write_summary(
    folder: Folder, message: Summary, *, headers: Sequence[str] = (), items: Sequence[str] = ()
) -> str:
    """A listed message as a line, without its LF."""
    return _write(
        _write_place(folder, message.identity.uid_validity),
        message.identity.uid,
        message.sequence_number,
        encode(as_text(message.message_id)),
        encode(as_moment(message.date)),
        encode(as_moment(message.internal_date)),
        encode(as_addresses(message.from_)),
        encode(as_addresses(message.addresses("Sender"))),
        encode(as_addresses(message.addresses("Reply-To"))),
        encode(as_addresses(message.to)),
        encode(as_addresses(message.cc)),
        encode(as_addresses(message.addresses("Bcc"))),
        quote(message.subject.decoded),
        encode(message.size),
        _write_flags(message.flags),
        encode(as_list_unsubscribe(message.list_unsubscribe)),
        encode(as_text(message.header("List-Id"))),
        encode([as_attachment(one) for one in message.attachments]),
        encode({name: as_text(message.header(name)) for name in headers}),
        encode({name: message.items.get(name) for name in items}),
        "" if message.error is None else f', "error": {quote(str(message.error))}',
    )


class Order(NamedTuple):
    """Whose messages become lines, and with what in them."""

    raw_name: bytes
    name: str
    """Of the folder, decoded."""
    uid_validity: int
    fields: tuple[str, ...]
    """Header fields and items that were asked of the server."""
    known_items: tuple[str, ...]
    headers: tuple[str, ...]
    items: tuple[str, ...]
    """Those that the server does not know are null."""


class Lines(NamedTuple):
    """What became of some messages."""

    octets: bytes
    """Lines of JSON in UTF-8, with LF between them."""
    number: int
    """How many."""
    failures: Sequence[tuple[int, int, str]]
    """UID, sequence number and one sentence of each message that was answered badly for."""


class _Place(NamedTuple):
    folder: bytes
    uid_validity: int


class LineWriter:
    """Makes lines of FETCH responses; of those not answered as they should be, by a summary."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._folder = Folder(order.raw_name, MailText(order.name), None, ())
        self._place = _Place(order.raw_name, order.uid_validity)
        self._sieve = summary_sieve(order.fields, order.known_items)
        self._headers = [(name, name.lower()) for name in order.headers]
        self._items = [(name, name.upper().encode("ascii")) for name in order.items]

    def write(self, responses: Sequence[Response]) -> Lines:
        """Lines in this order; each of the responses has a UID."""
        rows = [Row(response) for response in responses]
        failures: list[tuple[int, int, str]] = []
        try:
            lines = self._write_rows(rows)
        except MessageUnreadable:
            lines = [self._write_alone(row, failures) for row in rows]
        return Lines("\n".join(lines).encode("utf-8", "replace"), len(lines), failures)

    def _write_rows(self, rows: Sequence[Row]) -> list[str]:
        """Field after field, not message after message: 54 us a message instead of 84, with 250 or
        500 at a time, since the processor's caches hold what one field takes, but not what all do.
        """
        found = [row.fields for row in rows]
        received = [row.internal_date for row in rows]

        def written(write: Callable[[bytes], str], name: str, otherwise: str) -> list[str]:
            return [otherwise if (v := one.get(name)) is None else write(v) for one in found]

        return list(
            map(
                _write,
                repeat(_write_place(self._folder, self._place.uid_validity)),
                [row.uid or 0 for row in rows],
                [row.sequence_number for row in rows],
                written(_write_text, "message-id", "null"),
                written(_write_date, "date", "null"),
                ["null" if one is None else f'"{one.isoformat()}"' for one in received],
                written(_write_addresses, "from", "[]"),
                written(_write_addresses, "sender", "[]"),
                written(_write_addresses, "reply-to", "[]"),
                written(_write_addresses, "to", "[]"),
                written(_write_addresses, "cc", "[]"),
                written(_write_addresses, "bcc", "[]"),
                written(_write_subject, "subject", '""'),
                ["null" if (size := row.size) is None else str(size) for row in rows],
                [_write_flags(row.flags) for row in rows],
                [_write_unsubscribe(one) for one in found],
                written(_write_text, "list-id", "null"),
                ["[]" if row.is_only_text else _write_attachments(row) for row in rows],
                self._write_headers(found),
                self._write_items(rows),
                repeat(""),
            )
        )

    def _write_headers(self, found: Sequence[Mapping[str, bytes]]) -> Iterable[str]:
        if not self._headers:
            return repeat("{}")
        return [
            encode({name: _text(fields.get(key)) for name, key in self._headers})
            for fields in found
        ]

    def _write_items(self, rows: Sequence[Row]) -> Iterable[str]:
        if not self._items:
            return repeat("{}")
        return [encode({name: row.item(key) for name, key in self._items}) for row in rows]

    def _write_alone(self, row: Row, failures: list[tuple[int, int, str]]) -> str:
        try:
            return self._write_rows([row])[0]
        except MessageUnreadable:
            (summary,) = read_rows([row], self._place, self._sieve)
        if summary.error is not None:
            failures.append((summary.identity.uid, summary.sequence_number, str(summary.error)))
        order = self._order
        return write_summary(self._folder, summary, headers=order.headers, items=order.items)


def _write(
    place: str,
    uid: int,
    number: int,
    message_id: str,
    date: str,
    internal_date: str,
    from_: str,
    sender: str,
    reply_to: str,
    to: str,
    cc: str,
    bcc: str,
    subject: str,
    size: str,
    flags: str,
    list_unsubscribe: str,
    list_id: str,
    attached: str,
    headers: str,
    items: str,
    error: str,
) -> str:
    """The keys and their order are promised to the programs that read them.

    No message has the numbers 0, which stand for "unknown".
    """
    return escape_line(
        f'{{{place}, "uid": {uid or "null"}, "sequence_number": {number or "null"}, '
        f'"message_id": {message_id}, "date": {date}, "internal_date": {internal_date}, '
        f'"from": {from_}, "sender": {sender}, "reply_to": {reply_to}, "to": {to}, "cc": {cc}, '
        f'"bcc": {bcc}, "subject": {subject}, "size": {size}, {flags}, '
        f'"list_unsubscribe": {list_unsubscribe}, "list_id": {list_id}, '
        f'"attachments": {attached}, "headers": {headers}, "items": {items}{error}}}'
    )


@lru_cache(maxsize=100)
def _write_place(folder: Folder, uid_validity: int) -> str:
    return f'"folder": {quote(folder.name.decoded)}, "uid_validity": {uid_validity}'


@lru_cache(maxsize=100)
def _write_flags(flags: tuple[str, ...]) -> str:
    """Kept, as flags themselves are. Flags have no case."""
    carried = {flag.lower() for flag in flags}
    states = {
        "is_read": "\\seen" in carried,
        "answered": "\\answered" in carried,
        "flagged": "\\flagged" in carried,
        "deleted": "\\deleted" in carried,
        "draft": "\\draft" in carried,
        "recent": "\\recent" in carried,
    }
    return encode({"flags": flags, **states})[1:-1]


def _text(value: bytes | None) -> str | None:
    return None if value is None else decode_words(value).strip()


def _write_text(value: bytes | None) -> str:
    return "null" if value is None else quote(decode_words(value).strip())


def _write_subject(value: bytes) -> str:
    return quote(decode_words(value))


def _write_date(value: bytes) -> str:
    moment = parse_date(decode_words(value))
    return "null" if moment is None else f'"{moment.isoformat()}"'


def _write_addresses(value: bytes) -> str:
    return _keep_addresses(value) if len(value) < _KEPT else _write_mailboxes(value)


def _write_mailboxes(value: bytes) -> str:
    written = [
        f'{{"name": {quote(name)}, "address": {quote(address)}}}'
        for name, address in read_mailboxes(value)
    ]
    return f"[{', '.join(written)}]"


_keep_addresses = lru_cache(maxsize=2_000)(_write_mailboxes)
"""The same people write again and again."""


def _write_unsubscribe(fields: Mapping[str, bytes]) -> str:
    value = fields.get("list-unsubscribe")
    if value is None:
        return "null"
    field = parse_list_unsubscribe(value, fields.get("list-unsubscribe-post"))
    links = ", ".join([quote(link.url) for link in field.links])
    one_click = "true" if field.one_click else "false"
    return f'{{"raw": {quote(field.raw.decoded)}, "links": [{links}], "one_click": {one_click}}}'


def _write_attachments(row: Row) -> str:
    written = [
        f'{{"part": {quote(part.section)}, "name": {quote(name.decoded)}, '
        f'"type": {quote(part.media_type)}, "size": {size}, "encoding": {quote(part.encoding)}}}'
        for part, name, size in row.attachments
    ]
    return f"[{', '.join(written)}]"
