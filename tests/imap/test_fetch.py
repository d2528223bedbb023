"""Rows: the fast way, the tolerant way, and lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tuimail.errors import MessageUnreadable
from tuimail.imap.command import Command
from tuimail.imap.fetch import Row, row_items, uid_without_attachments

HEADER = b"Subject: Hi\r\nFrom: a@example.org\r\n\r\n"
LABEL = b"BODY[HEADER.FIELDS (FROM SUBJECT)] {%d}\r\n" % len(HEADER)
STRUCTURE = b'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 12 1 NIL NIL NIL NIL)'


def row(line: bytes, *rest: bytes) -> Row:
    return Row([line + LABEL, HEADER, *(rest or (b")\r\n",))])


DOVECOT = (
    b"* 7 FETCH (UID 40 FLAGS (\\Seen $Work) RFC822.SIZE 1234"
    b' INTERNALDATE " 7-Jul-2024 02:44:25 -0700" BODYSTRUCTURE ' + STRUCTURE + b" "
)
CYRUS = (
    b'* 7 FETCH (FLAGS (\\Seen $Work) UID 40 INTERNALDATE " 7-Jul-2024 02:44:25 -0700"'
    b" RFC822.SIZE 1234 BODYSTRUCTURE " + STRUCTURE + b" "
)
MODIFIED = b"* 7 FETCH (MODSEQ (12) " + DOVECOT.partition(b"(")[2]
STRUCTURE_FIRST = (
    b"* 7 FETCH (BODYSTRUCTURE " + STRUCTURE + b" UID 40 FLAGS (\\Seen $Work) RFC822.SIZE 1234"
    b' INTERNALDATE " 7-Jul-2024 02:44:25 -0700" '
)
UNKNOWN_ITEM = DOVECOT.replace(b"UID 40", b"X-NEW (1 2) UID 40")
LOWER = DOVECOT.replace(b"UID 40", b"uid 40").replace(b"FLAGS", b"flags")


@pytest.mark.parametrize(
    "line", [DOVECOT, CYRUS, MODIFIED, STRUCTURE_FIRST, UNKNOWN_ITEM, LOWER],
    ids=["dovecot", "cyrus", "modseq", "structure first", "unknown item", "lower case"],
)  # fmt: skip
def test_rows_are_the_same_in_any_order_of_items(line: bytes) -> None:
    found = row(line)
    assert (found.sequence_number, found.uid, found.size) == (7, 40, 1234)
    assert found.flags == ("\\Seen", "$Work")
    zone = timezone(timedelta(hours=-7))
    assert found.internal_date == datetime(2024, 7, 7, 2, 44, 25, tzinfo=zone)
    assert found.header == HEADER
    assert found.fields == {"subject": b"Hi", "from": b"a@example.org"}
    assert found.structure is not None
    assert found.structure.media_type == "text/plain"


def test_a_file_name_cannot_pretend_to_be_a_uid() -> None:
    structure = b'("TEXT" "PLAIN" ("NAME" "UID 666 FLAGS (x) RFC822.SIZE 1") NIL NIL "7BIT" 1 1)'
    found = Row([b"* 1 FETCH (BODYSTRUCTURE " + structure + b" RFC822.SIZE 5)\r\n"])
    assert found.uid is None
    assert found.size == 5


def test_items_behind_the_header_are_found() -> None:
    found = row(b"* 3 FETCH (", b" UID 9 FLAGS ())\r\n")
    assert (found.uid, found.flags, found.header) == (9, (), HEADER)


def test_a_structure_with_literals() -> None:
    parts = [
        b'* 3 FETCH (UID 9 BODYSTRUCTURE ("TEXT" "PLAIN" ("NAME" {5}\r\n', b'a"b(c',
        b') NIL NIL "7BIT" 1 1) ' + LABEL, HEADER, b")\r\n",
    ]  # fmt: skip
    found = Row(parts)
    assert found.header == HEADER
    assert found.structure is not None
    assert found.structure.filename == 'a"b(c'


def test_a_header_sent_as_a_string_or_not_at_all() -> None:
    label = b"BODY[HEADER.FIELDS (SUBJECT)]"
    assert Row([b"* 3 FETCH (UID 9 " + label + b' "Subject: x")\r\n']).header == b"Subject: x"
    assert Row([b"* 3 FETCH (UID 9 " + label + b" NIL)\r\n"]).header is None
    assert Row([b"* 3 FETCH (FLAGS (\\Seen))\r\n"]).header is None


def test_one_literal_that_is_no_header() -> None:
    structure = b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1 NIL NIL NIL {3}\r\n'
    found = Row([b"* 3 FETCH (UID 9 " + structure, b"loc", b"))\r\n"])
    assert found.header is None


@pytest.mark.parametrize("structure", [b"NIL", b"()", b"(" * 5000, b'("TEXT"', b"7", b"((()))"])
def test_a_bad_structure_leaves_the_rest_of_the_row(structure: bytes) -> None:
    found = row(b"* 7 FETCH (UID 40 FLAGS (\\Seen) BODYSTRUCTURE " + structure + b" ")
    assert (found.uid, found.flags, found.header) == (40, ("\\Seen",), HEADER)
    with pytest.raises(MessageUnreadable):
        _ = found.structure


def test_an_unreadable_date_is_none() -> None:
    found = Row([b'* 1 FETCH (UID 1 INTERNALDATE "99-Foo-2024 00:00:00 +0000")\r\n'])
    assert found.internal_date is None


def test_sections() -> None:
    found = Row(
        [b"* 1 FETCH (UID 1 BODY[1.MIME] {3}\r\n", b"abc", b" BODY[1] NIL)\r\n"],
    )
    assert found.section(b"1.mime") == b"abc"
    assert found.section(b"1") is None
    assert found.has_item(b"BODY[1]")
    assert not found.has_item(b"BODY[2]")


def test_the_items_of_a_row_may_be_asked_for() -> None:
    items = row_items(["FROM", "X-Foo"])
    assert items.endswith(b"BODY.PEEK[HEADER.FIELDS (FROM X-Foo)])")
    assert Command(b"FETCH", (b"1", items)).name == b"FETCH"


def test_dates_keep_their_zone() -> None:
    found = Row([b'* 1 FETCH (UID 1 INTERNALDATE "20-Nov-2026 09:14:00 +0000")\r\n'])
    assert found.internal_date == datetime(2026, 11, 20, 9, 14, tzinfo=UTC)


def test_a_list_of_one_stays_a_list() -> None:
    row = Row.of([b"* 7 FETCH (UID 9 MODSEQ (12) EMAILID (M1) X-GM-LABELS (work) ODD ())\r\n"])
    assert row is not None
    assert row.item(b"X-GM-LABELS") == ["work"]
    assert row.item(b"ODD") == []
    # these are written as a list and are one value (RFC 7162, 3.1.4; RFC 8474, 5)
    assert (row.item(b"MODSEQ"), row.item(b"EMAILID")) == (12, "M1")


def test_what_looks_like_a_number_and_is_none_stays_as_it_was_sent() -> None:
    """Names and identities; a number in JSON would lose the zeros and the last digits of both."""
    row = Row.of(
        [
            b"* 7 FETCH (X-GM-THRID 1278455344230334865 X-GM-MSGID 18446744073709551615"
            b' X-GM-LABELS (2024 007 "\\\\Important" \\Inbox Work NIL "a \\"b\\" (c)"'
            b" &BBcEMAQ0- &x)"
            b' EMAILID (0017) THREADID NIL PREVIEW "42" UID 9 RFC822.SIZE 12)\r\n'
        ]
    )
    assert row is not None
    assert row.item(b"X-GM-MSGID") == "18446744073709551615"
    assert row.item(b"X-GM-THRID") == "1278455344230334865"
    # modified UTF-7, as folders are called; what is none is left alone
    labels = ["2024", "007", "\\Important", "\\Inbox", "Work", None, 'a "b" (c)', "Зад", "&x"]
    assert row.item(b"X-GM-LABELS") == labels
    assert (row.item(b"EMAILID"), row.item(b"THREADID"), row.item(b"PREVIEW")) == (
        "0017", None, "42",
    )  # fmt: skip
    assert row.item(b"RFC822.SIZE") == 12


TEXT_PART = b'("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)'
NAMED_PART = b'("text" "plain" ("name" "a.txt") NIL NIL "7bit" 12 3 NIL NIL NIL NIL)'


@pytest.mark.parametrize(
    ("items", "uid"),
    [
        (b"UID 7 BODYSTRUCTURE " + TEXT_PART, 7),
        (b'FLAGS (UID 9) UID 7 BODYSTRUCTURE (%b%b "mixed")' % (TEXT_PART, TEXT_PART), 7),
        (b'UID 7 BODYSTRUCTURE (%b%b "mixed")' % (TEXT_PART, NAMED_PART), None),
        (b"UID 7 BODYSTRUCTURE " + NAMED_PART, None),
        (b"BODYSTRUCTURE " + TEXT_PART, None),
        (b"UID 7", None),
    ],
)
def test_one_look_for_attachments(items: bytes, uid: int | None) -> None:
    line = b"* 3 FETCH (%b BODY[HEADER.FIELDS (FROM SUBJECT)] {4}\r\n" % items
    assert uid_without_attachments([line, b"a\r\n\r\n", b")\r\n"]) == uid
    # With more behind the header, the first look does not say.
    assert uid_without_attachments([line, b"a\r\n\r\n", b" UID 8)\r\n"]) is None
    assert uid_without_attachments([line]) is None
