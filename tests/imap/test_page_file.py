"""The page on the disk: what comes back, what never does, and a file that is none of ours."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.imap.test_store import NEWEST_FIRST, OLDEST_FIRST, subjects
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.stores import INBOX, store_on
from tests.tui.test_hostile import PAYLOADS, UNSAFE, hostile_mailbox
from tuimail.imap import page_file
from tuimail.imap.page import Page
from tuimail.imap.page_file import forget_page, read_page, write_page
from tuimail.imap.paging import Order, SortKey

ADA, BOB = "ada@mail.example:993", "bob@mail.example:993"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "tuimail" / "pages.sqlite3"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with RecordingServer(mailbox_of(120)) as server, store_on(server.port) as store:
        yield store.page(INBOX, 1, NEWEST_FIRST).result(10)


def test_a_page_comes_back_as_it_was(path: Path, page: Page) -> None:
    write_page(path, ADA, page, NOON)
    kept = read_page(path, ADA, INBOX, NEWEST_FIRST)
    assert kept is not None
    assert kept.page == page
    assert kept.moment == NOON
    assert kept.page.summaries[0].structure == page.summaries[0].structure
    # Not in another order, nor of another account.
    assert read_page(path, ADA, INBOX, OLDEST_FIRST) is None
    assert read_page(path, ADA, INBOX, Order(SortKey.SIZE)) is None
    assert read_page(path, BOB, INBOX, NEWEST_FIRST) is None


def test_the_file_is_nobody_elses(path: Path, page: Page) -> None:
    before = os.umask(0)
    try:
        path.parent.mkdir(mode=0o777, parents=True)
        path.touch(mode=0o666)
        write_page(path, ADA, page, NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_reading_makes_no_file(path: Path) -> None:
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None
    forget_page(path, ADA)
    assert not path.parent.exists()


def test_flags_and_places_are_those_that_were_shown_last(path: Path, page: Page) -> None:
    newest = replace(page.summaries[0], flags=("\\Seen", "$Work"), sequence_number=119)
    shown = replace(page, summaries=(newest, *page.summaries[1:]))
    write_page(path, ADA, shown, NOON)
    kept = read_page(path, ADA, INBOX, NEWEST_FIRST)
    assert kept is not None
    assert kept.page == shown


def test_one_page_of_each_account_is_kept_and_of_the_last_accounts_only(
    path: Path, page: Page
) -> None:
    for number in range(page_file.ACCOUNTS + 3):
        write_page(path, f"{number}@x", page, NOON + timedelta(minutes=number))
    last = replace(page, uid_validity=99)
    write_page(path, "10@x", last, NOON + timedelta(days=1))
    there = [
        number
        for number in range(page_file.ACCOUNTS + 3)
        if read_page(path, f"{number}@x", INBOX, NEWEST_FIRST)
    ]
    assert there == list(range(3, page_file.ACCOUNTS + 3))
    kept = read_page(path, "10@x", INBOX, NEWEST_FIRST)
    assert kept is not None
    assert {row.identity.uid_validity for row in kept.page.summaries} == {99}
    with closing(sqlite3.connect(path)) as database:
        (rows,) = database.execute("SELECT count(*) FROM message").fetchone()
    assert rows == page_file.ACCOUNTS * 50


def test_forgotten_is_gone_from_the_disk(path: Path, page: Page) -> None:
    write_page(path, ADA, page, NOON)
    write_page(path, BOB, page, NOON)
    assert b"Message 100" in path.read_bytes()
    forget_page(path, ADA)
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None
    assert read_page(path, BOB, INBOX, NEWEST_FIRST) is not None
    forget_page(path, BOB)
    assert b"Message 100" not in path.read_bytes()


def test_no_body_is_kept(path: Path) -> None:
    with RecordingServer(mailbox_of(3)) as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
        server.commands.clear()
        write_page(path, ADA, page, NOON)
        assert server.commands == []
    assert b"This is message" not in path.read_bytes()


# --- a page that is not kept


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: replace(row, response=()),
        lambda row: replace(row, response=(b"x" * (page_file.RESPONSE_LIMIT + 1),)),
        lambda row: replace(row, flags=("\\Seen\x1b[2J",)),
        lambda row: replace(row, flags=("$\N{RIGHT-TO-LEFT OVERRIDE}",)),
    ],
)
def test_a_row_that_cannot_be_kept_costs_the_page(
    path: Path, page: Page, spoil: Callable[[object], object]
) -> None:
    write_page(path, ADA, page, NOON)
    rows = (spoil(page.summaries[0]), *page.summaries[1:])
    write_page(path, ADA, replace(page, summaries=rows), NOON)  # type: ignore[arg-type]
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None


def test_an_empty_inbox_is_no_page_to_show(path: Path, page: Page) -> None:
    write_page(path, ADA, page, NOON)
    write_page(path, ADA, replace(page, summaries=()), NOON)
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None


# --- a file that is none of ours


def _truncate(path: Path) -> None:
    os.truncate(path, 5_000)


def _scribble(path: Path) -> None:
    path.write_bytes(b"not a database, though it may have been one\n" * 300)


def _age(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {page_file.VERSION + 1}")


def _swap(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE page (recipe TEXT)")


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(page_file.FILE_LIMIT + 1)


def _drop_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE message")


def _link(path: Path) -> None:
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _alter(statement: str, *values: object) -> Callable[[Path], None]:
    def alter(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            database.execute(statement, values)
            database.commit()

    return alter


@pytest.mark.parametrize(
    "damage",
    [
        _truncate,
        _scribble,
        _age,
        _swap,
        _grow,
        _drop_table,
        _link,
        _pipe,
        _alter("DELETE FROM message WHERE place = 3"),
        _alter("UPDATE page SET total = -1"),
        _alter("UPDATE page SET total = 7"),
        _alter("UPDATE page SET total = 'many'"),
        _alter("UPDATE page SET moment = '2026-11-24T12:00:00'"),
        _alter("UPDATE page SET moment = 7"),
        _alter("UPDATE message SET flags = x'00ff' WHERE place = 1"),
        _alter("UPDATE message SET flags = '\x1b[2J' WHERE place = 1"),
        _alter("UPDATE message SET sequence_number = 'x' WHERE place = 1"),
        _alter("UPDATE message SET response = '' WHERE place = 1"),
        _alter("UPDATE message SET response = ? WHERE place = 1", "[" * 100_000),
        _alter("UPDATE message SET response = '[1]' WHERE place = 1"),
        _alter("UPDATE message SET response = '[]' WHERE place = 1"),
        _alter("UPDATE message SET response = ? WHERE place = 1", '["\u0142"]'),
        _alter("UPDATE message SET response = ? WHERE place = 1", '["* 1 FETCH (UID 0)\\r\\n"]'),
        _alter("UPDATE message SET response = ? WHERE place = 1", '["* OK hello\\r\\n"]'),
    ],
)
def test_what_cannot_be_used_is_thrown_away(
    path: Path, page: Page, damage: Callable[[Path], None]
) -> None:
    write_page(path, ADA, page, NOON)
    damage(path)
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None
    assert not path.exists()
    write_page(path, ADA, page, NOON)
    damage(path)
    # Writing finds it too, except for a row of its own account, which it replaces.
    write_page(path, BOB, page, NOON)
    write_page(path, ADA, page, NOON)
    for account in (ADA, BOB):
        kept = read_page(path, account, INBOX, NEWEST_FIRST)
        assert kept is not None
        assert kept.page == page
    assert path.is_file()
    assert not path.is_symlink()


def test_a_journal_that_is_left_over_is_not_played_into_a_new_file(path: Path, page: Page) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"broken" * 2_000)
    path.with_name(path.name + "-journal").write_bytes(b"\xd9\xd5\x05\xf9 \xa1c\xd7" * 200)
    write_page(path, ADA, page, NOON)
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is not None


def test_a_folder_that_cannot_be_used_is_no_error(tmp_path: Path, page: Page) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "pages", tmp_path / "folder"):
        write_page(path, ADA, page, NOON)
        assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None
        forget_page(path, ADA)


# --- hostile words


def test_what_strangers_wrote_comes_back_as_harmless_text(path: Path) -> None:
    with RecordingServer(hostile_mailbox()) as server, store_on(server.port) as store:
        page = store.page(INBOX, 1, NEWEST_FIRST).result(10)
    write_page(path, ADA, page, NOON)
    kept = read_page(path, ADA, INBOX, NEWEST_FIRST)
    assert kept is not None
    assert subjects(kept.page.summaries) == subjects(page.summaries)
    assert len(kept.page.summaries) == len(PAYLOADS)
    assert not UNSAFE.search("".join(subjects(kept.page.summaries)))


def test_a_hostile_row_planted_in_the_file(path: Path, page: Page) -> None:
    write_page(path, ADA, page, NOON)
    header = "Subject: \x1b]52;c;eA==\x07[/] \u2028\r\nFrom: \x9b2J <a@b>\r\n\r\n"
    raw = header.encode("utf-8").decode("latin-1")
    head = f'* 1 FETCH (UID 9 FLAGS () BODY[HEADER.FIELDS ("SUBJECT")] {{{len(raw)}}}\r\n'
    _alter("UPDATE message SET response = ? WHERE place = 0", json.dumps([head, raw, ")\r\n"]))(
        path
    )
    kept = read_page(path, ADA, INBOX, NEWEST_FIRST)
    assert kept is not None
    row = kept.page.summaries[0]
    assert row.identity.uid == 9
    assert "]52;c;eA==" in str(row.subject)
    assert not UNSAFE.search(f"{row.subject}{row.from_[0].name}{row.from_[0].address}")


# --- several at once


def test_while_another_process_writes_nothing_is_lost_and_nobody_waits_long(
    path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_file, "PATIENCE", 0.01)
    write_page(path, ADA, page, NOON)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read_page(path, ADA, INBOX, NEWEST_FIRST) is None
        write_page(path, BOB, page, NOON)
        forget_page(path, ADA)
        other.execute("COMMIT")
    assert read_page(path, ADA, INBOX, NEWEST_FIRST) is not None


_WRITE_OFTEN = """
import sys
from pathlib import Path
from tuimail.imap.folder import Folder
from tuimail.imap.page_file import read_page, write_page
from tuimail.imap.paging import Order
from tuimail.text import MailText

file, model, account = sys.argv[1:]
folder = Folder(b"INBOX", MailText("INBOX"), "/", ())
kept = read_page(Path(model), "model", folder, Order())
for _ in range(20):
    write_page(Path(file), account, kept.page, kept.moment)
"""


def test_two_processes_keep_their_pages_in_one_file(path: Path, page: Page) -> None:
    model = path.parent / "model.sqlite3"
    write_page(model, "model", page, NOON)
    processes = [
        subprocess.Popen([sys.executable, "-c", _WRITE_OFTEN, path, model, account])
        for account in (ADA, BOB)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    for account in (ADA, BOB):
        kept = read_page(path, account, INBOX, NEWEST_FIRST)
        assert kept is not None
        assert kept.page == page
