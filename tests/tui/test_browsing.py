"""Finding one's way with the keys."""

from __future__ import annotations

from pathlib import Path

from tests.servers.archive import RecordingServer, mailbox_of
from tests.tui.driving import ACCOUNT, MEDIUM, Driver, driven
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.tui.state import State
from tuimail.tui.widgets.details import Tab


def cursor_subject(drive: Driver) -> str:
    current = drive.main.list_panel.messages.current
    return str(current.subject) if current else ""


async def test_newest_first_and_the_cursor_moves(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        assert drive.subjects[:3] == ["Letter 1", "Letter 2", "Plans"]
        await drive.press("j", "down")
        assert cursor_subject(drive) == "Plans"
        await drive.press("k")
        assert cursor_subject(drive) == "Letter 2"
        await drive.press("G")
        assert cursor_subject(drive) == drive.subjects[-1] == "Letter 50"
        await drive.press("g")
        assert cursor_subject(drive) == "Letter 1"


async def test_pages_turn_and_stop_at_both_ends() -> None:
    with RecordingServer(mailbox_of(120)) as server:
        async with driven(server) as drive:
            for key, first, place in (
                ("n", "Message 70", "51–100 of 120"),
                ("n", "Message 20", "101–120 of 120"),
                ("n", "Message 20", "101–120 of 120"),
                ("p", "Message 70", "51–100 of 120"),
                ("{", "Message 120", "1–50 of 120"),
                ("p", "Message 120", "1–50 of 120"),
                ("}", "Message 20", "101–120 of 120"),
            ):
                await drive.press(key)
                await drive.settle()
                assert drive.subjects[0] == first, key
                assert place in drive.text, key


async def test_page_keys_go_past_the_edge_and_come_in_on_the_near_side() -> None:
    with RecordingServer(mailbox_of(120)) as server:
        async with driven(server) as drive:
            await drive.press("G", "pagedown")
            await drive.settle()
            assert cursor_subject(drive) == "Message 70"
            await drive.press("pageup")
            await drive.settle()
            assert cursor_subject(drive) == "Message 71"
            await drive.press("pageup")
            await drive.settle()
            assert "1–50 of 120" in drive.text
            assert cursor_subject(drive) != "Message 71"


async def test_keys_pressed_faster_than_pages_come_are_all_counted() -> None:
    with RecordingServer(mailbox_of(500)) as server:
        async with driven(server) as drive:
            await drive.press("n", "n", "n", "n")
            await drive.settle()
            assert "201–250 of 500" in drive.text


async def test_turned_order_starts_at_page_one_and_is_remembered_per_folder(
    harbour_server: RecordingServer, tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    async with driven(harbour_server, state=State.load(path)) as drive:
        await drive.press("n")
        await drive.settle()
        await drive.press("o")
        await drive.settle()
        assert "1–50 of 56  oldest first ↑" in drive.text
        assert drive.subjects[0] == "Letter 56"
        await drive.press("J")
        await drive.settle()
        assert "newest first ↓" in drive.text
    assert not State.load(path).order_of(ACCOUNT, b"INBOX").descending
    async with driven(harbour_server, state=State.load(path)) as drive:
        assert "oldest first ↑" in drive.text


async def test_next_folder_passes_over_what_cannot_be_opened(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server) as drive:
        opened = []
        for _ in range(7):
            await drive.press("J")
            await drive.settle()
            opened.append(str(drive.main.list_panel.heading.heading))
        assert opened == [
            "Sent",
            "Trash",
            "Empty",
            "Lists/lantern",
            "Reisen/Zürich",
            "Zebra",
            "Zebra",
        ]
        await drive.press("K")
        await drive.settle()
        assert drive.main.list_panel.heading.heading == "Reisen/Zürich"


async def test_a_folder_is_opened_from_the_tree(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("1", "j", "j")
        assert drive.main.list_panel.heading.heading == "INBOX"
        await drive.press("enter")
        await drive.settle()
        assert drive.main.list_panel.heading.heading == "Trash"
        assert drive.main.focused_panel == "messages"


async def test_sent_mail_shows_to_whom_it_went(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("J")
        await drive.settle()
        assert drive.lines[1].split("│")[1].split() == ["Date", "To", "Subject", "Size"]
        assert "Mira Hallor…" in drive.lines[2]


async def test_marks_last_across_pages_and_stay_in_their_folder() -> None:
    inbox = mailbox_of(120).folders[0]
    with RecordingServer(Mailbox((inbox, StoredFolder("Zebra", inbox.messages)))) as server:
        async with driven(server) as drive:
            await drive.press("space", "space")
            assert "2 marked" in drive.text
            assert drive.text.count("✓") == 2
            await drive.press("n")
            await drive.settle()
            await drive.press("a")
            assert "52 marked" in drive.text
            await drive.press("p")
            await drive.settle()
            assert drive.text.count("✓") == 2
            await drive.press("J")
            await drive.settle()
            assert "marked" not in drive.text
            await drive.press("K")
            await drive.settle()
            assert "52 marked" in drive.text
            await drive.press("space", "A")
            assert "marked" not in drive.text
            assert "✓" not in drive.text


async def test_marking_moves_on_and_marks_twice_is_off(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("space")
        assert cursor_subject(drive) == "Letter 2"
        await drive.press("k", "space")
        assert "marked" not in drive.text


async def test_panels_by_number_and_by_tab(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        assert drive.main.focused_panel == "messages"
        for key, panel in (
            ("tab", "details"),
            ("tab", "folders"),
            ("tab", "messages"),
            ("shift+tab", "folders"),
            ("3", "details"),
            ("2", "messages"),
            ("1", "folders"),
        ):
            await drive.press(key)
            assert drive.main.focused_panel == panel, key


async def test_the_focused_panel_has_the_heavy_rule(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        assert drive.lines[0].startswith("─ Folders ─")
        assert "│━ INBOX ━" in drive.lines[0]
        await drive.press("1")
        await drive.pilot.pause(0)
        assert drive.lines[0].startswith("━ Folders ━")
        assert "│─ INBOX ─" in drive.lines[0]


async def test_hidden_folders_come_back_by_their_key(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("b")
        await drive.pilot.pause(0)
        assert "Zebra" not in drive.text
        await drive.press("tab", "tab")
        assert drive.main.focused_panel == "messages"
        await drive.press("1")
        await drive.pilot.pause(0)
        assert "Zebra" in drive.text


async def test_a_maximised_panel_follows_the_focus_until_esc(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press("z")
        await drive.pilot.pause(0)
        assert "Folders ─" not in drive.text
        assert "Headers" not in drive.text
        await drive.press("3")
        await drive.pilot.pause(0)
        assert "[Headers]" in drive.lines[0]
        assert "Letter 3" not in drive.text
        await drive.press("escape")
        await drive.pilot.pause(0)
        assert "Folders ─" in drive.lines[0]
        assert drive.main.focused_panel == "details"
        await drive.press("escape")
        assert drive.main.focused_panel == "messages"


async def test_details_grow_while_they_are_read_on_a_small_screen(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server) as drive:
        before = drive.main.details.size.height
        await drive.press("3")
        await drive.wait(lambda: drive.main.details.size.height > 2 * before)
        await drive.press("escape")
        await drive.wait(lambda: drive.main.details.size.height == before)


async def test_looking_again_stays_on_the_message(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("j", "j", "j")
        drive.main.details.tab = Tab.ATTACHMENTS
        await drive.press("r")
        await drive.settle()
        assert cursor_subject(drive) == "News"
        assert drive.main.details.tab is Tab.ATTACHMENTS
