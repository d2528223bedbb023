"""All messages of a folder, where SEARCH names fewer than EXISTS counts."""

from __future__ import annotations

import pytest

from tests.servers.archive import ChangingServer, LazyMessages, mailbox_of
from tests.servers.forgetful import ForgetfulServer
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.server import CAPABILITIES
from tuimail.errors import CommandRefused
from tuimail.imap.paging import Order
from tuimail.imap.selection import Chosen, Selection

WHOLE = Selection(order=Order(descending=False))
POOR = tuple(one for one in CAPABILITIES if one != "ESEARCH")


def choose(server: ChangingServer) -> Chosen:
    with store_on(server.port) as store:
        return store.choose(INBOX, WHOLE).result(30)


@pytest.mark.parametrize("capabilities", [CAPABILITIES, POOR])
def test_what_search_leaves_out_is_found_by_its_number(capabilities: tuple[str, ...]) -> None:
    with ForgetfulServer(mailbox_of(10), 7, capabilities=capabilities) as server:
        chosen = choose(server)
    assert list(chosen.uids) == list(range(1, 11))
    assert (chosen.total, chosen.untold) == (10, 0)


def test_one_that_is_named_twice_stands_for_no_other() -> None:
    with ForgetfulServer(mailbox_of(5), 4, capabilities=POOR, stutters=True) as server:
        chosen = choose(server)
        assert server.count(b"UID SEARCH")
    assert (list(chosen.uids), chosen.untold) == ([1, 2, 3, 4, 5], 0)


def test_uids_that_cannot_be_are_none() -> None:
    script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1")
    script.answers["UID SEARCH"] = lambda tag, _rest: b"* SEARCH 1 2\r\n" + tag + b" OK\r\n"
    script.answers["FETCH"] = lambda tag, _rest: (
        b"* 3 FETCH (UID 99999999999)\r\n" + tag + b" OK\r\n"
    )
    with script.running() as server, store_on(server.port) as store:
        chosen = store.choose(INBOX, WHOLE).result(30)
    assert (list(chosen.uids), chosen.untold) == ([1, 2], 1)


def test_in_pieces_that_every_server_takes() -> None:
    mailbox = Mailbox((StoredFolder("INBOX", LazyMessages(2_500, first_uid=11)),))
    with ForgetfulServer(mailbox, 0) as server:
        chosen = choose(server)
        asked = [one for one in server.commands if one.startswith(b"FETCH")]
    assert list(chosen.uids) == list(range(11, 2_511))
    assert asked == [b"FETCH 1:1000 (UID)", b"FETCH 1001:2000 (UID)", b"FETCH 2001:2500 (UID)"]


def test_what_is_named_nowhere_is_counted() -> None:
    with ForgetfulServer(mailbox_of(10), 7, hidden={9, 10}) as server:
        chosen = choose(server)
    assert list(chosen.uids) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert chosen.untold == 2


@pytest.mark.parametrize("refusal", ["[MESSAGELIMIT 5] Too many", "The index is broken"])
def test_search_that_is_refused(refusal: str) -> None:
    with ForgetfulServer(mailbox_of(10), 10, refusal=refusal) as server:
        assert list(choose(server).uids) == list(range(1, 11))


def test_search_that_is_refused_for_now() -> None:
    with (
        ForgetfulServer(mailbox_of(10), 10, refusal="[THROTTLED] Later") as server,
        pytest.raises(CommandRefused, match="Later"),
    ):
        choose(server)


def test_a_search_that_finds_all_is_enough() -> None:
    with ChangingServer(mailbox_of(10)) as server:
        assert choose(server).untold == 0
        assert server.count(b"UID SEARCH") == 1
        assert not server.count(b"FETCH")


def test_mail_that_has_gone_meanwhile_is_not_missed() -> None:
    with ChangingServer(mailbox_of(10)) as server, store_on(server.port, connections=1) as store:
        store.choose(INBOX, WHOLE).result(30)
        server.expunge(2, 3)
        chosen = store.choose(INBOX, WHOLE).result(30)
        assert list(chosen.uids) == [1, 4, 5, 6, 7, 8, 9, 10]
        assert not server.count(b"FETCH")
