"""`tuimail list`, compared with what imaplib says on each kind of server."""

from __future__ import annotations

import email
import re
from datetime import datetime
from functools import partial

import pytest

from tests.cli.command import Done, run, url
from tests.cli.conftest import POOR, Served
from tests.cli.oracle import read_folder, signed_in
from tests.servers.archive import (
    PASSWORD,
    DroppingServer,
    GarbageServer,
    RecordingConnection,
    RecordingServer,
)
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import EPOCH, mailbox_of, mailbox_with, plain_message
from tuimail.archive.command import Command
from tuimail.archive.connection import Connection
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.response import no
from tuimail.archive.server import CAPABILITIES, ArchiveServer

KEYS = [
    *("folder", "uid_validity", "uid", "sequence_number", "message_id", "date", "internal_date"),
    *("from", "sender", "reply_to", "to", "cc", "bcc", "subject", "size", "flags", "is_read"),
    *("answered", "flagged", "deleted", "draft", "recent", "list_unsubscribe", "list_id"),
    *("attachments", "headers", "items"),
]


def list_json(served: Served, *arguments: str) -> Done:
    return run("list", served.url, *arguments, "--json", password=served.password)


def numbers(done: Done) -> list[int]:
    return [row["sequence_number"] for row in done.objects]


def test_every_message_as_imaplib_sees_it(either: Served) -> None:
    with signed_in(either.port, either.user, either.password) as client:
        validity, told = read_folder(client)
    done = list_json(either, "INBOX", "--page", "all", "--ascending")
    assert done.status == 0, done.said
    rows = done.objects
    assert [list(row) for row in rows] == [KEYS] * len(told)
    assert {row["uid_validity"] for row in rows} == {validity}
    assert [
        (row["sequence_number"], row["uid"], row["size"], frozenset(row["flags"]) - {"\\Recent"})
        for row in rows
    ] == [(one.sequence_number, one.uid, one.size, one.flags - {"\\Recent"}) for one in told]
    received = [int(datetime.fromisoformat(row["internal_date"]).timestamp()) for row in rows]
    assert received == [one.received for one in told]
    for row, one in zip(rows, told, strict=True):
        header = email.message_from_bytes(one.raw)
        assert (row["message_id"] or "") == (header["Message-ID"] or "").strip()
        assert row["is_read"] == ("\\Seen" in one.flags)
        assert row["answered"] == ("\\Answered" in one.flags)
        assert row["flagged"] == ("\\Flagged" in one.flags)
        assert row["deleted"] == ("\\Deleted" in one.flags)
        assert row["draft"] == ("\\Draft" in one.flags)


def test_every_folder_under_its_own_name(served: Served) -> None:
    done = list_json(served, "--all")
    assert done.status == 0, done.said
    uids: dict[str, list[int]] = {}
    for row in done.objects:
        uids.setdefault(row["folder"], []).append(row["uid"])
    folders = {
        **{"Reisen/Zürich": "Reisen/Z&APw-rich", "日本": "&ZeVnLA-"},
        **{name: name for name in ("INBOX", "Drafts", "Lists/knots", "Junk", "Archive/2023")},
    }
    with signed_in(served.port, served.user, served.password) as client:
        for shown, raw in folders.items():
            _, told = read_folder(client, raw)
            assert sorted(uids[shown]) == [one.uid for one in told]
    assert len(uids) == 14
    assert "Archive" not in uids  # it is empty


def test_subfolders(served: Served) -> None:
    done = list_json(served, "Reisen", "--recursive")
    assert [row["folder"] for row in done.objects] == ["Reisen"] * 2 + ["Reisen/Zürich"] * 6
    only = list_json(served, "Lists", "--recursive")
    assert {row["folder"] for row in only.objects} == {"Lists/knots", "Lists/lantern-dev"}


@pytest.mark.parametrize(
    "key", ["arrival", "received", "date", "from", "to", "cc", "subject", "size"]
)
def test_descending_is_ascending_read_backwards(served: Served, key: str) -> None:
    ascending = numbers(list_json(served, "--sort", key, "--ascending", "--page", "all"))
    assert sorted(ascending) == list(range(1, 112))
    assert numbers(list_json(served, "--sort", key, "--page", "all")) == ascending[::-1]
    page = numbers(list_json(served, "--sort", key, "--page", "3", "--page-size", "25"))
    assert page == ascending[::-1][50:75]


