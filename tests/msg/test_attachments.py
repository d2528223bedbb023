"""Attachments, read back from a .msg."""

from __future__ import annotations

import base64
import io

import pytest

from tests.msg.letters import (
    FULL,
    PDF,
    PLAIN,
    convert,
    convert_whole,
    file_part,
    multipart,
    names,
)
from tuimail.msg.mapi import PidTag
from tuimail.msg.reader import ReadAttachment, ReadMessage
from tuimail.msg.writer import write_msg


def test_files_are_attached_by_value() -> None:
    raw = multipart("mixed", PLAIN, file_part("R\xe9sum\xe9 of all.final.pdf"))
    (one,) = convert(raw).attachments
    assert one.message is None
    expected: dict[PidTag, object] = {
        PidTag.ATTACH_DATA_BINARY: PDF,
        PidTag.ATTACH_SIZE: len(PDF),
        PidTag.ATTACH_METHOD: 1,
        PidTag.ATTACH_NUMBER: 0,
        PidTag.ATTACH_LONG_FILENAME: "R\xe9sum\xe9 of all.final.pdf",
        PidTag.ATTACH_FILENAME: "R_SUM_~1.PDF",
        PidTag.ATTACH_EXTENSION: ".pdf",
        PidTag.ATTACH_MIME_TAG: "application/pdf",
        PidTag.RENDERING_POSITION: -1,
        PidTag.OBJECT_TYPE: 7,
    }
    assert {tag: one.properties.get(tag) for tag in expected} == expected
    assert PidTag.ATTACHMENT_HIDDEN not in one.properties


def test_more_attachments_than_outlook_takes() -> None:
    out = io.BytesIO()
    parts = [file_part(f"{number}.pdf", b"x") for number in range(2_050)]
    report = write_msg(multipart("mixed", *parts), out)
    assert report.lost == ("2 of 2,050 attachments are left out: Outlook takes 2,048",)
    assert out.getvalue().count("__attach_version1.0_#".encode("utf-16-le")) == 2_048


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("..\\\\evil\\\\a:b?.exe", "application/x", "a_b_.exe"),
        ("/etc/passwd", "text/x-odd", "passwd"),
        ("", "application/pdf", "ATT00001.pdf"),
        ("...", "image/jpeg", "ATT00001.jpg"),
        ("", "application/x-never-heard-of", "ATT00001.dat"),
        ("tab\there", "application/pdf", "tab here"),
        ("CON.pdf", "application/pdf", "_CON.pdf"),
        ("a\u202efdp.exe", "application/pdf", "a_fdp.exe"),
        ("a" * 300 + ".pdf", "application/pdf", "a" * 216 + ".pdf"),
    ],
)
def test_names_of_attachments(name: str, kind: str, expected: str) -> None:
    assert names(convert(multipart("mixed", PLAIN, file_part(name, kind=kind)))) == [expected]


@pytest.mark.parametrize("value", ['gzip; name="a.gz"', "X-BE2; 12"])
def test_a_type_that_is_no_type_is_a_file(value: str) -> None:
    part = f"Content-Type: {value}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    for raw in (
        multipart("mixed", PLAIN, part + base64.encodebytes(PDF)),
        part + base64.b64encode(PDF),
    ):
        (one,) = convert(raw).attachments
        assert one.properties[PidTag.ATTACH_DATA_BINARY] == PDF
        assert one.properties[PidTag.ATTACH_MIME_TAG] == "application/octet-stream"
        assert one.properties[PidTag.ATTACH_LONG_FILENAME] in ("a.gz", "ATT00001.dat")


def picture(fields: str) -> bytes:
    return f"Content-Type: image/png\r\n{fields}\r\n\r\nPNG".encode()


CID = "Content-ID: <pic@x>\r\n"


@pytest.mark.parametrize(
    ("kind", "html", "fields", "is_hidden"),
    [
        ("related", "<img src='cid:pic@x'>", CID, True),
        ("related", "<img src='cid:pic%40x'>", CID, True),
        ("related", "<img src='cid:other@x'>", CID, False),
        ("mixed", "<img src='cid:pic@x'>", CID + "Content-Disposition: inline\r\n", True),
        ("mixed", "<img src='cid:pic@x'>", CID + "Content-Disposition: attachment\r\n", False),
        ("related", "<img src='pic.png'>", "Content-Location: pic.png\r\n", True),
        ("related", "<p>none</p>", "Content-Location: pic.png\r\n", False),
        ("related", "see pic.png", "Content-Location: pic.png\r\n", False),
        ("related", "<a href='cid:pic@x'>open</a>", CID, False),
        ("related", "<p style='background: url(cid:pic@x)'>", CID, True),
        ("mixed", "<img src='cid:pic@x'>", CID, False),
    ],
)
def test_pictures_within_the_text(kind: str, html: str, fields: str, is_hidden: bool) -> None:
    page = f"Content-Type: text/html\r\n\r\n{html}".encode()
    message = convert(multipart(kind, page, picture(fields.removesuffix("\r\n"))))
    (one,) = message.attachments
    assert one.properties.get(PidTag.ATTACHMENT_HIDDEN, False) is is_hidden
    assert one.properties.get(PidTag.ATTACH_FLAGS, 0) == (4 if is_hidden else 0)
    assert message.properties[PidTag.HAS_ATTACHMENTS] is not is_hidden
    assert message.properties[PidTag.MESSAGE_FLAGS] == (0 if is_hidden else 0x10)
    if "Content-ID" in fields:
        assert one.properties[PidTag.ATTACH_CONTENT_ID] == "pic@x"


