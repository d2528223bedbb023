"""S/MIME, read back from a .msg; and what is not S/MIME."""

from __future__ import annotations

import base64

import pytest

from tests.msg.letters import (
    FOOTER,
    PDF,
    PLAIN,
    convert,
    convert_whole,
    multipart,
    names,
)
from tuimail.msg.mapi import PidTag

SIGNATURE = b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIB"
SIGNED = multipart(
    'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
    b"Content-Type: text/plain\r\n\r\nI  promise. \r\n",
    SIGNATURE,
    fields="Subject: signed\r\nMIME-Version: 1.0\r\n",
)


def test_a_signed_message_stays_octet_for_octet() -> None:
    message = convert(SIGNED)
    assert message.properties[PidTag.MESSAGE_CLASS] == "IPM.Note.SMIME.MultipartSigned"
    assert message.properties[PidTag.BODY] == "I  promise. \r\n"
    (one,) = message.attachments
    assert one.properties[PidTag.ATTACH_MIME_TAG] == "multipart/signed"
    assert one.properties[PidTag.ATTACH_DATA_BINARY] == SIGNED.removeprefix(b"Subject: signed\r\n")


def test_a_signed_message_within_a_message_of_parts_is_taken_apart() -> None:
    _, report = convert_whole(multipart("mixed", SIGNED.replace(b"cut", b"edge"), FOOTER))
    assert report.lost == ("a signature within the message can no longer be checked",)


def test_an_encrypted_message_is_its_envelope() -> None:
    raw = (
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PDF)
    )
    message = convert(raw)
    assert message.properties[PidTag.MESSAGE_CLASS] == "IPM.Note.SMIME"
    assert PidTag.BODY not in message.properties
    (one,) = message.attachments
    assert one.properties[PidTag.ATTACH_DATA_BINARY] == PDF
    assert one.properties[PidTag.ATTACH_MIME_TAG] == "application/pkcs7-mime"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/octet-stream; name=smime.p7m", "IPM.Note.SMIME"),
        ("application/pkcs7-mime; name=secret.bin", "IPM.Note.SMIME"),
        ("application/pkcs7-mime; smime-type=certs-only; name=smime.p7c", "IPM.Note"),
    ],
)
def test_what_counts_as_an_envelope(kind: str, expected: str) -> None:
    message = convert(f"Content-Type: {kind}\r\n\r\nMIIB".encode())
    assert message.properties[PidTag.MESSAGE_CLASS] == expected
    name = "smime.p7c" if "certs" in kind else "smime.p7m"
    assert names(message) == [name]


def test_a_calendar_stays_a_note_with_the_part() -> None:
    calendar = b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
    message = convert(multipart("alternative", PLAIN, calendar))
    assert message.properties[PidTag.MESSAGE_CLASS] == "IPM.Note"
    assert names(message) == ["ATT00001.ics"]