def test_the_same_order_on_every_server(
    filled_dovecot: Served, full_archive: Served, poor_archive: Served
) -> None:
    for key in ("received", "from", "cc", "size"):
        orders = [
            numbers(list_json(one, "--sort", key, "--page", "all"))
            for one in (filled_dovecot, full_archive, poor_archive)
        ]
        assert orders[0] == orders[1] == orders[2], key


def test_a_poor_server_is_asked_for_nothing_that_it_does_not_offer() -> None:
    with RecordingServer(mailbox_of(9), capabilities=POOR) as server:
        for arguments in (["--sort", "date"], ["--search", "Mess"], ["--all"], ["--seq", "2"]):
            assert run("list", url(server.port), *arguments).status == 0
        asked = b"\n".join(server.commands)
    assert not re.search(rb"SORT|RETURN|ENABLE|NAMESPACE|STATUS|\+\}", asked)


@pytest.mark.parametrize("connections", ["1", "2", "8"])
def test_the_same_rows_however_many_connections(full_archive: Served, connections: str) -> None:
    usual = list_json(full_archive, "--all", "--sort", "subject")
    done = list_json(full_archive, "--all", "--sort", "subject", "--connections", connections)
    assert done.octets == usual.octets


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        (["--page-size", "3"], [9, 8, 7], "9 messages, page 1 of 3"),
        (["--page", "3", "--page-size", "4"], [1], "9 messages, page 3 of 3"),
        (["--page", "4", "--page-size", "4"], [], "page 4 of 3, which is past the end"),
        (["--page", "1", "--ascending", "--page-size", "2"], [1, 2], "page 1 of 5"),
        (["--page", "all"], [9, 8, 7, 6, 5, 4, 3, 2, 1], "9 messages"),
        (["--page", "2", "--page-size", "5", "--sort", "size"], [4, 3, 2, 1], "page 2 of 2"),
        (["--seq", "2:4,8:*"], [9, 8, 4, 3, 2], "5 messages"),
        (["--seq", "8:20"], [9, 8], "2 messages; 11 numbers name no message"),
        (["--seq", "99:*"], [], "0 messages"),
        (["--uid", "1,3:4", "--ascending"], [1, 3, 4], "3 messages"),
        (["--uid", "9,4000"], [9], "1 message; 1 number names no message"),
        (["--seq", "1:9", "--page-size", "2"], [9, 8], "9 messages, page 1 of 5"),
        (["--search", "seq:2:5", "--page-size", "2", "--page", "2"], [3, 2], "page 2 of 2"),
        (["--search", 'subject:"Message 7"'], [7], "1 message, page 1 of 1"),
        (["--search", "nowhere"], [], "0 messages, page 1 of 1"),
    ],
)
def test_what_is_chosen(arguments: list[str], expected: list[int], said: str) -> None:
    for capabilities in (CAPABILITIES, POOR):
        with RecordingServer(mailbox_of(9), capabilities=capabilities) as server:
            done = run("list", url(server.port), *arguments, "--json")
        assert (done.status, numbers(done)) == (0, expected)
        assert done.said == f"tuimail: INBOX: {said}\n" or said in done.said


def test_the_first_of_each_folder() -> None:
    messages = mailbox_of(9).folders[0].messages
    mailbox = Mailbox(tuple(StoredFolder(name, messages) for name in ("INBOX", "A", "A/B")))
    with RecordingServer(mailbox) as server:
        done = run("list", url(server.port), "--all", "--page-size", "2", "--json")
    assert [(row["folder"], row["uid"]) for row in done.objects] == [
        *(("INBOX", 9), ("INBOX", 8), ("A", 9), ("A", 8), ("A/B", 9), ("A/B", 8)),
    ]


def test_thousands_of_numbers_are_sent_as_ranges() -> None:
    with RecordingServer(mailbox_of(3_000)) as server:
        done = run("list", url(server.port), "--uid", "1:1500,1502:3000", "--json")
        longest = max(map(len, server.commands))
    assert len(done.objects) == 2_999
    assert longest < 300


