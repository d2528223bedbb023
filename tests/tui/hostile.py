"""A mailbox that attacks the terminal from every place that a screen shows.

Its twin has harmless words in the same places: what a terminal is sent for both must be made of
the same control sequences.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from tests.servers.archive import RecordingConnection, RecordingServer
from tests.tui.mailboxes import letter, stored
from tuimail.archive.command import Command
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.response import no


@dataclass(frozen=True, slots=True)
class Words:
    """What a stranger wrote, and what a screen shows of it."""

    written: str
    shown: str


HOSTILE = (
    # OSC 52, the clipboard; then wrapped for tmux to pass on
    Words("\x1b]52;c;b3duZWQ=\x07", "�]52;c;b3duZWQ=�"),
    Words("\x1bPtmux;\x1b\x1b]52;c;b3duZWQ=\x07\x1b\\", "�Ptmux;��]52;c;b3duZWQ=��\\"),
    # OSC 0 and 2, the title; then a reset
    Words("\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1bc", "�]0;owned��]2;owned�\\�c"),
    # C1 controls: clipboard, wiping the screen
    Words("\x9d52;c;b3duZWQ=\x9c\x9b2J", "�52;c;b3duZWQ=��2J"),
    # questions, to which a terminal types the answers; then backspaces and another alphabet
    Words("\x1b[6n\x1b[21t\x05\x08\x0e\x7f", "�[6n�[21t����"),
    # what reads as something else
    Words("\u202egnp\u2028.exe\u2066\u200b\ufeff", "�gnp�.exe���"),
    # markup of Textual and Rich
    Words("[@click=app.quit]here[/]", "[@click=app.quit]here[/]"),
    Words("[/][reverse]", "[/][reverse]"),
)


HARMLESS = (Words("harmless", "harmless"),)

ALERTS = (1, 4, 7)
"""Which folders are opened with an ALERT: one shows no more than one of them a second."""
LINK = "https://news.example/leave?id=7"


def mailto_link(number: int, words: Words) -> str:
    """A link of the newsletter, as it stands there and as it may be copied."""
    return f"mailto:a@b.test?subject={quote(f'link{number} {words.written}')}"


def _write_newsletter(all_words: Sequence[Words]) -> bytes:
    links = [LINK, *(mailto_link(n, words) for n, words in enumerate(all_words, 1))]
    field = ",\n ".join(f"<{link}>" for link in links)
    return letter(9, subject="newsletter", fields=f"List-Unsubscribe: {field}\n")


def _write_letter(number: int, words: Words) -> bytes:
    """The words in every field, in the body and in the name of an attachment.

    They stand raw in some places and encoded in others; every second body is HTML.
    """
    text = words.written
    subject = b64encode(f"subject{number} {text}".encode()).decode()
    quoted = text.replace("\\", "\\\\")
    body = f"body{number} {text}"
    kind, body = ("html", f"<p>{escape(body)}</p>") if number % 2 else ("plain", body)
    lines = (
        f'From: "sender{number} {quoted}" <sender@evil.test>',
        f'To: "receiver{number} {quoted}" <receiver@evil.test>',
        f"Subject: =?utf-8?B?{subject}?=",
        "Date: Tue, 24 Nov 2026 09:00:00 +0000",
        f"Message-ID: <id{number}{text}@evil.test>",
        f"X-Words: field{number} {text}",
        f"List-Unsubscribe: <javascript:script{number}{text}>",
        'Content-Type: multipart/mixed; boundary="cut"',
        "",
        "--cut",
        f"Content-Type: text/{kind}; charset=utf-8",
        "",
        body,
        "--cut",
        "Content-Type: application/octet-stream",
        "Content-Disposition: attachment;",
        f" filename*=utf-8''{quote(f'file{number} {text}')}",
        "",
        "data",
        "--cut--",
        "",
    )
    return "\r\n".join(lines).encode()


class HostileServer(RecordingServer):
    """Serves the words and says them itself. Messages and folders are numbered as the words are.

    INBOX holds a letter for each, and above them a newsletter whose text cannot be fetched. Some
    folders `folder1 WORDS` come with an ALERT; `Refused/1` is refused. Bye ends the connection the
    first time that it is opened, and nobody is greeted then until `may_greet` is set again.
    """

    def __init__(self, all_words: Sequence[Words], **options: Any) -> None:
        numbered = list(enumerate(all_words, 1))
        letters = [_write_letter(number, words) for number, words in numbered]
        self.newsletter = len(letters) + 1
        raws = [*letters, _write_newsletter(all_words)]
        folders = [
            StoredFolder("INBOX", tuple(stored(uid, raw) for uid, raw in enumerate(raws, 1))),
            StoredFolder("Bye"),
            *(StoredFolder(f"folder{number} {words.written}") for number, words in numbered),
            *(StoredFolder(f"Refused/{number}") for number, _ in numbered),
        ]
        super().__init__(Mailbox(folders), connection_class=_HostileConnection, **options)
        self.all_words = all_words
        self.may_greet = threading.Event()
        self.may_greet.set()
        self.said_bye = False

    def close(self) -> None:
        self.may_greet.set()
        super().close()


class _HostileConnection(RecordingConnection):
    server: HostileServer

    def greet(self) -> None:
        self.server.may_greet.wait()
        super().greet()

    def handle_examine(self, command: Command) -> str:
        done = super().handle_examine(command)
        assert self.view is not None
        name = self.view.folder.name
        if name.startswith("folder"):
            number = int(name[len("folder")])
            if number in ALERTS:
                alert = f"alert{number} {self.server.all_words[number - 1].written}"
                self.send(f"* OK [ALERT] {alert}\r\n".encode())
        elif name.startswith("Refused/"):
            number = int(name[len("Refused/")])
            raise no(f"refused{number} {self.server.all_words[number - 1].written}")
        elif name == "Bye" and not self.server.said_bye:
            self.server.said_bye = True
            self.server.may_greet.clear()
            self.send_now(f"* BYE bye {self.server.all_words[0].written}\r\n".encode())
            raise EOFError
        return done

    def handle_fetch(self, command: Command) -> str:
        asked = str(command.arguments)
        if command.uid and f"b'{self.server.newsletter}'" in asked and ".MIME" in asked:
            raise no(f"unread {self.server.all_words[0].written}")
        return super().handle_fetch(command)
