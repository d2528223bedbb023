"""Lines of JSON and rows of tables straight from responses say what those of summaries say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.stores import INBOX
from tuimail.archive.opened_message import OpenedMessage
from tuimail.cli.line_writing import LineOrder, Lines, line_writer
from tuimail.cli.listing import JSON_FIELDS
from tuimail.imap.fetch import Row
from tuimail.imap.summary import Summary, summarize
from tuimail.mail.header_block import read_fields

HEADERS = ("X-Mailer", "list-id")
ITEMS = ("MODSEQ", "X-Unknown")
TEXT = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)'
PICTURE = (
    b'("image" "png" NIL NIL NIL "base64" 400 NIL ("attachment" ("filename" "a.png")) NIL NIL)'
)
WANTED = {name.lower() for name in (*JSON_FIELDS, *HEADERS)}


def row_of(header: bytes, structure: bytes = TEXT, plain: bytes = b"") -> Row:
    line = (
        b'* 4 FETCH (UID 40 FLAGS (\\Seen $Work) RFC822.SIZE 1234 INTERNALDATE " 5-Mar-2026 '
        b'09:14:00 -0330" %bBODYSTRUCTURE %b BODY[HEADER.FIELDS (FROM)] {%d}\r\n'
    )
    return Row([line % (plain, structure, len(header)), header, b")\r\n"])


def order(*, as_json: bool = True) -> LineOrder:
    return LineOrder(
        as_json=as_json,
        with_folder=True,
        raw_name=INBOX.raw_name,
        name=INBOX.name.decoded,
        uid_validity=77,
        fields=("FROM",),
        known_items=("MODSEQ",),
        headers=HEADERS,
        items=ITEMS,
    )


def lines_of(*rows: Row) -> Lines:
    return line_writer(order()).write([row.response for row in rows])


def line_of(row: Row) -> str:
    lines = lines_of(row)
    assert (lines.number, lines.failures) == (1, [])
    return text_of(lines)


def text_of(lines: Lines) -> str:
    (octets,) = lines.made
    assert isinstance(octets, bytes)
    return octets.decode()


def line_of_summary(row: Row) -> str:
    return text_of(line_writer(order()).write_summaries([summary_of(row)]))


def summary_of(row: Row) -> Summary:
    return summarize(row, b"INBOX", 77, ("MODSEQ",))


def cells_of(row: Row) -> Sequence[str]:
    """The row of a table, which is the same straight and by a summary."""
    writer = line_writer(order(as_json=False))
    lines = writer.write([row.response])
    assert lines == writer.write_summaries([summary_of(row)])
    (cells,) = lines.made
    return tuple(cells)


def test_a_line() -> None:
    row = row_of(
        b'From: "Ada \\"L.\\" =?utf-8?q?B=C3=A9?=" <ada@example.org>\r\n'
        b"To: ben@example.org,\r\n =?utf-8?b?w4k=?= <e@example.org>\r\n"
        b'Subject: =?utf-8?q?a=00=E2=80=AE?= "b"\r\nX-Mailer: pigeon\x7f\r\n'
        b"Date: Thu, 5 Mar 2026 12:44:00 GMT\r\nMessage-ID: <1@example.org>\r\n"
        b"List-Unsubscribe: <https://example.org/u>\r\n\r\n",
        plain=b"MODSEQ (12) ",
    )
    line = line_of(row)
    assert line == line_of_summary(row)
    assert "\x7f" not in line
    assert "\u202e" not in line
    assert json.loads(line) == {
        "folder": "INBOX",
        "uid_validity": 77,
        "uid": 40,
        "sequence_number": 4,
        "message_id": "<1@example.org>",
        "date": "2026-03-05T12:44:00+00:00",
        "internal_date": "2026-03-05T09:14:00-03:30",
        "from": [{"name": 'Ada "L." Bé', "address": "ada@example.org"}],
        "sender": [],
        "reply_to": [],
        "to": [
            {"name": "", "address": "ben@example.org"},
            {"name": "É", "address": "e@example.org"},
        ],
        "cc": [],
        "bcc": [],
        "subject": 'a\x00\u202e "b"',
        "size": 1234,
        "flags": ["\\Seen", "$Work"],
        "is_read": True,
        "answered": False,
        "flagged": False,
        "deleted": False,
        "draft": False,
        "recent": False,
        "list_unsubscribe": {
            "raw": "<https://example.org/u>",
            "links": ["https://example.org/u"],
            "one_click": False,
        },
        "list_id": None,
        "attachments": [],
        "headers": {"X-Mailer": "pigeon\x7f", "list-id": None},
        "items": {"MODSEQ": 12, "X-Unknown": None},
    }


def test_a_row_of_a_table() -> None:
    row = row_of(
        b'From: "Ada =?utf-8?q?B=C3=A9?=" <ada@example.org>\r\n'
        b"Subject: =?utf-8?q?a=1B=E2=80=AE?= b\r\nX-Mailer: pigeon\x7f \r\n\r\n",
        PICTURE,
        plain=b"MODSEQ (12) ",
    )
    received = row.internal_date
    assert received is not None
    assert cells_of(row) == (
        "INBOX",
        "4",
        "40",
        f"{received.astimezone():%Y-%m-%d %H:%M}",
        "@",
        "Ada Bé <ada@example.org>",
        "1.2K",
        "pigeon\ufffd",
        "",
        "12",
        "",
        "a\ufffd\ufffd b",
    )


@pytest.mark.parametrize(
    "header",
    [
        b"\r\n",
        b"From: \r\nDate: \r\nSubject: \r\nMessage-ID: \r\nList-Unsubscribe: \r\n\r\n",
        b"From: a@example.org\r\nFrom: b@example.org\r\nDate: yesterday\r\n\r\n",
        b"From: caf\xe9 <c@example.org>, ((((\r\nTo: undisclosed-recipients:;\r\n\r\n",
        b"To: "
        + b",\r\n ".join(b"p%d <p%d@example.org>" % (n, n) for n in range(40))
        + b"\r\n\r\n",
        b"X-Mailer: =?utf-8?q?=E2=80=A8a=1C?=\r\n\r\n",
        b"X-Mailer: =?utf-8?q?=20=20=20?=" + b"x" * 2_000 + b"\r\n\r\n",
        b"Sender: s@example.org\r\nReply-To: r@example.org\r\nBcc: b@example.org\r\n\r\n",
    ],
)
def test_odd_headers(header: bytes) -> None:
    row = row_of(header)
    assert line_of(row) == line_of_summary(row)
    cells_of(row)


def test_a_structure_that_cannot_be_read_costs_the_attachments_only() -> None:
    row = row_of(b"Subject: hello\r\n\r\n", b'("text" NIL NIL NIL NIL "7bit" 5)')
    lines = lines_of(row)
    told = json.loads(text_of(lines))
    assert cells_of(row)[-1] == f"({told['error']})"
    assert (told["uid"], told["subject"], told["attachments"]) == (40, "hello", [])
    assert "BODYSTRUCTURE" in told["error"]
    assert lines.failures == [(40, 4, told["error"])]


def test_of_what_cannot_be_read_at_all_the_uid_is_told() -> None:
    lines = lines_of(Row([b"* 4 FETCH (UID 40 FLAGS (\\Seen) BODYSTRUCTURE (((\r\n"]))
    told = json.loads(text_of(lines))
    assert (told["uid"], told["sequence_number"]) == (40, 4)
    assert lines.failures == [(40, 4, told["error"])]


def test_one_that_cannot_be_read_costs_its_neighbours_nothing() -> None:
    good = row_of(b"Subject: hello\r\n\r\n")
    bad = row_of(b"Subject: hello\r\n\r\n", b"((((")
    first, second, third = text_of(lines_of(good, bad, good)).split("\n")
    assert first == third == line_of(good)
    assert second == text_of(lines_of(bad)) != first


def test_real_messages(corpus: list[Path]) -> None:
    with_attachments = 0
    for path in corpus:
        raw = path.read_bytes()
        structure = OpenedMessage(raw).body_structure
        if b"\r\n" in structure:  # with literals
            continue
        header = b"".join(
            b"%b: %b\r\n" % (field.name.encode(), field.value)
            for field in read_fields(raw)
            if field.name.lower() in WANTED
        )
        row = row_of(header + b"\r\n", structure)
        line = line_of(row)
        assert line == line_of_summary(row), path
        cells_of(row)
        with_attachments += '"attachments": []' not in line
    assert with_attachments > len(corpus) // 5
