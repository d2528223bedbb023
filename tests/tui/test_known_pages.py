"""Pages that are known: there at once, and made true by what the server tells then."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.archive import (
    PASSWORD,
    ChangingServer,
    DroppingServer,
    RecordingServer,
    StallingServer,
    mailbox_of,
    plain_message,
    wait_until,
)
from tests.servers.dovecot import DovecotUser
from tests.servers.proxy import RecordingProxy
from tests.servers.stores import store_on
from tests.tui.driving import Driver, connect_to, driven, screen_text
from tests.tui.mailboxes import inbox_of, letter
from tests.tui.test_hostile import PAYLOADS, assert_harmless, hostile_mailbox
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.imap.folder import INBOX
from tuimail.imap.page_file import read_page
from tuimail.imap.paging import Order, SortKey
from tuimail.tui.app import MailApp
from tuimail.tui.last_page import LastPage
from tuimail.tui.state import State

ACCOUNT_KEY = "mira@gullrock.example:993"


def note(drive: Driver) -> str:
    return drive.main.list_panel.heading.note


def two_folders() -> Mailbox:
    inbox = mailbox_of(120).folders[0]
    return Mailbox((inbox, StoredFolder("Zebra", inbox.messages[:3])))


# --- in memory


async def test_a_page_that_one_returns_to_is_there_before_the_server_has_answered() -> None:
    with StallingServer(mailbox_of(120)) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            await drive.press("n")
            await drive.settle()
            server.may_answer.clear()
            await drive.press("p")
            assert drive.subjects[0] == "Message 120"
            assert note(drive) == "page 1 of 3, checking…"
            assert not drive.main.list_panel.messages.stale
            # The keys work on it as on any other.
            await drive.press("j", "space")
            assert drive.main.status.marked == 1
            server.may_answer.set()
            await drive.wait(lambda: note(drive) == "page 1 of 3")
            assert drive.main.list_panel.messages.cursor == 2
            assert drive.main.status.marked == 1


async def test_what_changed_while_one_was_away_is_shown_as_it_is_now() -> None:
    with ChangingServer(two_folders()) as server:
        async with driven(server, connections=1) as drive:
            await drive.press("j", "j", "J")
            await drive.settle()
            server.add(plain_message(121))
            server.expunge(119, 117)
            drive.main.action_step_folder(-1)
            assert drive.subjects[:3] == ["Message 120", "Message 119", "Message 118"]
            assert note(drive) == "page 1 of 3, checking…"
            drive.main.list_panel.messages.cursor = 2
            await drive.settle()
            assert drive.subjects[:4] == [
                "Message 121",
                "Message 120",
                "Message 118",
                "Message 116",
            ]
            assert "1–50 of 119" in drive.text
            # The cursor is on the message that it was put on.
            current = drive.main.list_panel.messages.current
            assert current is not None
            assert str(current.subject) == "Message 118"
            assert [row.sequence_number for row in drive.main.list_panel.messages.rows if row] == [
                *range(119, 69, -1)
            ]


async def test_a_folder_made_anew_while_one_was_away() -> None:
    with ChangingServer(two_folders()) as server:
        async with driven(server) as drive:
            await drive.press("space", "J")
            await drive.settle()
            server.renew(99)
            server.add(plain_message(121))
            await drive.press("K")
            await drive.wait_for("INBOX was made anew on the server")
            await drive.settle()
            assert drive.subjects[0] == "Message 121"
            assert drive.main.status.marked == 0


async def test_a_page_that_cannot_be_checked_stays_and_says_so() -> None:
    with DroppingServer(mailbox_of(120), cut=range(3, 100)) as server:
        async with driven(server, connections=1) as drive:
            await drive.press("n")
            await drive.settle()
            await drive.press("p", "j")
            server.close()
            await drive.wait(lambda: note(drive) == "page 1 of 3, not checked, r tries again")
            assert drive.subjects[0] == "Message 120"
            assert drive.main.status.sentence


async def test_leaving_the_wait_for_a_check_keeps_the_page() -> None:
    with StallingServer(mailbox_of(120)) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            await drive.press("n")
            await drive.settle()
            server.may_answer.clear()
            await drive.press("p", "escape")
            assert note(drive) == "Stopped. r looks again."
            assert drive.subjects[0] == "Message 120"
            assert "1–50 of 120" in drive.text
            server.may_answer.set()
            await drive.press("r")
            await drive.wait(lambda: note(drive) == "page 1 of 3")


async def test_flags_that_changed_elsewhere_show(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(letter(1), letter(2), letter(3), flags="\\Seen")
    dovecot_user.create("Zebra")
    with (
        store_on(
            dovecot_user.server.port, user=dovecot_user.name, password=dovecot_user.password
        ) as store,
        RecordingServer(mailbox_of(1)) as unused,
    ):
        async with driven(unused, store=store) as drive:
            assert drive.subjects == ["Letter 3", "Letter 2", "Letter 1"]
            await drive.press("J", "J", "J")
            await drive.settle()
            with dovecot_user.connection() as client:
                client.select("INBOX")
                client.store("2", "-FLAGS", "(\\Seen)")
            await drive.press("{", "K", "K", "K")
            await drive.settle()
            rows = drive.main.list_panel.messages.rows
            assert [row.is_read for row in rows if row] == [True, False, True]


# --- ahead


def knows(drive: Driver, number: int, order: Order | None = None) -> bool:
    return (
        drive.main.store.known_page(drive.main.visit.folder, number, order or Order()) is not None
    )


async def test_a_page_fetched_ahead_is_turned_to_without_the_server() -> None:
    with StallingServer(mailbox_of(200)) as server:
        server.may_answer.set()
        async with driven(server, looks_ahead=True) as drive:
            await drive.wait(lambda: knows(drive, 2))
            await drive.settle()
            server.may_answer.clear()
            fetches = server.count(b"FETCH")
            commands = len(server.commands)
            drive.main.action_turn_page(1)
            # Nothing has run between the key and this, and nothing was sent.
            assert drive.subjects[0] == "Message 150"
            assert len(server.commands) == commands
            assert "51–100 of 200" in drive.text
            server.may_answer.set()
            await drive.wait(lambda: note(drive) == "page 2 of 4")
            # Then the flags are asked for, and the page on the other side.
            await drive.wait(lambda: knows(drive, 3))
            later = [c for c in server.commands if c.startswith(b"FETCH")][fetches:]
            assert later[0] == b"FETCH 101:150 (UID FLAGS)"
            assert later[1].startswith(b"FETCH 51:100 (UID FLAGS RFC822.SIZE")
            assert len(later) == 2


async def test_a_page_that_is_not_known_costs_one_fetch(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(letter(n) for n in range(1, 121)))
    with (
        RecordingProxy(dovecot_user.server.port).running() as proxy,
        store_on(proxy.port, user=dovecot_user.name, password=dovecot_user.password) as store,
        RecordingServer(mailbox_of(1)) as unused,
    ):
        async with driven(unused, store=store) as drive:
            before = len(proxy.commands)
            await drive.press("n")
            await drive.wait(lambda: drive.subjects[0] == "Letter 70")
            await drive.settle()
            sent = [command.split(b" (", 1)[0] for command in proxy.commands[before:]]
            # The NOOP goes out ahead of the FETCH, in the same round trip.
            assert sent == [b"NOOP", b"FETCH 21:70"]


async def test_a_sorted_page_is_fetched_ahead_too(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(*(letter(n, body="x" * n) for n in range(1, 121)))
    state = State()
    order = Order(SortKey.SIZE)
    state.set_order("mira@gullrock.example", b"INBOX", order)
    with (
        store_on(
            dovecot_user.server.port, user=dovecot_user.name, password=dovecot_user.password
        ) as store,
        RecordingServer(mailbox_of(1)) as unused,
    ):
        async with driven(unused, store=store, state=state, looks_ahead=True) as drive:
            await drive.wait(lambda: knows(drive, 2, order))
            drive.main.action_turn_page(1)
            assert drive.subjects[0] == "Letter 70"
            await drive.wait(lambda: note(drive) == "page 2 of 3")
            assert drive.subjects[0] == "Letter 70"


async def test_what_is_fetched_ahead_does_not_stand_in_the_way() -> None:
    with StallingServer(two_folders()) as server:
        server.may_answer.set()
        async with driven(server, looks_ahead=True) as drive:
            server.may_answer.clear()
            drive.main._look_ahead(drive.main.visit)
            server.wait_for(b"FETCH", 2)
            await drive.press("J")
            server.wait_for(b"FETCH", 3)
            server.may_answer.set()
            await drive.wait(lambda: note(drive) == "page 1 of 1")
            assert drive.subjects == ["Message 3", "Message 2", "Message 1"]


# --- at the start


async def test_a_page_that_was_faster_than_the_screen_is_right_in_the_first_frame(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[str] = []
    # Textual calls it after each frame.
    monkeypatch.setattr(MailApp, "post_display_hook", lambda app: frames.append(screen_text(app)))
    with RecordingServer(mailbox_of(120)) as server:
        store = connect_to(server)
        store.begin(INBOX, Order())
        wait_until(lambda: store.known_page(INBOX, 1, Order()) is not None)
        last = LastPage(path, ACCOUNT_KEY)
        async with driven(server, store=store, last_page=last):
            first = next(frame for frame in frames if "1–50 of 120" in frame)
            assert "Message 120" in first
            assert "Message 110" in first


# --- on the disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tuimail" / "pages.sqlite3"


async def keep(server: RecordingServer, path: Path) -> None:
    """An earlier run."""
    async with driven(server, last_page=LastPage(path, ACCOUNT_KEY)) as drive:
        await drive.wait(lambda: read_page(path, ACCOUNT_KEY, INBOX, Order()))


async def test_the_last_page_stands_there_until_the_server_has_answered(path: Path) -> None:
    with StallingServer(mailbox_of(120)) as server:
        server.may_answer.set()
        await keep(server, path)
        server.may_answer.clear()
        last = LastPage(path, ACCOUNT_KEY)
        async with driven(server, settle=False, last_page=last) as drive:
            await drive.wait_for("as of 12:00")
            assert drive.subjects[0] == "Message 120"
            assert note(drive) == "page 1 of 3, asking the server…"
            assert drive.main.list_panel.messages.stale
            assert "1–50 of 120" in drive.text
            await drive.press("j")
            server.may_answer.set()
            await drive.wait(lambda: note(drive) == "page 1 of 3")
            assert "as of" not in drive.text
            assert not drive.main.list_panel.messages.stale
            assert drive.main.list_panel.messages.cursor == 1


async def test_what_came_meanwhile_takes_the_place_of_the_last_page(path: Path) -> None:
    with ChangingServer(mailbox_of(60)) as server:
        await keep(server, path)
        server.add(plain_message(61))
        server.expunge(60)
        async with driven(server, last_page=LastPage(path, ACCOUNT_KEY)) as drive:
            assert drive.subjects[:2] == ["Message 61", "Message 59"]
            await drive.wait(lambda: kept_subject(path) == "Message 61")
            assert "as of" not in drive.text


def kept_subject(path: Path) -> str:
    kept = read_page(path, ACCOUNT_KEY, INBOX, Order())
    return str(kept.page.summaries[0].subject) if kept else ""


async def test_the_last_page_of_a_folder_made_anew_leaves_no_mark(path: Path) -> None:
    with StallingServer(mailbox_of(60)) as server:
        server.may_answer.set()
        await keep(server, path)
    # another server in its place, whose messages have the same UIDs
    anew = mailbox_of(60).folders[0]
    with StallingServer(Mailbox((replace(anew, uid_validity=99),))) as server:
        last = LastPage(path, ACCOUNT_KEY)
        async with driven(server, settle=False, last_page=last) as drive:
            await drive.wait_for("as of 12:00")
            await drive.press("space")
            server.may_answer.set()
            await drive.wait(lambda: note(drive) == "page 1 of 2")
            assert drive.main.status.marked == 0
            assert "INBOX was made anew on the server" in drive.main.status.sentence


async def test_without_a_server_the_last_page_stays_and_says_so(path: Path) -> None:
    with RecordingServer(mailbox_of(120)) as server:
        await keep(server, path)
        store = connect_to(server)
    last = LastPage(path, ACCOUNT_KEY)
    async with driven(server, store=store, settle=False, last_page=last) as drive:
        for again in (False, True):
            if again:
                await drive.press("r")
            await drive.wait(lambda: note(drive) == "page 1 of 3, not checked, r tries again")
            await drive.settle()
            assert drive.subjects[0] == "Message 120"
            # An error's sentence takes the room of the place while it stands.
            assert drive.main.status.as_of == "as of 12:00"
            assert "Cannot connect" in drive.main.status.sentence


async def test_who_may_not_sign_in_sees_a_sentence_and_no_mail(path: Path) -> None:
    with RecordingServer(mailbox_of(120)) as server:
        await keep(server, path)
    with RecordingServer(mailbox_of(120), password=f"not {PASSWORD}") as server:
        async with driven(server, settle=False, last_page=LastPage(path, ACCOUNT_KEY)) as drive:
            await drive.wait_for("r tries again.")
            await drive.settle()
            assert drive.subjects == []
            assert "refused to sign in" in drive.text.replace("\n", " ")


async def test_hostile_words_out_of_the_file_are_harmless(path: Path) -> None:
    with StallingServer(hostile_mailbox()) as server:
        server.may_answer.set()
        await keep(server, path)
        server.may_answer.clear()
        last = LastPage(path, ACCOUNT_KEY)
        async with driven(server, settle=False, last_page=last) as drive:
            await drive.wait_for("as of 12:00")
            for _ in PAYLOADS:
                assert_harmless(drive)
                await drive.press("j")


async def test_a_broken_file_is_no_obstacle(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 9_000)
    with RecordingServer(inbox_of(letter(1))) as server:
        async with driven(server, last_page=LastPage(path, ACCOUNT_KEY)) as drive:
            assert drive.subjects == ["Letter 1"]
            await drive.wait(lambda: kept_subject(path) == "Letter 1")


async def test_quitting_does_not_wait_for_the_disk(path: Path) -> None:
    disk = threading.Event()
    with StallingServer(mailbox_of(9)) as server:
        last = LastPage(path, ACCOUNT_KEY)

        def read_slowly() -> None:
            disk.wait()

        last._begin(read_slowly)
        async with driven(server, settle=False, last_page=last) as drive:
            await drive.press("q")
            await drive.wait(lambda: not drive.app.is_running)
        disk.set()
