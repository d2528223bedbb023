"""Messages as lines of JSON, all of them by the one template that names the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from json.encoder import encode_basestring as quote

from tuimail.cli.json_lines import (
    as_addresses,
    as_attachment,
    as_list_unsubscribe,
    as_moment,
    as_text,
    encode,
    escape_line,
)
from tuimail.cli.line_writing import LineOrder, LineWriter
from tuimail.imap.fetch import Row
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import read_mailboxes
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import parse_list_unsubscribe

_KEPT = 200
"""Octets of a value that may be kept."""


class JsonWriter(LineWriter[str]):
    """Makes lines of JSON."""

    def __init__(self, order: LineOrder) -> None:
        super().__init__(order)
        name, uid_validity = quote(order.name), order.uid_validity
        self._begin = f'"folder": {name}, "uid_validity": {uid_validity}'

    def bundle(self, lines: Sequence[str]) -> Sequence[bytes]:
        return ["\n".join(lines).encode("utf-8", "replace")] if lines else []

    def write_rows(self, rows: Sequence[Row]) -> list[str]:
        found = [row.fields for row in rows]
        received = [row.internal_date for row in rows]

        def written(write: Callable[[bytes], str], name: str, otherwise: str) -> list[str]:
            return [otherwise if (v := one.get(name)) is None else write(v) for one in found]

        return list(
            map(
                _write,
                repeat(self._begin),
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

    def write_summary(self, message: Summary) -> str:
        return _write(
            self._begin,
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
            encode({name: as_text(message.header(name)) for name in self.order.headers}),
            encode({name: message.items.get(name) for name in self.order.items}),
            "" if message.error is None else f', "error": {quote(str(message.error))}',
        )

    def _write_headers(self, found: Sequence[Mapping[str, bytes]]) -> Iterable[str]:
        if not self.headers:
            return repeat("{}")
        return [
            encode({name: _text(fields.get(key)) for name, key in self.headers}) for fields in found
        ]

    def _write_items(self, rows: Sequence[Row]) -> Iterable[str]:
        if not self.items:
            return repeat("{}")
        return [encode({name: row.item(key) for name, key in self.items}) for row in rows]


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
