"""Mailboxes for the screen: written here, so that a picture of them changes only when it should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage

NOON = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def letter(
    number: int,
    *,
    subject: str = "",
    sender: str = "",
    sent: datetime | None = None,
    fields: str = "",
    body: str = "",
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    """A message; `fields` and `body` have LF line ends."""
    sent = sent or NOON - timedelta(hours=7 * number)
    text = (
        f"From: {sender or f'Writer {number} <writer{number}@example.org>'}\n"
        "To: Mira Halloran <mira@gullrock.example>\n"
        f"Subject: {subject or f'Letter {number}'}\n"
        f"Date: {sent:%a, %d %b %Y %H:%M:%S +0000}\n"
        f"Message-ID: <{number}@example.org>\n"
        f"{fields}"
        f"Content-Type: {content_type}\n"
        "\n"
        f"{body or f'The text of letter {number}.'}\n"
    )
    return text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")


def stored(uid: int, raw: bytes, *flags: str, received: datetime = NOON) -> StoredMessage:
    return StoredMessage(uid, partial(bytes, raw), received, flags)


def inbox_of(*raws: bytes) -> Mailbox:
    """An INBOX with these letters, the first one the oldest, all of them read."""
    messages = tuple(stored(uid, raw, "\\Seen") for uid, raw in enumerate(raws, 1))
    return Mailbox((StoredFolder("INBOX", messages),))


ATTACHED = """\
--cut
Content-Type: text/plain; charset=utf-8

The plans are attached.
--cut
Content-Type: application/pdf; name="plans.pdf"
Content-Disposition: attachment; filename="plans.pdf"
Content-Transfer-Encoding: base64

JVBERi0xLjQKJcfsj6IKMSAwIG9iago8PC9UeXBlL0NhdGFsb2c+PgplbmRvYmoK
--cut
Content-Type: image/png
Content-Disposition: inline; filename*=utf-8''Skizze%20f%C3%BCr%20Mira.png
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=
--cut--"""

HTML = "<html><body><h1>News</h1><p>Only <b>HTML</b> here.</p></body></html>"

NEWSLETTER = """\
List-Unsubscribe: (leave) <mailto:leave@news.example?subject=stop>,
 <https://news.example/leave?id=7&x=1>, <ftp://news.example/no>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
"""

TALL = [
    letter(number, sent=datetime(2025, 3, 1, tzinfo=UTC) + timedelta(hours=number))
    for number in range(61, 67)
]


def harbour() -> Mailbox:
    """Fifty-six messages in INBOX on two pages, and folders of every kind."""
    at = {n: NOON - timedelta(hours=7 * (56 - n)) for n in range(1, 57)}
    special = {
        54: letter(
            54,
            sent=at[54],
            subject="Plans",
            content_type='multipart/mixed; boundary="cut"',
            body=ATTACHED,
        ),
        53: letter(
            53, sent=at[53], subject="News", content_type="text/html; charset=utf-8", body=HTML
        ),
        52: letter(
            52,
            sent=at[52],
            subject="The weekly letter, number 52, with a subject that is longer than any column",
            sender="The Weekly Letter <weekly@news.example>",
            fields=NEWSLETTER,
        ),
        51: letter(
            51,
            sent=at[51],
            subject="[PATCH] fix [/] in the [lamp]",
            sender="林小雨 <lin@example.org>",
        ),
    }
    inbox = tuple(
        stored(
            100 + number,
            special.get(number) or letter(57 - number, sent=at[number]),
            *(() if number % 4 == 0 else ("\\Seen",)),
            *(("\\Flagged",) if number == 55 else ()),
            *(("\\Answered",) if number == 50 else ()),
        )
        for number in range(1, 57)
    )
    sent = tuple(stored(n, raw, "\\Seen") for n, raw in enumerate(TALL, 1))
    return Mailbox(
        (
            StoredFolder("Zebra", (stored(1, letter(1)),)),
            StoredFolder("Trash", (), ("\\Trash",)),
            StoredFolder("Sent", sent, ("\\Sent",)),
            StoredFolder("Lists", (), ("\\Noselect",)),
            StoredFolder("Lists/lantern", (stored(1, letter(2)),)),
            StoredFolder("Reisen/Zürich", (stored(1, letter(3), "\\Seen"),)),
            StoredFolder("INBOX", inbox),
            StoredFolder("Empty"),
        )
    )
