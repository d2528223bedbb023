"""Senders and recipients, read back from a .msg."""

from __future__ import annotations

from tests.msg.letters import (
    FULL,
    convert,
    convert_whole,
    letter,
)
from tuimail.msg.mapi import PidTag


def test_an_entry_id_as_the_specification_has_it() -> None:
    """MS-OXCDATA 2.2.5.1 and 2.3.3: one-off, Unicode, padded to four octets."""
    message = convert(letter("From: a@b", "Reply-To: R <r@s>"))
    one_off = bytes.fromhex("00000000812b1fa4bea310199d6e00dd010f540200000180")
    assert message.properties[PidTag.SENDER_ENTRY_ID] == one_off + "a@b\0SMTP\0a@b\0".encode(
        "utf-16-le"
    )
    entry = one_off + "R\0SMTP\0r@s\0".encode("utf-16-le")
    assert len(entry) == 46
    assert message.properties[PidTag.REPLY_RECIPIENT_ENTRIES] == (
        bytes.fromhex("01000000 34000000 2e000000") + entry + bytes(2)
    )


def test_recipients() -> None:
    rows = [
        tuple(
            one[tag]
            for tag in (
                *(PidTag.RECIPIENT_TYPE, PidTag.DISPLAY_NAME, PidTag.SMTP_ADDRESS, PidTag.ROW_ID),
                *(PidTag.ADDRESS_TYPE, PidTag.OBJECT_TYPE, PidTag.DISPLAY_TYPE),
            )
        )
        for one in convert(FULL).recipients
    ]
    assert rows == [
        (1, "Bo; B.", "bo@example.org", 0, "SMTP", 6, 0),
        (1, "third@example.org", "third@example.org", 1, "SMTP", 6, 0),
        (2, "Cy", "cy@example.org", 2, "SMTP", 6, 0),
        (3, "hidden@example.org", "hidden@example.org", 3, "SMTP", 6, 0),
    ]


def test_more_recipients_than_outlook_takes() -> None:
    people = ",\r\n ".join(f"Reader {n} <r{n}@example.org>" for n in range(30_000))
    message, report = convert_whole(letter(f"To: {people}"))
    assert len(message.recipients) == 2_048
    assert str(message.properties[PidTag.DISPLAY_TO]).endswith("; Reader 29999")
    assert report.lost == (
        "27,952 of 30,000 recipients are in the headers and not in the table: Outlook takes 2,048",
    )
