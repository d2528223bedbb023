"""Saving messages and copying links, from the key to the sentence at the end."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import extract_msg

from tests.servers.archive import RecordingServer, StallingServer, mailbox_of, plain_message
from tests.tui.driving import SMALL, Driver, driven
from tests.tui.mailboxes import harbour, inbox_of, letter
from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.tui.screens.links import LinksScreen
from tuimail.tui.screens.quit import QuitScreen
from tuimail.tui.screens.save import SaveScreen
from tuimail.tui.state import State


async def open_save_dialog(drive: Driver) -> None:
    await drive.press("e")
    await drive.wait(lambda: isinstance(drive.app.screen, SaveScreen))
    await drive.pilot.pause(0)


async def test_the_message_under_the_cursor_is_saved_byte_for_byte(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    state = State.load(tmp_path / "state.json")
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, state=state) as drive:
            await open_save_dialog(drive)
            await drive.press(*str(folder), "enter")
            await drive.wait(lambda: "Saved 1 message in" in drive.main.status.sentence)
    (file,) = folder.iterdir()
    assert file.read_bytes() == plain_message(3)
    assert State.load(tmp_path / "state.json").export_folder == folder


async def test_marked_messages_are_saved_into_the_remembered_folder(tmp_path: Path) -> None:
    state = State(export_folder=tmp_path)
    with RecordingServer(mailbox_of(120)) as server:
        async with driven(server, state=state) as drive:
            await drive.press("a", "n")
            await drive.settle()
            await drive.press("space")
            await open_save_dialog(drive)
            assert "Save 51 messages" in drive.text
            await drive.press("enter")
            await drive.wait(lambda: "Saved 51 messages" in drive.main.status.sentence)
            assert len(list(tmp_path.iterdir())) == 51
            await open_save_dialog(drive)
            await drive.press("enter")
            await drive.wait(lambda: "51 already there" in drive.main.status.sentence)


async def test_the_dialog(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server, screen=SMALL) as drive:
        await drive.press("space", "space")
        await open_save_dialog(drive)
        await drive.expect("save")
        await drive.press("enter")
        await drive.wait_for("Type the name of a folder first.")
        await drive.press("tab", "down")
        await drive.wait_for("(●) MSG")
        assert "( ) EML" in drive.text
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)


async def test_marked_messages_become_msg_files(tmp_path: Path) -> None:
    """As a reader that is not ours sees them."""
    with RecordingServer(demo_mailbox()) as server:
        async with driven(server, state=State(export_folder=tmp_path)) as drive:
            await drive.press("space", "space", "space")
            await open_save_dialog(drive)
            await drive.press("tab", "down", "enter")
            await drive.wait(lambda: "Saved 3 messages" in drive.main.status.sentence)
    files = sorted(tmp_path.iterdir())
    assert [file.suffix for file in files] == [".msg"] * 3
    opened = set()
    for file in files:
        with extract_msg.openMsg(file) as message:
            assert isinstance(message, extract_msg.Message)
            opened.add((message.subject, message.messageId))
    inbox = next(folder for folder in demo_mailbox().folders if folder.name == "INBOX")
    headers = [message_from_bytes(one.load(), policy=default) for one in inbox.messages[-3:]]
    assert opened == {(header["Subject"], header["Message-ID"]) for header in headers}


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, state=State(export_folder=blocked)) as drive:
            await open_save_dialog(drive)
            await drive.press("enter")
            await drive.wait(lambda: drive.main.status.sentence)
            assert "Saved" not in drive.main.status.sentence
            assert str(blocked) in drive.main.status.sentence


async def test_leaving_while_a_save_runs_asks_first(tmp_path: Path) -> None:
    with StallingServer(harbour()) as server:
        server.may_answer.set()
        async with driven(server, state=State(export_folder=tmp_path), connections=3) as drive:
            server.may_answer.clear()
            await open_save_dialog(drive)
            await drive.press("enter")
            await drive.wait(lambda: drive.main.status.activity.startswith("Saving 0 of 1"))
            await drive.press("e")
            await drive.wait_for("A save is running; this can be saved")
            await drive.press("q")
            await drive.wait(lambda: isinstance(drive.app.screen, QuitScreen))
            await drive.press("escape")
            await drive.wait(lambda: drive.app.screen is drive.main)
            await drive.press("q")
            await drive.wait(lambda: isinstance(drive.app.screen, QuitScreen))
            await drive.press("y")
            await drive.wait(lambda: not drive.app.is_running)
    assert list(tmp_path.iterdir()) == []


async def test_the_best_unsubscribe_link_is_copied_and_shown(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("j", "j", "j", "j", "u")
        assert drive.app.clipboard == "https://news.example/leave?id=7&x=1"
        await drive.wait_for("https://news.example/leave?id=7&x=1")


async def test_one_of_several_links_is_chosen(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("j", "j", "j", "j", "U")
        await drive.wait(lambda: isinstance(drive.app.screen, LinksScreen))
        await drive.pilot.pause(0)
        await drive.expect("links")
        await drive.press("k", "enter")
        await drive.wait(lambda: drive.app.screen is drive.main)
        assert drive.app.clipboard == "mailto:leave@news.example?subject=stop"


async def test_a_link_that_pretends_is_warned_about() -> None:
    field = "List-Unsubscribe: <https://bank.example@evil.example/u>\n"
    with RecordingServer(inbox_of(letter(1, fields=field))) as server:
        async with driven(server) as drive:
            await drive.press("u")
            await drive.wait_for("The site is evil.example; what stands before the @ is not.")


async def test_messages_without_a_link_say_so_and_copy_nothing() -> None:
    no_link = letter(1, fields="List-Unsubscribe: <javascript:alert(1)>, <ftp://x.example/>\n")
    with RecordingServer(inbox_of(no_link, letter(2))) as server:
        async with driven(server) as drive:
            await drive.press("u")
            await drive.wait_for("This message has no unsubscribe link.")
            await drive.press("j", "u")
            await drive.wait_for("No link in this is safe to copy")
            await drive.wait_for("javascript:alert(1)")
            assert drive.app.clipboard == ""


async def test_the_message_id_is_copied_and_shown(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("y")
        assert drive.app.clipboard == "<1@example.org>"
        await drive.wait_for("Copied the Message-ID")
