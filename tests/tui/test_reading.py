"""Opening a message: headers, attachments, text."""

from __future__ import annotations

from tests.servers.archive import RecordingServer, StallingServer
from tests.tui.driving import MEDIUM, SMALL, driven
from tests.tui.mailboxes import harbour, inbox_of, letter
from tuimail.tui.widgets.details import Tab


async def test_what_the_list_knows_is_shown_without_asking(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server) as drive:
        asked = len(harbour_server.commands)
        await drive.press("j", "j")
        await drive.wait_for("Subject    Plans")
        await drive.press("3", "right")
        await drive.wait_for("plans.pdf")
        assert len(harbour_server.commands) == asked


async def test_attachments_are_named_with_their_sizes_and_none_is_fetched(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press("j", "j", "3", "right")
        await drive.wait_for("plans.pdf")
        await drive.expect("attachments")
        fetched = [one for one in harbour_server.commands if b"BODY.PEEK[2" in one]
        assert fetched == []


async def test_enter_reads_the_text_and_fetches_that_part_only(
    harbour_server: RecordingServer,
) -> None:
    async with driven(harbour_server, screen=SMALL) as drive:
        await drive.press("j", "j", "enter")
        await drive.wait_for("The plans are attached.")
        await drive.settle()
        await drive.expect("text")
        sections = [one for one in harbour_server.commands if b"BODY.PEEK[1" in one]
        assert len(sections) == 1
        assert drive.main.focused_panel == "details"
        await drive.press("escape")
        assert drive.main.focused_panel == "messages"


async def test_text_made_from_html_says_so(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("j", "j", "j", "enter")
        await drive.wait_for("There is no plain text; this was made from the HTML.")
        await drive.wait_for("Only HTML here.")


async def test_moving_on_asks_for_enter_again(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("enter")
        await drive.wait_for("The text of letter 1.")
        await drive.press("escape", "j")
        await drive.wait_for("Enter reads the text.")
        await drive.press("enter")
        await drive.wait_for("The text of letter 2.")


async def test_short_and_all_headers(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        await drive.press("j", "j", "j", "j", "h")
        await drive.wait_for("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
        await drive.expect("all-headers")
        await drive.press("h")
        await drive.wait(lambda: "List-Unsubscribe-Post" not in drive.text)
        assert "From       The Weekly Letter <weekly@news.example>" in drive.text


async def test_a_text_that_stalls_can_be_left() -> None:
    with StallingServer(harbour()) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            server.may_answer.clear()
            await drive.press("enter")
            await drive.wait_for("Fetching the text… Esc stops.")
            await drive.press("escape")
            await drive.wait_for("Stopped. Enter reads the text.")
            server.may_answer.set()
            await drive.press("enter")
            await drive.wait_for("The text of letter 1.")


async def test_the_cursor_goes_on_while_a_text_stalls() -> None:
    with StallingServer(harbour()) as server:
        server.may_answer.set()
        async with driven(server) as drive:
            server.may_answer.clear()
            await drive.press("enter", "2", "j")
            await drive.wait_for("Enter reads the text.")
            server.may_answer.set()
            await drive.settle()
            assert "The text of letter 1." not in drive.text


async def test_a_bomb_is_shown_raw() -> None:
    bomb = "--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 3_000
    raw = letter(1, subject="Bomb", content_type="multipart/mixed; boundary=x", body=bomb)
    field = letter(2, fields="X-Long: " + "a " * 40_000 + "\n")
    with RecordingServer(inbox_of(raw, field)) as server:
        async with driven(server) as drive:
            await drive.press("h")
            await drive.wait_for("It is shown raw.")
            await drive.press("enter")
            await drive.wait_for("The text of letter 2.")


async def test_a_long_text_is_scrolled_by_line_and_by_page() -> None:
    body = "\n".join(f"line {n}" for n in range(1, 20_001))
    with RecordingServer(inbox_of(letter(1, body=body))) as server:
        async with driven(server) as drive:
            await drive.press("enter")
            await drive.wait_for("line 1")
            await drive.press("j")
            await drive.wait(lambda: "line 1\n" not in drive.text)
            await drive.press("G")
            await drive.wait_for("line 20000")
            await drive.press("g", "space")
            await drive.wait_for("line 14")
            assert "line 1\n" not in drive.text


async def test_tabs_go_round_with_the_arrows(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server) as drive:
        await drive.press("3")
        for key, tab in (
            ("right", Tab.ATTACHMENTS),
            ("right", Tab.TEXT),
            ("right", Tab.HEADERS),
            ("left", Tab.TEXT),
            ("[", Tab.ATTACHMENTS),
            ("]", Tab.TEXT),
        ):
            await drive.press(key)
            assert drive.main.details.tab is tab
            assert drive.main.focused_panel == "details"


async def test_a_quoted_line_and_a_wide_one(harbour_server: RecordingServer) -> None:
    body = "> quoted\n" + "word " * 60 + "\n" + "漢字" * 60
    with RecordingServer(inbox_of(letter(1, body=body))) as server:
        async with driven(server) as drive:
            await drive.press("enter")
            await drive.wait_for("> quoted")
            await drive.expect("wrapped")