def nested(raw: bytes, name: str = "") -> bytes:
    named = f'; name="{name}"' if name else ""
    return f"Content-Type: message/rfc822{named}\r\n\r\n".encode() + raw


def test_a_message_within_a_message() -> None:
    inner = multipart(
        "mixed", PLAIN, file_part("deep.pdf"), fields="Subject: in/ner\r\nKeywords: x\r\n"
    ).replace(b"cut", b"edge")
    message = convert(multipart("mixed", PLAIN, nested(inner), nested(FULL, "fwd.eml")))
    assert names(message) == ["in_ner.msg", "fwd.msg"]
    first, second = message.attachments
    assert first.message is not None
    assert second.message is not None
    assert first.properties[PidTag.ATTACH_METHOD] == 5
    assert first.message.properties[PidTag.SUBJECT] == "in/ner"
    assert first.message.properties[PidTag.MESSAGE_FLAGS] == 0x11
    (deep,) = first.message.attachments
    assert deep.properties[PidTag.ATTACH_DATA_BINARY] == PDF
    assert len(second.message.recipients) == 4
    assert second.message.properties[PidTag.BODY] == "Grüße\r\nfrom the zoo\r\n"
    # The names of properties are the file's, not each message's.
    assert sorted(str(name) for _, name in message.names.values()) == [
        "Keywords",
        "list-unsubscribe",
    ]


def test_parts_nested_too_deep_are_kept_as_a_file() -> None:
    raw = file_part("deep.pdf")
    for level in range(24):
        raw = multipart("mixed", raw).replace(b"boundary=cut", b"boundary=b%d." % level)
        raw = raw.replace(b"--cut", b"--b%d." % level)
    message, report = convert_whole(raw)
    (one,) = message.attachments
    assert one.properties[PidTag.ATTACH_LONG_FILENAME] == "ATT00001.eml"
    whole = one.properties[PidTag.ATTACH_DATA_BINARY]
    assert isinstance(whole, bytes)
    assert whole.startswith(b"Content-Type: multipart/mixed")
    assert base64.encodebytes(PDF).replace(b"\n", b"\r\n") in whole
    assert report.lost == ("parts within too many parts are kept as one file",)


def test_what_cannot_be_decoded_is_kept() -> None:
    part = b"Content-Type: application/x\r\nContent-Transfer-Encoding: uuencode\r\n\r\nno begin"
    message, report = convert_whole(multipart("mixed", PLAIN, part))
    assert message.attachments[0].properties[PidTag.ATTACH_DATA_BINARY] == b"no begin"
    assert report.lost == ("an attachment that cannot be decoded is kept as it came",)


def test_a_named_text_in_front_is_read_and_kept() -> None:
    named = b'Content-Type: text/plain; name="data.csv"\r\n\r\n1;2'
    message = convert(multipart("mixed", named, file_part("a.pdf")))
    assert message.properties[PidTag.BODY] == "1;2"
    assert names(message) == ["data.csv", "a.pdf"]


def test_a_message_that_is_encoded_is_opened() -> None:
    encoded = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = multipart("mixed", PLAIN, encoded + base64.encodebytes(FULL))
    (one,) = convert(raw).attachments
    assert one.message is not None
    assert one.properties[PidTag.ATTACH_LONG_FILENAME] == "Re_ 🐒 monkeys.msg"
    assert len(one.message.recipients) == 4
    for _ in range(6):
        raw = encoded + base64.encodebytes(raw)
    message: ReadMessage | None = convert(raw)
    depth = 0
    while message is not None and message.attachments:
        message, depth = message.attachments[0].message, depth + 1
    assert depth == 4


def test_nesting_without_end_is_kept_as_a_file() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"Subject: core\r\n\r\nthe core"
    message: ReadMessage | None = convert(raw)
    depth = 0
    last: ReadAttachment | None = None
    while message is not None:
        depth += 1
        (last,) = message.attachments or (None,)
        message = last.message if last is not None else None
    assert depth == 21
    assert last is not None
    assert str(last.properties[PidTag.ATTACH_LONG_FILENAME]).endswith(".eml")
    core = last.properties[PidTag.ATTACH_DATA_BINARY]
    assert isinstance(core, bytes)
    assert core.endswith(b"the core")