ADDRESSED = (
    b'From: =?utf-8?q?Ad=C3=A9?= <ade@example.org>, "Bo, B." <bo@example.org>\r\n'
    b"Sender: Office <office@example.org>\r\nReply-To: replies@example.org\r\n"
    b"To: you@example.org\r\nCc: third@example.org\r\nBcc: hidden@example.org\r\n"
    b"Subject: =?utf-8?b?8J+Qkg==?= \x1b[31mred\r\n text\r\n"
    b"Date: Fri, 20 Nov 2026 09:14:00 +0100\r\n"
    b"List-Id: Knots <knots.example.org>\r\n"
    b"List-Unsubscribe: <https://example.org/leave?a=1>,\r\n <mailto:leave@example.org>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Mailer: Quill 1\r\n"
    b"\r\nHello\r\n"
)


def test_what_a_row_says() -> None:
    with RecordingServer(mailbox_with(ADDRESSED)) as server:
        done = run(
            *("list", url(server.port), "--header", "X-Mailer", "--header", "x-none"),
            *("--item", "rfc822.size", "--json"),
        )
    (row,) = done.objects
    assert row["from"] == [
        {"name": "Adé", "address": "ade@example.org"},
        {"name": "Bo, B.", "address": "bo@example.org"},
    ]
    assert row["sender"] == [{"name": "Office", "address": "office@example.org"}]
    assert row["reply_to"] == [{"name": "", "address": "replies@example.org"}]
    assert row["bcc"] == [{"name": "", "address": "hidden@example.org"}]
    assert row["subject"] == "🐒 \x1b[31mred text"
    assert b"\x1b" not in done.octets
    assert row["date"] == "2026-11-20T09:14:00+01:00"
    assert row["internal_date"] == "2024-01-01T00:01:00+00:00"
    assert row["list_id"] == "Knots <knots.example.org>"
    assert row["list_unsubscribe"] == {
        "raw": "<https://example.org/leave?a=1>, <mailto:leave@example.org>",
        "links": ["https://example.org/leave?a=1", "mailto:leave@example.org"],
        "one_click": True,
    }
    assert row["headers"] == {"X-Mailer": "Quill 1", "x-none": None}
    assert row["items"] == {"rfc822.size": len(ADDRESSED)}


def test_what_is_absent_is_null() -> None:
    with RecordingServer(mailbox_with(b"\r\nnothing but text\r\n")) as server:
        (row,) = run("list", url(server.port), "--json").objects
    assert (row["message_id"], row["date"], row["list_id"]) == (None, None, None)
    assert (row["from"], row["subject"], row["list_unsubscribe"]) == ([], "", None)


def test_items_that_the_server_does_not_know(served: Served) -> None:
    done = list_json(served, "--item", "X-GM-MSGID", "--item", "BODYSTRUCTURE", "--page-size", "2")
    assert done.status == 0
    assert [row["items"]["X-GM-MSGID"] for row in done.objects] == [None, None]
    assert all(isinstance(row["items"]["BODYSTRUCTURE"], list) for row in done.objects)
    assert "the server does not know the item X-GM-MSGID" in done.said


def test_modseq_is_a_number(filled_dovecot: Served) -> None:
    (row,) = list_json(filled_dovecot, "--item", "MODSEQ", "--uid", "5").objects
    assert isinstance(row["items"]["MODSEQ"], int)


def test_a_folder_that_cannot_be_opened_costs_itself_only() -> None:
    class Guarded(Connection):
        def handle_examine(self, command: Command) -> str:
            if command.arguments[0] == b"Secret":
                raise no("[NOPERM] Not for you")
            return super().handle_examine(command)

    messages = mailbox_of(2).folders[0].messages
    mailbox = Mailbox(tuple(StoredFolder(name, messages) for name in ("INBOX", "Secret", "Z")))
    with ArchiveServer(mailbox, password=PASSWORD, connection_class=Guarded) as server:
        done = run("list", url(server.port), "--all", "--json")
        alone = run("list", url(server.port), "Secret", "--json")
    assert [row["folder"] for row in done.objects] == ["INBOX", "INBOX", "Z", "Z"]
    assert done.status == alone.status == 1
    assert "tuimail: Secret: the server refused EXAMINE: Not for you\n" in done.said
    assert alone.octets == b""


