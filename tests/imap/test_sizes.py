"""Sizes of chosen messages."""

from __future__ import annotations

import pytest

from tests.servers.archive import ChangingServer, RecordingServer
from tests.servers.mailboxes import mailbox_with, plain_message
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.errors import FolderChanged
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore


def sizes(store: MailStore, *uids: int) -> dict[int, int | None]:
    chosen = store.choose(INBOX, Selection()).result(10)
    return store.sizes(chosen, uids).result(10)


def test_sizes_and_nothing_else_are_fetched() -> None:
    messages = [plain_message(1), b"Subject: x\r\n\r\n", plain_message(3)]
    with RecordingServer(mailbox_with(*messages)) as server, store_on(server.port) as store:
        assert sizes(store, 1, 2, 9) == {1: len(messages[0]), 2: 14}
        assert server.commands[-1] == b"UID FETCH 1:2,9 (UID RFC822.SIZE)"
        assert sizes(store) == {}
        assert server.count(b"UID FETCH") == 1


def test_answers_that_are_odd() -> None:
    answer = (
        b"* 1 FETCH (RFC822.SIZE 100 UID 1)\r\n"
        b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"
        b"* 2 FETCH (UID 2 FLAGS ())\r\n"
        b"* 2 FETCH (UID 2 RFC822.SIZE 200)\r\n"
        b"* 3 FETCH (UID 3 RFC822.SIZE many)\r\n"
        b"* 4 FETCH (UID 4 RFC822.SIZE 400)\r\n"
        b"* 3 FETCH (FLAGS ())\r\n"
    )
    server = ScriptedServer(
        {
            "UID SEARCH": lambda tag, _: b"* SEARCH 1 2 3\r\n" + tag + b" OK done\r\n",
            "UID FETCH": lambda tag, _: answer + tag + b" OK done\r\n",
        }
    )
    with server.running(), store_on(server.port) as store:
        assert sizes(store, 1, 2, 3) == {1: 100, 2: 200, 3: None}


def test_uids_that_are_void() -> None:
    with ChangingServer(mailbox_with(plain_message(1))) as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, Selection()).result(10)
        server.renew(9)
        with store_on(server.port) as other, pytest.raises(FolderChanged):
            other.sizes(chosen, [1]).result(10)
