"""Outlook.com's peculiarities, on a server that plays them."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Sequence

import pytest

from tests.cli.command import run, started, url
from tests.imap.test_store import Kept
from tests.servers import outlook
from tests.servers.mailboxes import EPOCH, plain_message
from tests.servers.outlook import STORED_SIZE, OutlookMessage, OutlookServer
from tests.servers.stores import INBOX, store_on
from tests.servers.structure import Edit
from tuimail.imap.folder import in_outline_order
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import QueryError, parse_query
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore
from tuimail.imap.structure import text_part
from tuimail.imap.summary import Summary
from tuimail.mail.transfer_encoding import decode_body

OLDEST_FIRST = Order(descending=False)


def messages(*raws: bytes) -> list[OutlookMessage]:
    return [OutlookMessage(raw) for raw in raws]


def uids(store: MailStore, query: str, order: Order = OLDEST_FIRST) -> list[int]:
    selection = Selection(query=parse_query(query), order=order)
    return list(store.choose(INBOX, selection).result(10).uids)


def test_folders() -> None:
    with OutlookServer(*messages(plain_message(1))) as server, store_on(server.port) as store:
        counted = store.counted_folders().result(10)
        assert server.count(b"STATUS") == 9
        # the server refuses it, and a size with it
        assert server.count(b"STATUS Projects ") == 0
    told = {
        str(one.folder.name): (one.folder.special_use, one.folder.selectable, one.status.messages)
        for one in counted
    }
    assert told == {
        "INBOX": (None, True, 1),
        "Archive": (None, True, 0),
        "Calendar": (None, True, 0),
        "Deleted Items": ("\\Trash", True, 0),
        "Drafts": ("\\Drafts", True, 0),
        "Junk Email": ("\\Junk", True, 0),
        "Outbox": (None, True, 0),
        "Projects": (None, False, None),
        "Projects/Größe": (None, True, 0),
        "Sent Items": ("\\Sent", True, 0),
    }
    assert [str(one.name) for one in in_outline_order([one.folder for one in counted])] == [
        *("INBOX", "Drafts", "Sent Items", "Junk Email", "Deleted Items"),
        *("Archive", "Calendar", "Outbox", "Projects", "Projects/Größe"),
    ]


def test_rows() -> None:
    served = (
        OutlookMessage(plain_message(1), flags=("\\Seen", "$MDNSent")),
        OutlookMessage(plain_message(2)),
    )
    with OutlookServer(*served) as server, store_on(server.port) as store:
        first, second = store.page(INBOX, 1, OLDEST_FIRST).result(10).summaries
    assert (first.flags, first.is_read) == (("\\Seen", "$MDNSent"), True)
    assert (second.flags, second.is_read) == ((), False)
    assert not second.has_flag("\\Recent")
    assert str(second.subject) == "Message 2"
    assert first.size == len(plain_message(1)) + STORED_SIZE


def test_whole_messages_though_their_sizes_are_wrong() -> None:
    raws = [plain_message(number) for number in range(1, 4)]
    kept = Kept()
    with OutlookServer(*messages(*raws)) as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, OLDEST_FIRST).result(10)
        store.raw([row.identity for row in page.summaries], kept).result(10)
    assert kept.whole == dict(enumerate(raws, 1))


IMPORTED = [
    OutlookMessage(
        (
            f"From: {name}@example.org\r\nSubject: {subject}\r\n"
            f"Date: Fri, {day} Nov 2026 09:14:00 +0100\r\n\r\n{'x' * length}\r\n"
        ).encode(),
        received=EPOCH,
    )
    for name, subject, day, length in [
        ("zoe", "Re: apples", 20, 300),
        ("ada", "pears", 6, 100),
        ("bob", "Apples", 13, 200),
        ("ada", "Fwd: pears", 13, 100),
    ]
]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        # everything was imported at one moment
        (SortKey.RECEIVED, [1, 2, 3, 4]),
        (SortKey.DATE, [2, 3, 4, 1]),
        (SortKey.FROM, [2, 4, 3, 1]),
        (SortKey.SUBJECT, [1, 3, 2, 4]),
        (SortKey.SIZE, [2, 4, 3, 1]),
        (SortKey.CC, [1, 2, 3, 4]),
    ],
)
def test_sorting_without_sort(key: SortKey, expected: list[int]) -> None:
    with OutlookServer(*IMPORTED) as server, store_on(server.port) as store:
        ascending = store.page(INBOX, 1, Order(key, False)).result(10)
        descending = store.page(INBOX, 1, Order(key, True)).result(10)
        found = uids(store, "subject:pears", Order(key, True))
        assert server.count(b"UID SORT") == 0
    assert [row.identity.uid for row in ascending.summaries] == expected
    assert [row.identity.uid for row in descending.summaries] == expected[::-1]
    assert found == [uid for uid in expected[::-1] if uid in (2, 4)]


# Searching


LETTERS = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\nSubject: =?iso-8859-1?q?Gr=F6=DFe?=\r\n",
    "From: Ada <ada@example.org>\r\nTo: Jürgen <j@example.org>\r\nSubject: size\r\n".encode(),
    b"From: Ada <ada@example.org>\r\nSubject: =?utf-8?q?Die_gro=CC=88=C3=9Fte?=\r\n"
    b" =?utf-8?b?IEdyw7bDn2U=?=\r\nX-Room: =?utf-8?q?K=C3=BCche?=\r\n",
    "From: Bob <bob@example.org>\r\nSubject: first\r\nX-Room: hall\r\nX-Room: KÜCHE\r\n".encode(),
)
LETTER_MESSAGES = messages(*(header + "\r\nGröße\r\n".encode() for header in LETTERS))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("subject:größe", [1, 3]),
        ("subject:GRÖßE", [1, 3]),
        # however the letter is composed
        ("subject:größte", [3]),
        ('subject:"größte größe"', [3]),
        ("from:jürgen", [1]),
        ("to:jürgen", [2]),
        ("-subject:größe", [2, 4]),
        ("subject:größe from:ada", [3]),
        ("subject:größe -from:ada", [1]),
        ("subject:größe from:jürgen", [1]),
        ("subject:größe uid:2:4", [3]),
        ("header:X-Room=küche", [3, 4]),
        ("cc:jürgen", []),
        ("subject:größe has:attachment", []),
        ("subject:größe -has:attachment", [1, 3]),
        ("subject:size", [2]),
    ],
)
def test_letters_that_the_server_does_not_know(query: str, expected: list[int]) -> None:
    with OutlookServer(*LETTER_MESSAGES) as server, store_on(server.port) as store:
        assert uids(store, query) == expected
        assert uids(store, query, Order(SortKey.DATE, True)) == expected[::-1]
        page = store.page(INBOX, 1, OLDEST_FIRST, query=parse_query(query)).result(10)
        assert [row.identity.uid for row in page.summaries] == expected


def test_only_what_may_fit_is_looked_through() -> None:
    with OutlookServer(*LETTER_MESSAGES) as server, store_on(server.port) as store:
        assert uids(store, "subject:größe from:ada") == [3]
        commands = [c for c in server.commands if c.startswith((b"UID SEARCH", b"UID FETCH"))]
    assert commands[0].startswith(b"UID SEARCH CHARSET UTF-8")
    assert commands[1:] == [
        b'UID SEARCH FROM "ada"',
        b"UID FETCH 2:3 (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])",
    ]


@pytest.mark.parametrize(
    ("query", "position"),
    [("größe", 0), ("from:ada größe", 9), ("body:größe", 5), ("-text:größe", 6)],
)
def test_letters_in_texts_are_refused_in_a_sentence(query: str, position: int) -> None:
    with OutlookServer(*LETTER_MESSAGES) as server, store_on(server.port) as store:
        with pytest.raises(QueryError, match=r"only ASCII letters in texts; .* subject:") as caught:
            uids(store, query)
        assert caught.value.position == position
        assert server.count(b"UID FETCH") == 0
        done = run("list", url(server.port), f"--search={query}")
    assert done.status == 2
    assert done.said.splitlines()[-2:] == [query, " " * position + "^"]


def test_letters_on_the_command_line() -> None:
    with (
        OutlookServer(*LETTER_MESSAGES) as server,
        started("list", url(server.port), "--search", "subject:größe", "--json") as process,
    ):
        out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert [json.loads(line)["uid"] for line in out.splitlines()] == [3, 1]


# Attachments

PDF = bytes(range(256)) * 4
NESTED = (
    b"From: Bob <bob@example.org>\r\nSubject: inside\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain\r\n\r\nwithin\r\n"
)
MIXED = b"".join(
    [
        b"From: Ada <ada@example.org>\r\nSubject: mixed\r\nMIME-Version: 1.0\r\n",
        b"Content-Description: S/MIME Encrypted Message\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: inline\r\n\r\nhello\r\n",
        b"--x\r\nContent-Type: application/pdf; name=tax.pdf\r\n",
        b"Content-Disposition: attachment; filename=tax.pdf\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        b"\r\n".join(b64encode(PDF[at : at + 57]) for at in range(0, len(PDF), 57)),
        b"\r\n--x\r\nContent-Type: message/rfc822; name=inside.eml\r\n",
        b"Content-Disposition: attachment\r\n\r\n",
        NESTED,
        b"\r\n--x--\r\n",
    ]
)
RIGHT = [("2", "tax.pdf", "application/pdf"), ("3", "inside.eml", "message/rfc822")]


@pytest.mark.parametrize(
    ("oddity", "expected"),
    [
        (outlook.without_extensions, RIGHT),
        (outlook.without_dispositions, RIGHT),
        (outlook.with_bare_dispositions, RIGHT),
        (outlook.with_description_as_disposition, RIGHT),
        (outlook.without_encodings, RIGHT),
        (
            outlook.with_messages_as_files,
            [RIGHT[0], ("3", "inside.eml", "application/octet-stream")],
        ),
    ],
)
def test_attachments(oddity: Edit, expected: Sequence[tuple[str, str, str]]) -> None:
    served = (OutlookMessage(plain_message(1)), OutlookMessage(MIXED, oddity))
    with OutlookServer(*served) as server, store_on(server.port) as store:
        plain, row = store.page(INBOX, 1, OLDEST_FIRST).result(10).summaries
        assert (plain.attachments, row.error) == ((), None)
        found = [(one.section, str(one.name), str(one.media_type)) for one in row.attachments]
        assert found == expected
        assert uids(store, "has:attachment") == [2]
        assert _text(store, row) == b"hello"
        assert [_saved(store, row, at) for at in (0, 1)] == [_encoded(PDF), NESTED]


def test_sizes_are_estimated_from_what_the_server_says() -> None:
    served = (
        OutlookMessage(MIXED),
        # an encoding that is not told leaves the size as it is
        OutlookMessage(MIXED, outlook.without_encodings),
    )
    with OutlookServer(*served) as server, store_on(server.port) as store:
        sizes = [
            row.attachments[0].size
            for row in store.page(INBOX, 1, OLDEST_FIRST).result(10).summaries
        ]
    assert sizes[0] == pytest.approx(len(PDF), abs=10)
    assert sizes[1] == len(_encoded(PDF))


def _text(store: MailStore, row: Summary) -> bytes:
    assert row.structure is not None
    part = text_part(row.structure)
    assert part is not None
    return store.part(row.identity, part).result(10).body


def _saved(store: MailStore, row: Summary, at: int) -> bytes:
    sink = io.BytesIO()
    store.part_into(row.identity, row.attachments[at].part, sink).result(10)
    return sink.getvalue()


def _encoded(octets: bytes) -> bytes:
    lines = [b64encode(octets[at : at + 57]) for at in range(0, len(octets), 57)]
    encoded = b"\r\n".join(lines)
    assert decode_body(encoded, "base64") == octets
    return encoded
