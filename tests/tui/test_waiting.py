"""A search or a sort that takes long: how far it is, and leaving it."""

from __future__ import annotations

import re

import pytest

from tests.servers.archive import EndlessServer
from tests.tui.driving import MEDIUM, Driver, driven
from tests.tui.finding import finding_mailbox
from tests.tui.test_finding import POOR
from tuimail.archive.server import CAPABILITIES
from tuimail.imap import pool, sort

SILENCE = b""
IN_PROGRESS = b'* OK [INPROGRESS ("t9" 15 60)] Still looking\r\n'
DOVECOT = b"* OK Searched 25% of the mailbox, ETA 2:13\r\n"
# UIDs of the mailbox are even.
HALF_THE_SIZES = b"".join(
    b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (number, 2 * number, number)
    for number in range(1, 31)
)

FOUND = (
    b"* 2 FETCH (UID 4 FLAGS () RFC822.SIZE 207 BODY[HEADER.FIELDS (SUBJECT)] {21}\r\n"
    b"Subject: Letter 2\r\n\r\n)\r\n"
)
FIRST = (
    b"* 1 FETCH (UID 2 FLAGS () RFC822.SIZE 207 BODY[HEADER.FIELDS (SUBJECT)] {18}\r\n"
    b"Subject: Top 1\r\n\r\n)\r\n"
)


async def leave(drive: Driver) -> None:
    """Esc ends the wait, shows what was there before, and has the connection closed."""
    await drive.press("escape")
    await drive.wait_for("Stopped. r looks again.")
    assert not drive.main.list_panel.messages.stale
    assert "1–50 of 60" in drive.text
    # The server would never have answered, and nothing else was asked of it.
    await drive.settle()
    await drive.press("r")
    await drive.wait_for("page 1 of 2")


@pytest.mark.parametrize("said", [SILENCE, IN_PROGRESS, DOVECOT], ids=["", "RFC 9585", "Dovecot"])
async def test_a_search_tells_how_far_it_is_and_is_left(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "LITTLE", 0.0)
    with EndlessServer(finding_mailbox(), (said, b""), at=b"UID SEARCH") as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("slash", *"from:ada", "enter")
            share = "25 %, " if said else ""
            wanted = rf"searching… {share}\d+ s, Esc stops"
            await drive.wait(lambda: re.search(wanted, drive.text))
            await leave(drive)


async def test_a_sort_made_here_tells_how_far_it_is_and_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "LITTLE", 0.0)
    monkeypatch.setattr(sort, "TOLD", 10)
    with EndlessServer(
        finding_mailbox(), (HALF_THE_SIZES, b""), at=b"FETCH 1:60 ", capabilities=POOR
    ) as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("O", "G", "enter")
            await drive.wait(lambda: re.search(r"sorting… 50 %, \d+ s, Esc stops", drive.text))
            await leave(drive)


async def test_a_sort_of_the_servers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LITTLE", 0.0)
    with EndlessServer(
        finding_mailbox(), (SILENCE, b""), at=b"UID SORT", capabilities=CAPABILITIES
    ) as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("O", "G", "enter")
            await drive.wait(lambda: re.search(r"sorting… \d+ s, Esc stops", drive.text))
            await leave(drive)


async def test_found_rows_stand_in_their_places_while_others_are_awaited() -> None:
    # UIDs 22 to 26 are known from the page before.
    with EndlessServer(finding_mailbox(), (FOUND, SILENCE), at=b"UID FETCH 2,") as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.wait_for("1–50 of 60")
            await drive.press("slash", *"smaller:275", "enter")
            await drive.wait_for("Letter 2 ")
            assert "loading…" in drive.text
            rows = drive.main.list_panel.messages.rows
            known = ["Letter 13", "Letter 12", "Letter 11"]
            assert [row and str(row.subject) for row in rows] == [
                *known,
                *[None] * 8,
                "Letter 2",
                None,
            ]
            await drive.press("escape")
            await drive.wait_for("Stopped. r looks again.")


async def test_a_list_that_is_looked_at_again_stays_until_it_is_whole() -> None:
    with EndlessServer(finding_mailbox(), (FIRST, SILENCE), at=b"NOTHING YET") as server:
        async with driven(server, screen=MEDIUM) as drive:
            await drive.press("J")
            await drive.settle()
            await drive.press("*")
            await drive.settle()
            await drive.press("j", "j")
            server.at = b"FETCH"
            await drive.press("r")
            await drive.wait_for("loading…")
            messages = drive.main.list_panel.messages
            assert [row and str(row.subject) for row in messages.rows] == [
                "Top 2",
                "Top 1",
                "Deep 3",
                "Deep 2",
                "Deep 1",
            ]
            assert messages.current is not None
            assert str(messages.current.subject) == "Deep 3"
