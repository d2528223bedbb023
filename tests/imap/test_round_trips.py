"""How many round trips, commands, connections and octets things cost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.bench.mailboxes import EPOCH, Sample, append_messages
from tests.cli.command import run, url
from tests.imap.test_store import NEWEST_FIRST, subjects
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.proxy import RecordingProxy
from tests.servers.round_trips import RoundTripProxy
from tests.servers.scripted import Answer, ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.errors import CommandRefused, SignInError
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.session import Session
from tuimail.imap.summary import Summary
from tuimail.imap.trust import Trust

SIGN_IN_AND_OPEN = (b"LOGIN", b"EXAMINE")


def fill(port: int, user: str, password: str) -> None:
    raw = b"Subject: Message\r\nFrom: a@example.org\r\n\r\nhello\r\n"
    samples = [Sample((), EPOCH, raw)] * 120
    append_messages("127.0.0.1", port, user, password, "INBOX", samples)


@pytest.fixture
def servers() -> Iterator[contextlib.ExitStack]:
    """Ends with the test what it is given."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("kind", ["dovecot", "cyrus", "archive", "poor"])
def test_first_page_and_page_turn(
    kind: str, request: pytest.FixtureRequest, servers: contextlib.ExitStack
) -> None:
    """Behind the greeting: signing in and opening, FETCH; and one round for each page more."""
    user, password = "demo", "open-sesame"
    if kind == "dovecot":
        mailbox: DovecotUser = request.getfixturevalue("dovecot_user")
        port, user, password = mailbox.server.port, mailbox.name, mailbox.password
        fill(port, user, password)
    elif kind == "cyrus":
        cyrus: Cyrus = request.getfixturevalue("cyrus")
        port, user, password = cyrus.port, "rounds", cyrus.add_user("rounds")
        fill(port, user, password)
    else:
        server = RecordingServer(mailbox_of(120))
        if kind == "poor":
            server.capabilities = ("IMAP4rev1",)
        port = servers.enter_context(server).port
    proxy = RoundTripProxy(port, rounds=[SIGN_IN_AND_OPEN, (b"FETCH",)])
    with (
        proxy.running(),
        store_on(proxy.port, user=user, password=password, with_screen=False) as store,
    ):
        assert len(store.page(INBOX, 1, NEWEST_FIRST).result().summaries) == 50
        proxy.rounds.append((b"NOOP", b"FETCH"))
        assert len(store.page(INBOX, 3, NEWEST_FIRST).result().summaries) == 20
    assert proxy.rounds == []
    assert proxy.names == [b"LOGIN", b"EXAMINE", b"NOOP", b"FETCH", b"NOOP", b"FETCH"]
    assert proxy.connections == 1
    assert proxy.received < 70 * 700 + 3_000


def test_the_command_list() -> None:
    with RecordingServer(mailbox_of(120)) as server:
        proxy = RoundTripProxy(server.port, rounds=[SIGN_IN_AND_OPEN, (b"FETCH",)])
        with proxy.running():
            assert run("list", url(proxy.port), "--json").status == 0
    assert proxy.rounds == []
    assert proxy.names == [b"LOGIN", b"EXAMINE", b"NOOP", b"FETCH"]
    assert proxy.connections == 1


def test_a_page_that_was_begun_is_not_asked_for_again() -> None:
    rows: list[Summary] = []
    with RecordingServer(mailbox_of(120)) as server, RecordingProxy(server.port).running() as proxy:
        with store_on(proxy.port) as store:
            store.begin(INBOX, NEWEST_FIRST)
            page = store.page(
                INBOX, 1, NEWEST_FIRST, on_row=lambda _window, _place, row: rows.append(row)
            ).result()
        names = [command.split(b" ")[0] for command in proxy.commands]
        assert names == [b"LOGIN", b"EXAMINE", b"NOOP", b"FETCH"]
        assert proxy.connections == 1
    # The rows came on their way, unless they had come before anybody asked.
    assert sorted(subjects(rows)) in ([], sorted(subjects(page.summaries)))


def test_a_page_that_was_begun_is_dropped_for_another() -> None:
    with RecordingServer(mailbox_of(120)) as server, store_on(server.port) as store:
        store.begin(INBOX, NEWEST_FIRST)
        page = store.page(INBOX, 2, NEWEST_FIRST).result()
        assert subjects(page.summaries)[0] == "Message 70"


