"""The archive server answers as Dovecot does, message for message."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import imapclient

from tests.archive.client import Client, connected
from tests.mail.sections import walk_sections
from tests.servers.archive import PASSWORD, RecordingServer
from tests.servers.dovecot import DovecotUser
from tuimail.archive.eml_folder import load_with_crlf
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.mail.entity import parse_entity

DAY = timedelta(days=1)
RECEIVED = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)

NESTED = (
    b'From: "Nested, Message" <nested@example.org>\r\n'
    b"To: a@example.org, Group <b@example.org>\r\n"
    b"Subject: Fwd: nested\r\n"
    b"Date: Mon, 1 Jul 2024 10:00:00 +0000\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="outer"\r\n'
    b"\r\npreamble\r\n"
    b"--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n"
    b"--inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain gr\xc3\xbc\xc3\x9fe\r\n"
    b"--inner\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<b>gr=C3=BC=C3=9Fe</b>\r\n--inner--\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
    b"From: inner@example.org\r\nSubject: inner\r\n\r\ninner text\r\n"
    b'--outer\r\nContent-Type: image/png; name="a b.png"\r\nContent-Transfer-Encoding: base64\r\n'
    b"Content-ID: <img@example.org>\r\n"
    b'Content-Disposition: inline; filename="a b.png"\r\n\r\nAAAA\r\n'
    b"--outer--\r\nepilogue\r\n"
)


def plain(number: int) -> bytes:
    sender = ("zoe", "Adam", "bob", "adam")[number % 4]
    subject = ("Re: Lunch", "lunch", "=?utf-8?q?=C3=84rger?=", "[list] Re: zebra (fwd)")[number % 4]
    zone = ("+0000", "-0800", "+0530")[number % 3]
    return (
        f"From: Sender {number} <{sender}@host{number}.example>\r\n"
        f"To: {'xyz'[number % 3]}@example.org, second@example.org\r\n"
        + (f"Cc: copy{number % 2}@example.org\r\n" if number % 4 else "")
        + f"Subject: {subject}\r\n"
        f"Date: Tue, {1 + number % 5} Aug 2023 0{number % 9}:00:00 {zone}\r\n"
        f"Message-ID: <{number}@example.org>\r\n"
        f"List-Unsubscribe: <mailto:off@example.org>,\r\n <https://example.org/{number}>\r\n"
        f"\r\n{'word ' * (number % 7)}\r\nLine two of {number}\r\n"
    ).encode()


MESSAGES = [*(plain(number) for number in range(20)), NESTED, b"Subject: no body"]


@contextlib.contextmanager
def both(user: DovecotUser, messages: Sequence[bytes]) -> Iterator[tuple[Client, Client]]:
    """The same messages on Dovecot and on a server of ours, INBOX examined on each."""
    stored: list[StoredMessage] = []
    with user.connection() as filling:
        for number, raw in enumerate(messages):
            # Arrived in another order than they are stored.
            date = RECEIVED + DAY * (number * 7 % 5)
            flags = ("\\Seen",) if number % 3 else ("\\Answered", "\\Flagged")
            written = date.strftime('"%d-%b-%Y %H:%M:%S +0000"')
            answer, _ = filling.append("INBOX", f"({' '.join(flags)})", written, raw)
            assert answer == "OK"
            stored.append(StoredMessage(number + 1, partial(bytes, raw), date, flags))
        # Selected once, so that no message is \Recent any more.
        filling.select("INBOX")
    mailbox = Mailbox((StoredFolder("INBOX", tuple(stored)),))
    with RecordingServer(mailbox) as server, connected(server) as ours:
        theirs = Client(user.server.port)
        theirs.ask(f"LOGIN {user.name} {user.password}")
        theirs.ask("EXAMINE INBOX")
        try:
            yield theirs, ours
        finally:
            theirs.close()


def without_times(answer: bytes) -> bytes:
    """Dovecot tells how long it took."""
    return re.sub(rb"( \([\d.]+ \+ [^)]+ secs\))?\.?\r\n\Z", b"\r\n", answer)


FETCHES = [
    "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)",
    "FETCH 1:* FAST",
    "UID FETCH 3,7:9,99 (FLAGS)",
    "UID FETCH 99:* (FLAGS)",
    "FETCH 1:* (UID BODYSTRUCTURE)",
    "FETCH 1:* (BODY)",
    "FETCH 1:* (ENVELOPE)",
    "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID LIST-UNSUBSCRIBE)])",
    "FETCH 1:20 (BODY.PEEK[HEADER.FIELDS.NOT (Received list-unsubscribe)])",
    "FETCH 1:* (BODY.PEEK[])",
    "FETCH 1:* (BODY.PEEK[HEADER])",
    "FETCH 1:* (BODY.PEEK[TEXT]<3.20>)",
    "FETCH 1:20,22 (BODY.PEEK[1])",
    "FETCH 21 (BODY.PEEK[1.1.MIME])",
    "FETCH 21 (BODY.PEEK[1.2] BODY.PEEK[2] BODY.PEEK[2.MIME] BODY.PEEK[3]<1.2>)",
    "FETCH 21 (BODY.PEEK[2.HEADER] BODY.PEEK[2.TEXT] BODY.PEEK[2.1])",
    "FETCH 21 (BODY.PEEK[2.HEADER.FIELDS (SUBJECT)])",
    "FETCH 23 (UID)",
    "FETCH 20:30 (UID)",
    "FETCH 0 (UID)",
]

SEARCHES = [
    *("ALL", "SEEN", "UNSEEN FLAGGED", "ANSWERED", "NOT SEEN", "DELETED"),
    *("FROM adam", "TO second", "CC copy1", "BCC x", "SUBJECT lunch", 'SUBJECT "Re: L"'),
    *('HEADER List-Unsubscribe ""', "HEADER Message-ID <3@", "LARGER 400", "SMALLER 400"),
    *("BEFORE 3-Jul-2024", "ON 3-Jul-2024", "SINCE 3-Jul-2024"),
    *("SENTSINCE 3-Aug-2023 SENTBEFORE 5-Aug-2023", "SENTON 2-Aug-2023"),
    *("BODY word", 'BODY "line two"', "BODY inner", "TEXT a.png", "TEXT zebra"),
    *("OR FROM adam FROM zoe", "(2:9 OR SEEN FLAGGED) NOT 4", "UID 5:*", "3:99", "*"),
]

SORTS = [
    *("ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO", "REVERSE DATE", "REVERSE SUBJECT"),
    *("FROM REVERSE DATE", "REVERSE FROM SIZE", "SUBJECT REVERSE ARRIVAL"),
]


def test_own_messages(dovecot_user: DovecotUser) -> None:
    commands = [
        *FETCHES,
        *(f"SEARCH {program}" for program in SEARCHES),
        *(f"UID SORT ({keys}) UTF-8 ALL" for keys in SORTS),
        "SEARCH CHARSET UTF-8 BODY {6+}\r\ngr\u00fcß",
        "SEARCH CHARSET UTF-8 SUBJECT {7+}\r\nA\u0308RGER",
        "SEARCH RETURN (ALL) SEEN",
        "UID SEARCH RETURN (MIN MAX) SEEN",
        "SEARCH RETURN (COUNT) SEEN",
        "SORT RETURN (PARTIAL 2:6) (DATE) UTF-8 ALL",
    ]
    with both(dovecot_user, MESSAGES) as (theirs, ours):
        for command in commands:
            expected = without_times(theirs.ask(command))
            assert without_times(ours.ask(command)) == expected, command


# The corpus


def is_appended_as_it_is(raw: bytes) -> bool:
    """imaplib makes CRLF of a bare CR, and Dovecot has no place for NUL."""
    return b"\0" not in raw and not re.search(rb"\r(?!\n)", raw)


def is_read_otherwise(raw: bytes) -> bool:
    """Messages that Dovecot 2.3 and we take apart differently, on purpose.

    A multipart without parts is an empty text to Dovecot and a readable one to us; an encoded
    message is taken for a header; a message that ends with its multipart has the line end of the
    next boundary as well.
    """
    return any(
        entity.media_type == "message/rfc822"
        or (entity.media_type.startswith("multipart/") and not entity.children)
        for entity in parse_entity(raw).walk()
    )


def shape(body: Any) -> object:
    """A structure without its parameters: types, encodings, sizes, lines."""
    if isinstance(body[0], list):
        return [*(shape(part) for part in body[0]), _lower(body[1])]
    kind = (_lower(body[0]), _lower(body[1]), _lower(body[5]), body[6])
    return (*kind, body[7]) if kind[0] == b"text" else kind


def _lower(value: Any) -> bytes:
    assert isinstance(value, bytes)
    return value.lower()


def structures(port: int, user: str, password: str, count: int) -> dict[int, Any]:
    with imapclient.IMAPClient("127.0.0.1", port, ssl=False) as client:
        client.login(user, password)
        client.select_folder("INBOX", readonly=True)
        return dict(client.fetch(range(1, count + 1), ["BODYSTRUCTURE", "RFC822.SIZE"]))


def test_corpus(dovecot_user: DovecotUser, corpus: list[Path]) -> None:
    raws = [raw for path in corpus if is_appended_as_it_is(raw := load_with_crlf(path))]
    with both(dovecot_user, raws) as (theirs, ours):
        for command in (
            "FETCH 1:* (UID RFC822.SIZE)",
            "FETCH 1:* (BODY.PEEK[])",
            "FETCH 1:* (BODY.PEEK[TEXT])",
            "SEARCH LARGER 10000",
            "UID SORT (SIZE) UTF-8 ALL",
            "UID SORT (REVERSE ARRIVAL) UTF-8 ALL",
        ):
            assert without_times(theirs.ask(command)) == without_times(ours.ask(command)), command
        wrong: list[tuple[int, str]] = []
        for number, raw in enumerate(raws, 1):
            parts = walk_sections(parse_entity(raw))
            sections = [section for section, entity in parts if not entity.children]
            if is_read_otherwise(raw) or len(sections) > 50:
                continue
            asked = " ".join(
                f"BODY.PEEK[{section}{part}]" for section in sections for part in ("", ".MIME")
            )
            command = f"FETCH {number} ({asked})"
            if without_times(theirs.ask(command)) != without_times(ours.ask(command)):
                wrong.append((number, command))
        # Boundaries and types that break every rule.
        assert len(wrong) <= len(raws) // 50, wrong


def test_structures_of_the_corpus(dovecot_user: DovecotUser, corpus: list[Path]) -> None:
    raws = [
        raw
        for path in corpus
        if is_appended_as_it_is(raw := load_with_crlf(path)) and not is_read_otherwise(raw)
    ]
    with both(dovecot_user, raws) as (_, ours):
        _, port = ours.socket.getpeername()
        expected = structures(
            dovecot_user.server.port, dovecot_user.name, dovecot_user.password, len(raws)
        )
        answered = structures(port, "demo", PASSWORD, len(raws))
    wrong = [
        (
            number,
            shape(expected[number][b"BODYSTRUCTURE"]),
            shape(answered[number][b"BODYSTRUCTURE"]),
        )
        for number in answered
        if shape(expected[number][b"BODYSTRUCTURE"]) != shape(answered[number][b"BODYSTRUCTURE"])
    ]
    # Types and encodings that break every rule: here we read more than Dovecot does.
    assert len(wrong) <= len(raws) // 30, wrong
