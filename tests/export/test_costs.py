"""What an export costs on the line: connections, commands and octets."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.export.exporting import export
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.proxy import RecordingProxy
from tests.servers.stores import store_on
from tuimail.imap.raw import BATCH_UNWATCHED

COUNT = 620
TEXT = b"a line of the text\r\n" * 100


def letter(number: int) -> bytes:
    return b"Subject: %d\r\nFrom: a@example.org\r\n\r\n" % number + TEXT


@pytest.mark.parametrize("connections", [1, 3])
def test_each_message_is_asked_for_once_and_many_in_a_command(
    tmp_path: Path, connections: int
) -> None:
    with (
        RecordingServer(mailbox_of(COUNT, letter)) as server,
        RecordingProxy(server.port).running() as proxy,
    ):
        with store_on(proxy.port, connections=connections, with_screen=False) as store:
            done = export(store, tmp_path)
        assert done.sums == [("INBOX", COUNT, COUNT, 0, 0)]
        commands = [one for one in server.commands if b"BODY.PEEK[]" in one]
        uids = sorted(uid for command in commands for uid in asked_uids(command))
        assert uids == list(range(1, COUNT + 1))
        # Half of them not full at the most: where a request ends, and where the disk is behind.
        assert len(commands) <= 2 * math.ceil(COUNT / BATCH_UNWATCHED)
        assert proxy.connections <= connections
        assert server.count(b"LOGIN") <= proxy.connections
        # Planning takes what a list shows and the flags; then comes the message, once.
        assert proxy.received < COUNT * (len(letter(COUNT)) + 500) + 2_000


def asked_uids(command: bytes) -> list[int]:
    """Of `UID FETCH 1:3,5 …`."""
    uids: list[int] = []
    for span in command.split(b" ")[2].split(b","):
        low, _, high = span.partition(b":")
        uids += range(int(low), int(high or low) + 1)
    return uids
