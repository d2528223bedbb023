"""What is said of connections that come and go."""

from __future__ import annotations

from tests.cli.command import run, url
from tests.servers.archive import mailbox_of
from tests.servers.faulty import FaultyServer


def test_fewer_connections_are_said_once() -> None:
    with FaultyServer(mailbox_of(3_000), most_connections=1) as server:
        command = ("list", url(server.port), "--page", "all", "--connections", "8", "--json")
        done = run(*command)
    assert len(done.objects) == 3_000
    assert done.said.count("going on with fewer connections") <= 1
    assert done.status == 0
