"""`tuimail folders`, compared with what imaplib says on each kind of server."""

from __future__ import annotations

import imaplib
import re

from tests.cli.command import run, url
from tests.cli.conftest import POOR, Served
from tests.cli.oracle import listed, signed_in
from tests.servers.archive import RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.scripted import ScriptedServer
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.server import CAPABILITIES

KEYS = [
    *("name", "raw_name", "delimiter", "attributes", "special_use", "selectable", "has_children"),
    *("subscribed", "messages", "unseen", "recent", "uid_next", "uid_validity", "size"),
]
COUNTS = ("messages", "unseen", "recent", "uid_next", "uid_validity")


def counts(client: imaplib.IMAP4, raw_name: str) -> tuple[int, ...]:
    quoted = '"' + raw_name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    status, (line,) = client.status(quoted, "(MESSAGES UNSEEN RECENT UIDNEXT UIDVALIDITY)")
    assert status == "OK"
    assert isinstance(line, bytes)
    told = dict(re.findall(rb"(MESSAGES|UNSEEN|RECENT|UIDNEXT|UIDVALIDITY) (\d+)", line))
    names = (b"MESSAGES", b"UNSEEN", b"RECENT", b"UIDNEXT", b"UIDVALIDITY")
    return tuple(int(told[name]) for name in names)


def test_every_folder_as_imaplib_sees_it(either: Served) -> None:
    done = run("folders", either.url, "--json", password=either.password)
    assert done.status == 0, done.said
    rows = {row["raw_name"]: row for row in done.objects}
    assert all(list(row) == KEYS for row in rows.values())
    with signed_in(either.port, either.user, either.password) as client:
        told = listed(client)
        subscribed = listed(client, subscribed=True)
        assert rows.keys() == told.keys()
        for name, (attributes, delimiter) in told.items():
            row = rows[name]
            assert row["delimiter"] == delimiter
            # What the server says of new mail, and of a folder filled just now, comes and goes.
            own = {"\\Subscribed", "\\Marked", "\\Unmarked", *row["attributes"]}
            # They have no case (RFC 9051, 7.3.1); Dovecot writes \UnMarked.
            assert {one.lower() for one in attributes} <= {one.lower() for one in own}, name
            assert row["subscribed"] == (name in subscribed)
            assert row["selectable"] == ("\\Noselect" not in attributes)
            if row["selectable"]:
                assert tuple(row[key] for key in COUNTS) == counts(client, name)
            else:
                assert {row[key] for key in (*COUNTS, "size")} == {None}
    shown = {row["name"] for row in rows.values()}
    assert shown >= {folder.name for folder in either.mailbox.folders}


def test_the_order_is_the_one_that_people_expect(full_archive: Served) -> None:
    rows = run("folders", full_archive.url, "--json", password=full_archive.password).objects
    assert [row["name"] for row in rows] == [
        *("INBOX", "Drafts", "Sent", "Archive", "Archive/2023", "Archive/2024", "Archive/2025"),
        *("Junk", "Trash", "Lists", "Lists/knots", "Lists/lantern-dev", "Newsletters", "Reisen"),
        *("Reisen/Zürich", "日本"),
    ]
    assert [row["special_use"] for row in rows[:5]] == [
        *(None, "\\Drafts", "\\Sent", "\\Archive", None),
    ]


def test_sixty_folders_with_names_of_all_kinds(dovecot_user: DovecotUser) -> None:
    names = {
        **{f"Projekte/{year}": f"Projekte/{year}" for year in range(1970, 2024)},
        "Entwürfe & Skizzen": "Entw&APw-rfe &- Skizzen",
        "Почта": "&BB8EPgRHBEIEMA-",
        "日本/東京": "&ZeVnLA-/&Z3FOrA-",
        'a "quoted" one': 'a "quoted" one',
        "[odd]": "[odd]",
        "back\\slash": "back\\slash",
        "100%": "100%",
        "🐒": "&2D3cEg-",
    }
    dovecot_user.create(*names.values())
    with dovecot_user.connection() as client:
        client.subscribe('"Projekte/1999"')
    account = url(dovecot_user.server.port, dovecot_user.name)
    done = run("folders", account, "--json", password=dovecot_user.password)
    rows = {row["name"]: row for row in done.objects}
    assert {name: rows[name]["raw_name"] for name in names} == names
    assert [name for name, row in rows.items() if row["subscribed"]] == ["Projekte/1999"]
    assert rows["日本"]["selectable"] is False
    assert rows["日本"]["has_children"] is True
    assert all(rows[name]["messages"] == 0 for name in names)


def test_sizes_where_the_server_offers_them() -> None:
    folder = StoredFolder("INBOX", ())
    for capabilities, expected in ((CAPABILITIES, 0), (POOR, None)):
        with RecordingServer(Mailbox((folder,)), capabilities=capabilities) as server:
            (row,) = run("folders", url(server.port), "--json").objects
        assert row["size"] == expected


def test_counts_come_in_one_command_where_they_can() -> None:
    mailbox = Mailbox(tuple(StoredFolder(f"F{number}") for number in range(40)))
    with RecordingServer(mailbox) as server:
        run("folders", url(server.port))
        assert server.count(b"LIST") == 1
        assert server.count(b"STATUS") == server.count(b"LSUB") == 0
    with RecordingServer(mailbox, capabilities=POOR) as server:
        run("folders", url(server.port))
        assert (server.count(b"LIST"), server.count(b"LSUB")) == (1, 1)
        assert server.count(b"STATUS") == 40


def test_the_table() -> None:
    mailbox = Mailbox((StoredFolder("INBOX"), StoredFolder("\x1b[31mred", (), ("\\Sent",))))
    with RecordingServer(mailbox) as server:
        done = run("folders", url(server.port))
    assert [line.split() for line in done.lines] == [
        ["MESSAGES", "UNREAD", "SIZE", "USE", "SUBSCRIBED", "NAME"],
        ["0", "0", "0", "yes", "INBOX"],
        ["0", "0", "0", "sent", "yes", "�[31mred"],
    ]
    assert done.said == "tuimail: 2 folders, 0 messages\n"


def test_names_that_cannot_be_decoded() -> None:
    lines = (
        rb'* LIST () "/" "INBOX"',
        rb'* LIST () "/" "bro&ken"',
        b'* LIST () "/" "latin \xe9"',
        rb"* LIST",
        rb'* LIST NIL NIL "flat"',
    )
    answer = b"".join(line + b"\r\n" for line in lines)
    server = ScriptedServer(
        {
            "LIST": lambda tag, _: answer + tag + b" OK done\r\n",
            "LSUB": lambda tag, _: tag + b" BAD what is that\r\n",
            "STATUS": lambda tag, _: tag + b" NO not now\r\n",
        }
    )
    with server.running():
        done = run("folders", url(server.port), "--json")
    assert {row["name"]: row["raw_name"] for row in done.objects} == {
        "INBOX": "INBOX",
        "bro&ken": "bro&ken",
        "latin \\xe9": "latin \\xe9",
        "flat": "flat",
    }
    assert {row["subscribed"] for row in done.objects} == {None}
    assert done.status == 0
