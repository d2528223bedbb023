"""Messages as lines of JSON, from summaries and, in a third of the time, straight from FETCH rows.

A summary holds everything as values for a screen to show; making it and taking it apart again was
two thirds of what `list --json` took. Both ways end in the one template that names the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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
from tuimail.errors import MessageUnreadable
from tuimail.imap.fetch import Row
from tuimail.imap.folder import Folder
from tuimail.imap.sieve import OpenFolder, Sieve, summary_sieve
from tuimail.imap.structure import attachments
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import read_mailboxes
from tuimail.mail.dates import parse_date
from tuimail.mail.encoded_words import decode_words
from tuimail.mail.unsubscribe import parse_list_unsubscribe

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


def line_sieve(
    folder: Folder,
    fields: Sequence[str],
    known_items: Sequence[str],
    *,
    headers: Sequence[str] = (),
    items: Sequence[str] = (),
) -> Sieve[str]:
    """What makes a line of each row; a summary of one that is not answered as it should be.

    Of `items` those that the server does not know are null.
    """
    of_summary: Sieve[str] = summary_sieve(fields, known_items)
    named_headers = [(name, name.lower()) for name in headers]
    named_items = [(name, name.upper().encode("ascii")) for name in items]

    def read(row: Row, selected: OpenFolder, uid: int) -> str | Summary | None:
        try:
            return write_row(row, selected, uid)
        except MessageUnreadable:
            return of_summary.read(row, selected, uid)

    def write_row(row: Row, selected: OpenFolder, uid: int) -> str:
        get = row.fields.get
        size, received = row.size, row.internal_date
        from_, to, cc = get("from"), get("to"), get("cc")
        sender, reply_to, bcc = get("sender"), get("reply-to"), get("bcc")
        unsubscribe = get("list-unsubscribe")
        return _write(
            _write_place(folder, selected.uid_validity),
            uid,
            row.sequence_number,
            _write_text(get("message-id")),
            _write_date(get("date", b"")),
            "null" if received is None else f'"{received.isoformat()}"',
            "[]" if from_ is None else _write_addresses(from_),
            "[]" if sender is None else _write_addresses(sender),
            "[]" if reply_to is None else _write_addresses(reply_to),
            "[]" if to is None else _write_addresses(to),
            "[]" if cc is None else _write_addresses(cc),
            "[]" if bcc is None else _write_addresses(bcc),
            quote(decode_words(get("subject", b""))),
            "null" if size is None else str(size),
            _write_flags(row.flags),
            "null"
            if unsubscribe is None
            else _write_unsubscribe(unsubscribe, get("list-unsubscribe-post")),
            _write_text(get("list-id")),
            "[]" if row.is_only_text else _write_attachments(row),
            encode({name: _text(get(key)) for name, key in named_headers}) if headers else "{}",
            encode({name: row.item(key) for name, key in named_items}) if items else "{}",
            "",
        )

    return Sieve(of_summary.items, read)


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


def _write_unsubscribe(value: bytes, post: bytes | None) -> str:
    return encode(as_list_unsubscribe(parse_list_unsubscribe(value, post)))


def _write_attachments(row: Row) -> str:
    structure = row.structure
    if structure is None:
        return "[]"
    return encode([as_attachment(one) for one in attachments(structure)])