def test_a_message_that_the_server_answers_badly_for_is_listed() -> None:
    garbled = {2: {"body_structure": b"(((("}}
    with GarbageServer(mailbox_of(3), garbled=garbled) as server:
        done = run("list", url(server.port), "--json")
        table = run("list", url(server.port))
    assert done.status == table.status == 1
    assert [row.get("error", "")[:10] for row in done.objects] == ["", "the server", ""]
    assert list(done.objects[1]) == [*KEYS, "error"]
    assert len(table.lines) == 4


def test_nothing_is_changed(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(plain_message(number) for number in range(1, 6)))
    before = dovecot_user.flags()
    account = url(dovecot_user.server.port, dovecot_user.name)
    for arguments in (["--page", "all"], ["--sort", "from"], ["--search", "text"], ["--all"]):
        assert run("list", account, *arguments, password=dovecot_user.password).status == 0
    assert dovecot_user.flags() == before


HOSTILE = (
    b"From: \x1bAda\x07 <a@b>\r\nSubject: one\r\n\ttwo \xe2\x80\xae\xc2\x9b31m three\r\n\r\nx\r\n"
)


def test_the_table_is_for_people() -> None:
    noon = EPOCH.replace(hour=12)
    messages = (
        StoredMessage(7, partial(bytes, plain_message(1)), noon, ("\\Seen",)),
        StoredMessage(40, partial(bytes, HOSTILE), noon, ("\\Flagged",)),
    )
    with RecordingServer(Mailbox((StoredFolder("INBOX", messages),))) as server:
        done = run("list", url(server.port), "--header", "to")
    shown = f"{noon.astimezone():%Y-%m-%d %H:%M}"
    first, second = str(len(HOSTILE)), str(len(plain_message(1)))
    assert [re.split("  +", line) for line in done.lines] == [
        ["#", "UID", "RECEIVED", "MARKS", "FROM", "SIZE", "TO", "SUBJECT"],
        ["2", "40", shown, "NF", "�Ada� <a@b>", first, "one two ��31m three"],
        [
            "1",
            "7",
            shown,
            "Writer 1 <writer1@example.org>",
            second,
            "reader@example.org",
            "Message 1",
        ],
    ]
    # Whatever stands in the cells before them, columns stand below one another.
    assert (
        len(
            {line.index(word) for line, word in zip(done.lines, ("FROM", "�A", "Wri"), strict=True)}
        )
        == 1
    )


def test_an_empty_folder() -> None:
    with RecordingServer(mailbox_of(0), capabilities=POOR) as server:
        for arguments in ([], ["--json"], ["--sort", "date"], ["--seq", "1:*"], ["--all"]):
            done = run("list", url(server.port), *arguments)
            assert (done.status, done.octets) == (0, b""), arguments
            assert "INBOX: 0 messages" in done.said


def test_a_page_by_arrival_costs_few_commands() -> None:
    with RecordingServer(mailbox_of(500)) as server:
        run("list", url(server.port), "--json")
        names = [command.split(b" ")[0] for command in server.commands]
    assert names == [b"LOGIN", b"EXAMINE", b"NOOP", b"FETCH"]


def test_a_server_that_allows_few_connections() -> None:
    class Limited(RecordingConnection):
        def handle_login(self, command: Command) -> str:
            if len(self.server.connections) > 2:
                raise no("[LIMIT] Too many connections")
            return super().handle_login(command)

    with RecordingServer(mailbox_of(3_000), connection_class=Limited) as server:
        done = run("list", url(server.port), "--page", "all", "--connections", "8", "--json")
    assert done.status == 0
    assert [row["uid"] for row in done.objects] == list(range(3_000, 0, -1))
    assert "tuimail: going on with " in done.said


def test_a_lost_connection_costs_no_row() -> None:
    with DroppingServer(mailbox_of(3_000), cut={2, 4}) as server:
        done = run("list", url(server.port), "--page", "all", "--json")
    assert done.status == 0, done.said
    assert [row["uid"] for row in done.objects] == list(range(3_000, 0, -1))
    assert "; connecting anew" in done.said
