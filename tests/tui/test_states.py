"""A panel is never blank: waits, errors, empty folders, and what changes under one's hands."""

from __future__ import annotations

from tests.servers.archive import (
    ChangingServer,
    DroppingServer,
    RecordingServer,
    SilentServer,
    StallingServer,
    mailbox_of,
    plain_message,
)
from tests.tui.driving import connect_to, driven
from tests.tui.mailboxes import harbour
from tuimail.archive.mailbox import Mailbox, StoredFolder


async def test_an_empty_folder_says_so(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        for _ in range(3):
            # One by one: a folder left while it opens may cost its connection, and a lamp.
            await drive.press("J")
            await drive.settle()
        await drive.expect("empty")


async def test_a_name_that_cannot_be_opened_says_so() -> None:
    with RecordingServer(
        Mailbox((StoredFolder("INBOX"), StoredFolder("Shelf", (), ("\\Noselect",))))
    ) as server:
        async with driven(server) as drive:
            await drive.press("1", "j", "enter")
            await drive.wait_for("Shelf only holds other folders.")


async def test_while_a_page_stalls_everything_else_goes_on() -> None:
    with StallingServer(harbour()) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            server.may_answer.clear()
            await drive.press("n")
            await drive.wait_for("loading…")
            assert drive.main.list_panel.messages.stale
            await drive.press("j")
            assert drive.main.list_panel.messages.cursor == 1
            await drive.press("1", "j")
            assert drive.main.focused_panel == "folders"
            await drive.press("2", "escape")
            await drive.wait_for("Stopped. r looks again.")
            assert not drive.main.list_panel.messages.stale
            assert "1–50 of 56" in drive.text


async def test_another_folder_can_be_chosen_while_one_stalls() -> None:
    with StallingServer(harbour()) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            server.may_answer.clear()
            await drive.press("J")
            await drive.wait_for("loading…")
            await drive.press("J", "J")
            await drive.wait_for("There are no messages in Empty.")


async def test_the_first_page_that_does_not_come_can_be_left() -> None:
    with StallingServer(harbour()) as server:
        async with driven(server, settle=False) as drive:
            await drive.wait_for("Opening INBOX… Esc stops.")
            await drive.expect("opening")
            await drive.press("escape")
            await drive.wait_for("Stopped. r looks again.")
            server.may_answer.set()
            await drive.press("r")
            await drive.wait_for("Letter 1")


async def test_quitting_does_not_wait_for_a_silent_server() -> None:
    with SilentServer(harbour(), at=b"FETCH") as server:
        async with driven(server, settle=False) as drive:
            await drive.wait_for("Opening INBOX…")
            await drive.press("q")
            # The server says nothing until it is closed, behind this block.
            await drive.wait(lambda: not drive.app.is_running)
            assert not server.closing.is_set()


async def test_a_server_that_is_not_there_is_one_sentence_and_a_key() -> None:
    with RecordingServer(mailbox_of(3)) as server:
        store = connect_to(server)
    async with driven(server, store=store, settle=False) as drive:
        await drive.wait_for("r tries again.")
        await drive.settle()
        assert "Cannot connect to 127.0.0.1" in drive.text
        assert "The folders" in drive.text


async def test_a_lost_connection_comes_back_and_the_page_is_shown() -> None:
    with DroppingServer(mailbox_of(120), cut={2}) as server:
        async with driven(server) as drive:
            troubles: list[str] = []
            drive.main.watch(
                drive.main.status, "trouble", lambda one: troubles.append(one), init=False
            )
            await drive.press("n")
            await drive.wait_for("Message 70")
            await drive.wait(lambda: drive.main.status.sentence == "Connected again.")
            await drive.settle()
            assert "Connecting again…" in troubles[0]
            assert troubles[-1] == ""


async def test_new_mail_changes_the_range_and_not_the_rows() -> None:
    with ChangingServer(mailbox_of(60)) as server:
        async with driven(server, connections=1) as drive:
            server.add(plain_message(61))
            await drive.press("enter")
            await drive.wait_for("1–50 of 61")
            assert drive.main.list_panel.heading.note == "changed, r looks again"
            assert drive.subjects[0] == "Message 60"
            await drive.press("escape", "r")
            await drive.settle()
            assert drive.subjects[0] == "Message 61"


async def test_a_message_that_is_gone_says_so_when_opened() -> None:
    with ChangingServer(mailbox_of(60)) as server:
        async with driven(server) as drive:
            server.expunge(60)
            await drive.press("enter")
            await drive.wait_for("The message is no longer there.")


async def test_a_folder_made_anew_voids_its_marks() -> None:
    inbox = mailbox_of(60).folders[0]
    with ChangingServer(Mailbox((inbox, StoredFolder("Zebra")))) as server:
        async with driven(server) as drive:
            await drive.press("space", "space", "J")
            await drive.settle()
            server.renew(99)
            await drive.press("K")
            await drive.wait_for("INBOX was made anew on the server")
            await drive.settle()
            assert drive.main.status.marked == 0
