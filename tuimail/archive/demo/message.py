"""A letter as octets: the header, and the entity that its sender's mail program would make."""

from __future__ import annotations

from tuimail.archive.demo.entities import file_entity, html_entity, multipart, text_entity
from tuimail.archive.demo.fields import date_time, field, mailbox, unstructured
from tuimail.archive.demo.letter import Letter
from tuimail.archive.demo.people import PEOPLE, Person

_QUOTED_GENERATIONS = 2
_REFERENCES = 5


def write_message(letter: Letter) -> bytes:
    """The whole message, with CRLF line ends."""
    content = letter.content or write_content
    return write_header(letter) + b"MIME-Version: 1.0\r\n" + content(letter)


def write_header(letter: Letter) -> bytes:
    """All fields but MIME's own."""
    sender = letter.sender
    own = (sender.fields + letter.fields).replace("{token}", letter.token).replace("\n", "\r\n")
    replaced = {line.partition(":")[0] for line in letter.fields.splitlines()}
    fields = [] if sender is PEOPLE["mira"] else _trace_fields(letter)
    fields += [
        ("Date", "" if "undated" in letter.marks else date_time(letter.sent, sender.zone)),
        ("From", mailbox(sender)),
        ("To", _mailboxes(letter.to)),
        ("Cc", _mailboxes(letter.cc)),
        ("Subject", unstructured(letter.subject, sender.charset)),
        ("Message-ID", letter.message_id),
    ]
    if letter.parent is not None:
        fields += [
            ("In-Reply-To", letter.parent.message_id),
            ("References", " ".join(_references(letter.parent))),
        ]
    written = [
        field(name, value)
        for name, value in fields
        if name not in replaced and (value or name == "Subject")
    ]
    return b"".join(written) + own.encode()


def write_content(letter: Letter) -> bytes:
    """The text in its sender's shape, and the files after it."""
    body = write_body(letter)
    if not letter.files:
        return body
    return multipart("mixed", [body, *(file_entity(name) for name in letter.files)])


def write_body(letter: Letter) -> bytes:
    """The text in its sender's shape, without the files."""
    sender = letter.sender
    charset, encoding = sender.charset, sender.encoding
    text = compose_text(letter)
    if sender.shape == "flowed":
        return text_entity(_flow(text), charset, encoding, parameters="; format=flowed")
    if sender.shape == "plain":
        return text_entity(text, charset, encoding)
    foot = ""
    if "List-Unsubscribe:" in sender.fields:
        site = f"https://{sender.domain}/{letter.token}"
        foot = f'<a href="{site}">Read online</a> <img src="{site}.gif" width="1" height="1">\n'
    html = html_entity(letter.subject, text, charset, encoding, foot)
    if sender.shape == "html":
        return html
    return multipart("alternative", [text_entity(text, charset, encoding), html])


def compose_text(letter: Letter) -> str:
    """The text, the signature, and what is answered or forwarded."""
    text = f"{letter.text}\n"
    if letter.sender.signature:
        text += f"\n-- \n{letter.sender.signature}\n"
    parent = letter.parent
    if parent is None:
        return text
    if letter.subject.lower().startswith("fwd"):
        head = f"From: {parent.sender.name} <{parent.sender.address}>\nSubject: {parent.subject}\n"
        return f"{text}\n-------- Forwarded message --------\n{head}\n{parent.text}\n"
    return f"{text}\n{_quote(parent, _QUOTED_GENERATIONS)}"


def _quote(letter: Letter, generations: int) -> str:
    text = f"{letter.text}\n"
    if letter.parent is not None and generations > 1:
        text += f"\n{_quote(letter.parent, generations - 1)}"
    lines = "".join(
        f">{'' if line.startswith('>') or not line else ' '}{line}\n" for line in text.splitlines()
    )
    return f"On {letter.sent:%Y-%m-%d}, {letter.sender.name} wrote:\n{lines}"


def _flow(text: str) -> str:
    """Soft line breaks (RFC 3676): a space before them; a quote's and a signature's lines stay."""
    lines = text.split("\n")
    end = lines.index("-- ") if "-- " in lines else len(lines)
    for number, line in enumerate(lines[: end - 1]):
        following = lines[number + 1]
        if line and following and not line.startswith(">") and not following.startswith(">"):
            lines[number] = f"{line} "
    return "\n".join(lines)


def _references(letter: Letter) -> list[str]:
    """The Message-IDs of a letter and of those it goes back to, the oldest first."""
    chain = [letter]
    while chain[-1].parent is not None and len(chain) < _REFERENCES:
        chain.append(chain[-1].parent)
    return [letter.message_id for letter in reversed(chain)]


def _trace_fields(letter: Letter) -> list[tuple[str, str]]:
    domain = letter.sender.domain
    host = f"mx.{domain}"
    arrival = (
        f"from {host} ({host} [192.0.2.{int(letter.token[:2], 16)}]) by mail.gullrock.example"
        f" with ESMTPS id {letter.token} for <mira@gullrock.example>;"
        f" {date_time(letter.received, 0)}"
    )
    return [("Return-Path", f"<{letter.sender.address}>"), ("Received", arrival)]


def _mailboxes(people: tuple[Person, ...]) -> str:
    return ", ".join(mailbox(person) for person in people)
