"""What a message says of itself, read back from a .msg."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.msg.letters import (
    FULL,
    HTML,
    PDF,
    PLAIN,
    convert,
    convert_whole,
    file_part,
    letter,
    multipart,
)
from tuimail.files.mapped import MappedFile, open_octets
from tuimail.msg.mapi import PidTag
from tuimail.msg.writer import write_msg

ARRIVED = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)


def test_what_a_message_says_of_itself() -> None:
    message, report = convert_whole(FULL, "\\Seen", keywords=("Tax", "zoo"), internal_date=ARRIVED)
    found = message.properties
    assert report.lost == ()
    expected: dict[PidTag, object] = {
        PidTag.MESSAGE_CLASS: "IPM.Note",
        PidTag.SUBJECT: "Re: 🐒 monkeys",
        PidTag.SUBJECT_PREFIX: "Re: ",
        PidTag.NORMALIZED_SUBJECT: "🐒 monkeys",
        PidTag.CONVERSATION_TOPIC: "monkeys",
        PidTag.CONVERSATION_INDEX: bytes(range(27)),
        PidTag.SENDER_NAME: "Office",
        PidTag.SENDER_EMAIL_ADDRESS: "office@example.org",
        PidTag.SENT_REPRESENTING_NAME: "Adé L",
        PidTag.SENT_REPRESENTING_SMTP_ADDRESS: "ade@example.org",
        PidTag.SENT_REPRESENTING_SEARCH_KEY: b"SMTP:ADE@EXAMPLE.ORG\0",
        PidTag.REPLY_RECIPIENT_NAMES: "Answers; other@example.org",
        PidTag.DISPLAY_TO: "Bo, B.; third@example.org",
        PidTag.DISPLAY_CC: "Cy",
        PidTag.DISPLAY_BCC: "hidden@example.org",
        PidTag.INTERNET_MESSAGE_ID: "<1@example.org>",
        PidTag.IN_REPLY_TO_ID: "<0@example.org>",
        PidTag.INTERNET_REFERENCES: "<a@example.org> <0@example.org>",
        PidTag.CLIENT_SUBMIT_TIME: datetime(2026, 11, 20, 8, 14, tzinfo=UTC),
        PidTag.MESSAGE_DELIVERY_TIME: ARRIVED,
        PidTag.CREATION_TIME: ARRIVED,
        PidTag.IMPORTANCE: 2,
        PidTag.PRIORITY: 1,
        PidTag.SENSITIVITY: 3,
        PidTag.READ_RECEIPT_REQUESTED: True,
        PidTag.MESSAGE_FLAGS: 1,
        PidTag.HAS_ATTACHMENTS: False,
        PidTag.BODY: "Grüße\r\nfrom the zoo\r\n",
        PidTag.NATIVE_BODY: 1,
        PidTag.STORE_SUPPORT_MASK: 0x40E79,
        PidTag.ACCESS: 2,
        PidTag.ACCESS_LEVEL: 0,
    }
    assert {tag: found.get(tag) for tag in expected} == expected
    assert PidTag.BODY_HTML not in found
    headers = found[PidTag.TRANSPORT_MESSAGE_HEADERS]
    assert headers == FULL.split(b"\r\n\r\n")[0].decode() + "\r\n\r\n"
    named = {message.names[tag >> 16][1]: found[tag] for tag in found if tag >> 31}
    assert named == {
        "Keywords": ("Tax", "zoo", "garden"),
        "list-unsubscribe": "<https://example.org/leave>",
    }


@pytest.mark.parametrize(
    ("flags", "number", "others"),
    [
        ((), 0, {}),
        (("\\Seen",), 1, {}),
        (("\\Draft", "\\seen"), 9, {}),
        (("\\Flagged",), 0, {PidTag.FLAG_STATUS: 2, PidTag.FOLLOWUP_ICON: 6}),
        (("\\Answered",), 0, {PidTag.LAST_VERB_EXECUTED: 102, PidTag.ICON_INDEX: 261}),
        (("$Forwarded",), 0, {PidTag.LAST_VERB_EXECUTED: 104, PidTag.ICON_INDEX: 262}),
        (("\\Deleted", "\\Recent"), 0, {}),
    ],
)
def test_flags(flags: tuple[str, ...], number: int, others: dict[PidTag, int]) -> None:
    found = convert(letter("Subject: x"), *flags).properties
    assert found[PidTag.MESSAGE_FLAGS] == number
    tags = (
        *(PidTag.FLAG_STATUS, PidTag.FOLLOWUP_ICON),
        *(PidTag.LAST_VERB_EXECUTED, PidTag.ICON_INDEX),
    )
    assert {tag: found[tag] for tag in tags if tag in found} == others


@pytest.mark.parametrize(
    ("fields", "importance", "priority", "sensitivity"),
    [
        ((), 1, 0, 0),
        (("Importance: low",), 0, -1, 0),
        (("X-Priority: 1 (Highest)",), 2, 1, 0),
        (("X-Priority: 5", "Sensitivity: Private"), 0, -1, 2),
        (("Priority: non-urgent", "Sensitivity: Personal"), 1, -1, 1),
        (("Importance: High", "X-Priority: 5", "Priority: urgent"), 2, 1, 0),
    ],
)
def test_wishes(fields: tuple[str, ...], importance: int, priority: int, sensitivity: int) -> None:
    found = convert(letter(*fields)).properties
    assert found[PidTag.IMPORTANCE] == importance
    assert found[PidTag.PRIORITY] == priority
    assert found[PidTag.SENSITIVITY] == sensitivity


@pytest.mark.parametrize(
    ("fields", "internal_date", "sent", "arrived", "lost"),
    [
        (("Date: Fri, 20 Nov 2026 09:14:00 +0100",), None, (20, 8, 14), (20, 8, 14), 0),
        (("Date: Fri, 20 Nov 2026 09:14:00 +0100",), ARRIVED, (20, 8, 14), (21, 7, 30), 0),
        (("Received: by x; Sun, 22 Nov 2026 01:02:03 +0000",), None, None, (22, 1, 2), 0),
        (
            ("Received: by x", "Date: Fri, 20 Nov 2026 09:14:00 +0000"),
            None,
            (20, 9, 14),
            (20, 9, 14),
            0,
        ),
        (("Date: some day",), ARRIVED, None, (21, 7, 30), 1),
        ((), None, None, None, 0),
    ],
)
def test_dates(
    fields: tuple[str, ...],
    internal_date: datetime | None,
    sent: tuple[int, int, int] | None,
    arrived: tuple[int, int, int] | None,
    lost: int,
) -> None:
    message, report = convert_whole(letter(*fields), internal_date=internal_date)
    for tag, expected in (
        (PidTag.CLIENT_SUBMIT_TIME, sent),
        (PidTag.MESSAGE_DELIVERY_TIME, arrived),
        (PidTag.LAST_MODIFICATION_TIME, arrived),
    ):
        moment = message.properties.get(tag)
        assert isinstance(moment, datetime | None)
        assert (moment and (moment.day, moment.hour, moment.minute)) == expected
    assert len(report.lost) == lost


def test_the_same_octets_each_time_and_from_a_file(tmp_path: Path) -> None:
    raw = multipart("mixed", PLAIN, HTML, file_part("a.pdf", PDF * 4_000), fields="Subject: x\r\n")
    (tmp_path / "a.eml").write_bytes(raw)
    first, second = io.BytesIO(), io.BytesIO()
    write_msg(raw, first)
    with (tmp_path / "a.eml").open("rb") as file, open_octets(file) as octets:
        assert isinstance(octets, MappedFile)
        write_msg(octets, second)
    assert first.getvalue() == second.getvalue()


def test_more_keywords_than_anybody_has() -> None:
    message, report = convert_whole(letter("Keywords: " + ",".join(map(str, range(100_000)))))
    assert report.lost == ("99,750 keywords are left out",)
    assert tuple(map(str, range(250))) in message.properties.values()


def test_texts_that_a_string_cannot_hold() -> None:
    message = convert(b"Subject: =?utf-7?q?+2AA-?= a\0b\r\nX: \xff\r\n\r\nz\0y")
    assert "\0" not in str(message.properties[PidTag.SUBJECT])
    assert message.properties[PidTag.BODY] == "z\ufffdy"


def test_every_message_of_the_corpus(corpus: list[Path]) -> None:
    """No exception, a container as it has to be, and all of the header."""
    for path in corpus:
        raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        message, _ = convert_whole(raw)
        first = raw.splitlines()[0] if raw else b""
        if first.isascii() and b"\0" not in first:
            headers = str(message.properties.get(PidTag.TRANSPORT_MESSAGE_HEADERS, ""))
            assert headers.startswith(first.decode()), path
