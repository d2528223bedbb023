"""The servers of tests/servers/archive.py do wrong exactly what they are there for."""

from __future__ import annotations

import socket

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import (
    ChangingServer,
    DroppingServer,
    EndlessServer,
    GarbageServer,
    RecordingServer,
    SilentServer,
    StallingServer,
    mailbox_of,
    plain_message,
    wait_until,
)


def rows(answer: bytes) -> list[bytes]:
    return [line for line in answer.splitlines() if line.startswith(b"* ")]


def test_recording() -> None:
    with RecordingServer(mailbox_of(2)) as server, connected(server) as client:
        client.ask("FETCH 1 UID")
        server.wait_for(b"FETCH")
        assert server.commands[1:] == [b'EXAMINE "INBOX"', b"FETCH 1 UID"]
        assert server.count(b"FETCH") == 1


def test_stalling() -> None:
    with StallingServer(mailbox_of(2)) as server, connected(server) as client:
        client.send("FETCH 1 UID")
        server.wait_for(b"FETCH")
        client.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        client.socket.settimeout(10)
        server.may_answer.set()
        wait_until(lambda: client.socket.recv(2) == b"* ")


def test_stalling_ends_with_the_server() -> None:
    server = StallingServer(mailbox_of(2)).start()
    with connected(server) as client:
        client.send("FETCH 1 UID")
        server.wait_for(b"FETCH")
        server.close()
        assert not server._clients


def test_dropping() -> None:
    with DroppingServer(mailbox_of(9), cut={2}) as server:
        with connected(server) as client:
            whole = client.ask("FETCH 1:9 UID")
            client.send("FETCH 1:9 UID")
            part = client.stream.read()
            assert whole.startswith(part)
            assert 0 < len(part) < len(whole)
        with connected(server) as client:
            assert client.ask("FETCH 1:9 UID") == whole


def test_garbled_structures() -> None:
    garbled = {2: {"body_structure": b"NIL", "envelope": b"(" * 50}}
    with GarbageServer(mailbox_of(3), garbled=garbled) as server, connected(server) as client:
        answer = rows(client.ask("FETCH 1:3 (UID ENVELOPE BODYSTRUCTURE)"))
        assert answer[1] == b"* 2 FETCH (UID 2 ENVELOPE " + b"(" * 50 + b" BODYSTRUCTURE NIL)"
        assert b'BODYSTRUCTURE ("text" "plain" ' in answer[0]
        assert b'BODYSTRUCTURE ("text" "plain" ' in answer[2]


def test_missing_and_foreign_uids() -> None:
    with (
        GarbageServer(mailbox_of(3), without_uid={1}, foreign_uids={2: 77}) as server,
        connected(server) as client,
    ):
        assert rows(client.ask("FETCH 1:3 (UID RFC822.SIZE)")) == [
            b"* 1 FETCH (RFC822.SIZE %d)" % len(plain_message(1)),
            b"* 2 FETCH (UID 77 RFC822.SIZE %d)" % len(plain_message(2)),
            b"* 3 FETCH (UID 3 RFC822.SIZE %d)" % len(plain_message(3)),
        ]


def test_expunge_in_the_middle_of_a_fetch() -> None:
    with (
        GarbageServer(mailbox_of(4), expunged_before={3: 1}) as server,
        connected(server) as client,
    ):
        assert rows(client.ask("UID FETCH 1:4 (UID)")) == [
            b"* 1 FETCH (UID 1)",
            b"* 2 FETCH (UID 2)",
            b"* 1 EXPUNGE",
            b"* 2 FETCH (UID 3)",
            b"* 3 FETCH (UID 4)",
        ]
        assert rows(client.ask("FETCH 1:3 (UID)")) == [
            b"* 1 FETCH (UID 2)",
            b"* 2 FETCH (UID 3)",
            b"* 3 FETCH (UID 4)",
        ]


def test_the_message_itself_expunged_in_the_middle() -> None:
    with (
        GarbageServer(mailbox_of(3), expunged_before={2: 2}) as server,
        connected(server) as client,
    ):
        assert rows(client.ask("UID FETCH 1:3 (UID)")) == [
            b"* 1 FETCH (UID 1)",
            b"* 2 EXPUNGE",
            b"* 2 FETCH (UID 3)",
        ]


def test_mail_comes_and_goes() -> None:
    with ChangingServer(mailbox_of(3)) as server, connected(server) as client:
        server.add(b"Subject: new\r\n\r\n", b"Subject: newer\r\n\r\n")
        assert rows(client.ask("NOOP")) == [b"* 5 EXISTS"]
        assert rows(client.ask("FETCH 5 UID")) == [b"* 5 FETCH (UID 5)"]
        server.expunge(1, 4)
        # never while a command with sequence numbers is answered
        assert rows(client.ask("FETCH 1 UID")) == [b"* 1 FETCH (UID 1)"]
        assert rows(client.ask("NOOP")) == [b"* 4 EXPUNGE", b"* 1 EXPUNGE"]
        assert rows(client.ask("FETCH 1:* UID")) == [
            b"* 1 FETCH (UID 2)",
            b"* 2 FETCH (UID 3)",
            b"* 3 FETCH (UID 5)",
        ]


def test_mail_comes_while_idle() -> None:
    with ChangingServer(mailbox_of(1)) as server, connected(server) as client:
        client.send("IDLE")
        assert client.read_line() == b"+ idling\r\n"
        server.add(b"Subject: new\r\n\r\n")
        assert client.read_line() == b"* 2 EXISTS\r\n"
        client.socket.sendall(b"DONE\r\n")
        assert client.read_answer() == b"T OK Idle completed.\r\n"


def test_another_uid_validity() -> None:
    with ChangingServer(mailbox_of(1)) as server, connected(server) as client:
        server.renew(99)
        assert b"[UIDVALIDITY 99]" in client.ask("EXAMINE INBOX")


@pytest.mark.parametrize("at", [b"", b"LOGIN", b"UID FETCH"])
def test_silence(at: bytes) -> None:
    server = SilentServer(mailbox_of(1), at=at).start()
    if at == b"":
        with pytest.raises(TimeoutError):
            _read_greeting(server.port)
    elif at == b"LOGIN":
        client = Client(server.port)
        client.send("LOGIN demo x")
        server.wait_for(at)
        client.close()
    else:
        with connected(server) as client:
            assert client.ask("FETCH 1 UID").startswith(b"* 1 FETCH")
            client.send("UID FETCH 1 FLAGS")
            server.wait_for(at)
    server.close()
    assert not server._clients


def _read_greeting(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.1)
        client.recv(1)


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        (EndlessServer.OK, b"* OK Still here\r\n"),
        (EndlessServer.LINE, b"* OK xxxx"),
        (EndlessServer.LITERAL, b"* 1 FETCH (UID 1 BODY[] {1900000000}\r\nFrom: a"),
    ],
)
def test_endless_answers(answer: tuple[bytes, bytes], begins: bytes) -> None:
    server = EndlessServer(mailbox_of(1), answer).start()
    with connected(server) as client:
        client.send("FETCH 1 BODY[]")
        assert client.stream.read(len(begins)) == begins
        if answer[1]:
            assert len(client.stream.read(5_000_000)) == 5_000_000
        server.close()
    assert not server._clients
