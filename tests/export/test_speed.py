"""How long an export will take, measured beforehand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.proxy import RecordingProxy
from tests.servers.stores import INBOX, store_on
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.plan import plan_export
from tuimail.export.speed import estimate_seconds
from tuimail.files import Directory
from tuimail.imap.selection import Selection


def large_message(number: int) -> bytes:
    return f"Subject: large {number}\r\n\r\n".encode() + b"x" * 98 * 1024 + b"\r\n"


def estimate(
    count: int, tmp_path: Path, message: Callable[[int], bytes] = large_message
) -> tuple[float | None, int]:
    """The estimate, and the octets that it cost."""
    with (
        RecordingServer(mailbox_of(count, message)) as server,
        RecordingProxy(server.port).running() as proxy,
        store_on(proxy.port, with_screen=False) as store,
        Directory.open(tmp_path) as directory,
        Ledger.open(directory, "demo", SaveFormat.EML) as ledger,
    ):
        plan = plan_export(store, [INBOX], Selection(), ledger)
        before = proxy.received
        return estimate_seconds(store, ledger, plan), proxy.received - before


def test_a_few_messages_tell(tmp_path: Path) -> None:
    seconds, octets = estimate(400, tmp_path)
    assert seconds is not None
    assert seconds >= 1
    assert 1_900_000 < octets < 2_300_000  # of 40 MB


def test_what_is_small_is_not_measured(tmp_path: Path) -> None:
    assert estimate(5, tmp_path) == (None, 0)


def test_a_tiny_message_beside_a_huge_one_tells_nothing(tmp_path: Path) -> None:
    def message(number: int) -> bytes:
        return large_message(number) * 200 if number == 1 else b"Subject: tiny\r\n\r\n.\r\n"

    seconds, octets = estimate(2, tmp_path, message)
    assert seconds is None
    assert octets < 10_000
