"""`tuimail ACCOUNT` in a real terminal: what it keeps for the next run, and what it does not."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.servers.archive import PASSWORD, RecordingServer, StallingServer, mailbox_of
from tests.servers.stores import INBOX
from tests.servers.terminal import Pty, environment
from tuimail.imap.page_file import KeptPage, read_page
from tuimail.imap.paging import Order


def run(server: RecordingServer, home: Path, *options: str) -> Pty:
    account = f"imap+insecure://demo@127.0.0.1:{server.port}"
    command = [sys.executable, "-m", "tuimail", account, *options]
    return Pty(command, environment(home, TUIMAIL_PASSWORD=PASSWORD))


def kept(server: RecordingServer, home: Path) -> KeptPage | None:
    (path,) = [*home.rglob("pages.sqlite3"), home / "no file"][:1]
    return read_page(path, f"demo@127.0.0.1:{server.port}", INBOX, Order())


def test_the_next_run_shows_the_inbox_before_the_server_does(tmp_path: Path) -> None:
    with StallingServer(mailbox_of(60)) as server:
        server.may_answer.set()
        with run(server, tmp_path) as terminal:
            terminal.wait_for("1–50 of 60")
            terminal.wait(lambda: kept(server, tmp_path))
            terminal.press("q")
            assert terminal.wait_for_end() == 0
        server.may_answer.clear()
        with run(server, tmp_path) as terminal:
            terminal.wait_for("as of ")
            terminal.wait_for("Message 60")
            terminal.press("q")
            assert terminal.wait_for_end() == 0


def test_without_a_cache_nothing_is_kept_and_what_was_kept_is_forgotten(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(60)) as server:
        for options in ((), ("--no-cache",), ("--no-cache",)):
            with run(server, tmp_path, *options) as terminal:
                terminal.wait_for("1–50 of 60")
                if not options:
                    terminal.wait(lambda: kept(server, tmp_path))
                terminal.press("q")
                assert terminal.wait_for_end() == 0
            assert (kept(server, tmp_path) is None) is bool(options)
        assert not any(b"Message 60" in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())


def test_the_demo_keeps_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tuimail", "demo"]
    with Pty(command, environment(tmp_path)) as terminal:
        terminal.wait_for("1–50 of")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert [*tmp_path.rglob("*.sqlite3")] == []
