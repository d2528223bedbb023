"""What readers that are not ours find in our files."""

from __future__ import annotations

import email
import io
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path

import extract_msg
from oxmsg import Message as OxMessage

from tests.msg.letters import FULL, HTML, PDF, PLAIN, file_part, multipart
from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.msg.writer import write_msg


def convert(raw: bytes) -> bytes:
    out = io.BytesIO()
    write_msg(raw, out)
    return out.getvalue()


WITH_FILES = multipart(
    "mixed",
    multipart("alternative", PLAIN, HTML).replace(b"cut", b"edge"),
    file_part("R\xe9sum\xe9.pdf"),
    file_part("b.bin", b"\0\xff"),
    fields="From: Ada <ada@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n",
)


def test_python_oxmsg_reads_it() -> None:
    message = OxMessage.load(io.BytesIO(convert(FULL)))
    assert message.message_class == "IPM.Note"
    assert message.subject == "Re: 🐒 monkeys"
    assert message.body == "Grüße\r\nfrom the zoo\r\n"
    assert message.message_headers["Message-ID"] == "<1@example.org>"
    assert [(one.name, one.email_address) for one in message.recipients] == [
        ("Bo; B.", "bo@example.org"),
        ("third@example.org", "third@example.org"),
        ("Cy", "cy@example.org"),
        ("hidden@example.org", "hidden@example.org"),
    ]
    message = OxMessage.load(io.BytesIO(convert(WITH_FILES)))
    assert (message.body, message.html_body) == ("plain", "<b>rich</b>")
    files = [(one.file_name, one.file_bytes, one.mime_type) for one in message.attachments]
    assert files == [
        ("R\xe9sum\xe9.pdf", PDF, "application/pdf"),
        ("b.bin", b"\0\xff", "application/pdf"),
    ]


def test_extract_msg_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.msg").write_bytes(convert(WITH_FILES))
    with extract_msg.openMsg(tmp_path / "a.msg") as message:
        assert isinstance(message, extract_msg.Message)
        assert (message.subject, message.body, message.htmlBody) == (
            "Grüße",
            "plain",
            b"<b>rich</b>",
        )
        assert message.sender == "Ada <ada@example.org>"
        assert [one.data for one in message.attachments] == [PDF, b"\0\xff"]


def test_the_demo_mailbox_as_extract_msg_reads_it(tmp_path: Path) -> None:
    """Headers and attachments beside what the stdlib's parser finds in the messages."""
    for folder in demo_mailbox().folders:
        for number, stored in enumerate(folder.messages[:12]):
            raw = stored.load()
            expected = email.message_from_bytes(raw, policy=default)
            assert isinstance(expected, EmailMessage)
            path = tmp_path / f"{number}.msg"
            path.write_bytes(convert(raw))
            with extract_msg.openMsg(path) as message:
                assert isinstance(message, extract_msg.Message)
                assert (message.subject or "") == (expected["Subject"] or "")
                assert message.messageId == expected["Message-ID"]
                held = {
                    sha256(octets).hexdigest()
                    for part in expected.walk()
                    if part.get_content_disposition() == "attachment"
                    and isinstance(octets := part.get_payload(decode=True), bytes)
                }
                found = {
                    sha256(one.data).hexdigest()
                    for one in message.attachments
                    if isinstance(one.data, bytes)
                }
                assert held <= found, stored.uid
