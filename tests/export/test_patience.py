"""Servers that have no time, or are gone, for a while."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.exporting import Heard, every_folder, export, opened
from tests.servers.archive import LazyMessages, mailbox_of
from tests.servers.faulty import FaultyServer
from tests.servers.stores import store_on
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.errors import ConnectError, SignInError
from tuimail.export.plan import plan_export
from tuimail.imap import pool
from tuimail.imap.selection import Selection


@pytest.fixture(autouse=True)
def _short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01))


@pytest.mark.parametrize(
    "refusal",
    [
        "[THROTTLED] Slow down",
        "[OVERQUOTA] Account exceeded bandwidth limits",
        "[UNAVAILABLE] Not now",
        "Too many simultaneous connections",
    ],
)
def test_whoever_signed_in_once_is_let_in_again_later(tmp_path: Path, refusal: str) -> None:
    heard = Heard()
    server = FaultyServer(mailbox_of(600))

    def cut() -> None:
        heard.on_noted = lambda: None
        server.refusals = [refusal] * 5
        server.cut_all()

    heard.on_noted = cut
    with server, store_on(server.port, connections=1) as store:
        done = export(store, tmp_path, heard=heard, pauses=(0.01,) * 10)
    assert done.sums == [("INBOX", 600, 600, 0, 0)]
    assert heard.sentences


def test_a_password_that_is_refused_ends_it_at_once(tmp_path: Path) -> None:
    heard = Heard()
    server = FaultyServer(mailbox_of(600))

    def cut() -> None:
        heard.on_noted = lambda: None
        server.refusals = ["[AUTHENTICATIONFAILED] No"] * 100
        server.cut_all()

    heard.on_noted = cut
    with server, store_on(server.port, connections=1) as store, pytest.raises(SignInError):
        export(store, tmp_path, heard=heard, pauses=(0.01,) * 10)
    assert heard.sentences == []


def test_a_server_that_goes_while_it_is_planned_comes_back(tmp_path: Path) -> None:
    folders = tuple(StoredFolder(f"F{n}", LazyMessages(3)) for n in range(20))
    server = FaultyServer(Mailbox(folders))
    waits: list[str] = []

    def come_back(sentence: str) -> None:
        waits.append(sentence)
        server.is_away = False

    with (
        server,
        store_on(server.port, connections=1) as store,
        opened(tmp_path) as (_, ledger),
    ):

        def go(_progress: object) -> None:
            if not waits:
                server.is_away = True
                server.cut_all()

        plan = plan_export(
            store,
            every_folder(store),
            Selection(),
            ledger,
            go,
            pauses=(0.01,) * 10,
            on_waits=come_back,
        )
    assert plan.messages == 60
    assert plan.failures == ()
    assert "going on in" in waits[0]


def test_a_server_that_was_never_there_is_not_waited_for(tmp_path: Path) -> None:
    server = FaultyServer(mailbox_of(3))
    waits: list[str] = []
    with server, store_on(server.port) as store, opened(tmp_path) as (_, ledger):
        (inbox,) = every_folder(store)
        server.is_away = True
        with store_on(server.port) as other, pytest.raises(ConnectError):
            plan_export(other, [inbox], Selection(), ledger, on_waits=waits.append)
    assert waits == []