@pytest.mark.parametrize("with_list_status", [True, False])
def test_five_hundred_folders_with_counts(
    dovecot: Dovecot, dovecot_user: DovecotUser, with_list_status: bool
) -> None:
    """One round where the server can count for LIST, two where it cannot, as the tree asks."""
    dovecot_user.create(*(f"area{n % 20}/folder{n}" for n in range(480)))
    proxy = RoundTripProxy(dovecot.port, rounds=[(b"LOGIN",), (b"LIST",)])
    counts: dict[bytes, FolderStatus] = {}

    def note(folder: Folder, status: FolderStatus) -> None:
        counts[folder.raw_name] = status

    if not with_list_status:
        proxy.rounds.append((b"STATUS",) * 481)
    with (
        proxy.running(),
        store_on(proxy.port, user=dovecot_user.name, password=dovecot_user.password) as store,
    ):
        if with_list_status:
            counts |= {c.folder.raw_name: c.status for c in store.counted_folders().result()}
        else:
            store.statuses(store.folders().result(), note).result()
    assert proxy.rounds == []
    assert len([status for status in counts.values() if status.messages == 0]) == 481
    assert len(proxy.names) == (2 if with_list_status else 2 + 481)
    assert proxy.connections == 1


def test_a_server_that_tells_its_capabilities_only_when_asked() -> None:
    """One round more to know how to sign in; the one for what is offered then goes along."""
    script = ScriptedServer(greeting=b"* OK hello\r\n", capabilities=b"CAPABILITY IMAP4rev1 SORT")
    rounds = [(b"CAPABILITY",), (b"LOGIN", b"CAPABILITY", b"EXAMINE")]
    with script.running() as server:
        proxy = RoundTripProxy(server.port, rounds=rounds)
        with proxy.running():
            endpoint = Endpoint("127.0.0.1", proxy.port, Security.PLAIN, "ada")
            session = Session.open(endpoint, "secret", Trust(), b"INBOX")
            assert "SORT" in session.capabilities
            assert session.examine(b"INBOX").total == 3
            session.close()
    assert proxy.names == [b"CAPABILITY", b"LOGIN", b"CAPABILITY", b"EXAMINE", b"NOOP"]


# What follows LOGIN before its answer


def test_what_a_proxy_drops_behind_login_is_asked_again() -> None:
    script, opened = ScriptedServer(), 0

    def examine(tag: bytes, _rest: bytes) -> bytes:
        nonlocal opened
        opened += 1
        if opened == 1:
            return b""
        return b"* 7 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n" + tag + b" OK done\r\n"

    script.answers["EXAMINE"] = examine
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        session = Session.open(endpoint, "secret", Trust(), b"INBOX")
        assert session.examine(b"INBOX").total == 7
        session.look()
        session.close()


def test_what_comes_late_after_all_is_passed_over() -> None:
    script, tags = ScriptedServer(), list[bytes]()

    def examine(tag: bytes, _rest: bytes) -> bytes:
        tags.append(tag)
        if len(tags) == 1:
            return b""
        return b"* 7 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n" + tag + b" OK done\r\n"

    script.answers["EXAMINE"] = examine
    script.answers["NOOP"] = lambda tag, _rest: (
        tag + b" OK\r\n" + (tags[0] + b" OK late\r\n" if len(tags) == 1 else b"")
    )
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        session = Session.open(endpoint, "secret", Trust(), b"INBOX")
        assert session.examine(b"INBOX").total == 7
        session.look()
        session.close()


@pytest.mark.parametrize(
    "answer",
    [
        lambda tag, _rest: tag + b" NO [AUTHENTICATIONFAILED] no\r\n",
        lambda tag, _rest: tag + b" BAD no\r\n",
    ],
)
def test_a_refused_login_is_told_as_such(answer: Answer) -> None:
    script = ScriptedServer({"LOGIN": answer})
    script.answers["EXAMINE"] = lambda tag, _rest: tag + b" BAD sign in first\r\n"
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        with pytest.raises(SignInError, match="refused to sign in ada: no"):
            Session.open(endpoint, "secret", Trust(), b"INBOX")


def test_a_folder_that_cannot_be_opened_is_told_when_it_is_asked_for(
    dovecot: Dovecot, dovecot_user: DovecotUser
) -> None:
    endpoint = Endpoint("127.0.0.1", dovecot.port, Security.PLAIN, dovecot_user.name)
    session = Session.open(endpoint, dovecot_user.password, Trust(), b"Nowhere")
    with pytest.raises(CommandRefused, match="refused EXAMINE"):
        session.examine(b"Nowhere")
    assert session.examine(b"INBOX").total == 0
    session.close()


@pytest.mark.parametrize("folder", [b"Pl\xc3\xa4ne", b"line\r\nbreak"])
def test_nothing_that_takes_a_literal_or_cannot_be_sent_follows_login(folder: bytes) -> None:
    with ScriptedServer().running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        Session.open(endpoint, "secret", Trust(), folder).close()
    assert [line.split(b" ")[1] for line in server.lines] == [b"LOGIN", b"CAPABILITY"]
