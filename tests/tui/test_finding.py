"""Searching, sorting, subfolders, marks by number, columns, attachments: by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.archive import RecordingServer
from tests.tui.driving import ACCOUNT, MEDIUM, SMALL, driven
from tests.tui.finding import finding_mailbox
from tuimail.archive.server import CAPABILITIES
from tuimail.imap.paging import Order, SortKey
from tuimail.tui.state import State

POOR = tuple(c for c in CAPABILITIES if c not in ("SORT", "ESORT", "ESEARCH"))


async def test_a_search_narrows_the_list_and_esc_shows_all() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("slash")
            await drive.press(*"from:ada")
            await drive.press("enter")
            await drive.wait_for("1–3 of 3")
            assert "INBOX / from:ada" in drive.text
            assert drive.subjects == ["Letter 60", "Letter 40", "Letter 20"]
            await drive.expect("search")
            await drive.press("o")
            await drive.wait(lambda: drive.subjects == ["Letter 20", "Letter 40", "Letter 60"])
            assert server.count(b"UID SEARCH") == 1
            # Esc leaves a wait first, and the last row may be seen before its page has ended.
            await drive.settle()
            await drive.press("escape")
            await drive.wait_for("1–50 of 60")


async def test_esc_goes_from_the_text_to_the_search_that_found_it() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.press("slash")
            await drive.press(*"from:ada")
            await drive.press("enter")
            await drive.wait_for("1–3 of 3")
            await drive.press("j", "enter")
            await drive.wait_for("word word")
            await drive.press("escape")
            assert drive.subjects == ["Letter 60", "Letter 40", "Letter 20"]
            await drive.press("escape")
            await drive.wait_for("1–50 of 60")


async def test_a_folder_that_only_holds_others_can_be_shown_with_them() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.press("1", "G", "k")
            pointed = drive.main.folder_tree.pointed_at
            assert pointed is not None
            assert not pointed.selectable
            await drive.press("asterisk")
            await drive.wait_for("Yard and below")
            await drive.wait(lambda: drive.subjects == ["Book 1"])


async def test_an_item_that_the_server_does_not_know_is_no_column() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            drive.main.action_add_column()
            await drive.wait_for("Enter adds #")
            await drive.press(*"item FOO", "enter")
            await drive.wait_for("does not know the item FOO")
            assert drive.main.list_panel.extra == ()
            drive.main.action_add_column()
            await drive.wait_for("Enter adds #")
            await drive.press(*"item RFC822", "enter")
            await drive.wait_for("Only plain FETCH items")


async def test_a_mistake_in_a_query_has_a_caret_under_it() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("slash")
            await drive.press(*"a frm:x")
            await drive.press("enter")
            await drive.wait_for("No key is called frm")
            lines = drive.lines
            typed = next(i for i, line in enumerate(lines) if "a frm:x" in line)
            assert lines[typed + 1].index("^") == lines[typed].index("frm:x")
            await drive.expect("query-mistake")
            await drive.press("escape")
            assert server.count(b"UID SEARCH") == 0


async def test_no_match_says_so() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("slash")
            await drive.press(*"from:nobody")
            await drive.press("enter")
            await drive.wait_for("Nothing in INBOX matches")


@pytest.mark.parametrize("capabilities", [CAPABILITIES, POOR], ids=["SORT", "without"])
async def test_sorting_by_size_and_back(capabilities: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with RecordingServer(finding_mailbox(), capabilities=capabilities) as server:
        async with driven(server, screen=MEDIUM, state=State.load(path)) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("O")
            await drive.wait_for("Sort by")
            await drive.expect("sort")
            await drive.press("G", "enter")
            await drive.wait_for("largest first ↓")
            # base64 makes the letters with attachments the largest
            await drive.wait(lambda: drive.subjects[:2] == ["Letter 59", "Letter 57"])
            await drive.press("o")
            await drive.wait(lambda: drive.subjects[:2] == ["Letter 1", "Letter 2"])
            await drive.press("n")
            await drive.wait_for("51–60 of 60")
            assert drive.subjects[-1] == "Letter 59"
    expected = Order(SortKey.SIZE, descending=False)
    assert State.load(path).order_of(ACCOUNT, b"INBOX") == expected


async def test_subfolders_and_alone_again() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("J")
            await drive.wait_for("1–2 of 2")
            await drive.press("asterisk")
            await drive.wait_for("1–5 of 5")
            assert "Work and below" in drive.text
            assert drive.subjects == ["Top 2", "Top 1", "Deep 3", "Deep 2", "Deep 1"]
            await drive.expect("subfolders")
            await drive.press("a")
            await drive.wait(lambda: len(drive.main.marks) == 5)
            await drive.press("asterisk")
            await drive.wait_for("1–2 of 2")
            assert len(drive.main.marks) == 2


async def test_a_folder_without_subfolders_says_so() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("asterisk")
            await drive.wait_for("INBOX has no subfolders")


async def test_marks_by_number_and_by_uid() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=SMALL) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("number_sign")
            await drive.press(*"1:3,99")
            await drive.press("enter")
            await drive.wait_for("Marked 3 messages. 1 of the numbers do")
            assert sorted(i.uid for i in drive.main.marks) == [2, 4, 6]
            await drive.press("number_sign")
            await drive.press(*"uid 118:*")
            await drive.press("enter")
            await drive.wait(lambda: len(drive.main.marks) == 5)
            assert max(i.uid for i in drive.main.marks) == 120
            await drive.press("number_sign")
            await drive.press(*"x")
            await drive.press("enter")
            await drive.wait_for("Not a set of numbers")


async def test_columns_from_the_palette_show_numbers_headers_and_items() -> None:
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            drive.main.action_toggle_numbers()
            drive.main.action_toggle_uids()
            await drive.wait(
                lambda: any("60      120        Letter 60" in line for line in drive.lines)
            )
            drive.main.action_add_column()
            await drive.wait_for("Column")
            await drive.press(*"X-Mailer")
            await drive.press("enter")
            await drive.wait_for("Quill 60")
            await drive.expect("columns")


async def test_an_attachment_is_saved_decoded_and_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with RecordingServer(finding_mailbox()) as server:
        async with driven(server, screen=MEDIUM, state=State(export_folder=target)) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("s")
            await drive.wait_for("This message has no attachment")
            await drive.press("j", "s")
            await drive.wait_for("Save notes.txt")
            await drive.press("enter")
            await drive.wait_for("Saved 1")
    assert [file.name for file in target.iterdir()] == ["notes.txt"]
    assert (target / "notes.txt").read_bytes() == b"the notes of 59\n" * 20
    fetched = [c for c in server.commands if c.startswith(b"UID FETCH")]
    assert fetched
    assert all(b"BODY.PEEK[2]" in c for c in fetched)
