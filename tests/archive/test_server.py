"""The listener: where it listens, whom it lets in, how it ends."""

from __future__ import annotations

import errno
import socket
import threading

import pytest

from tests.archive.client import Client, connected
from tests.patience import patience
from tests.servers.archive import archive_threads, mailbox_of, mailbox_with, wait_until
from tuimail.archive.mailbox import Mailbox
from tuimail.archive.server import ArchiveServer

ROW = (
    "(UID FLAGS RFC822.SIZE INTERNALDATE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS "
    "(FROM TO CC SUBJECT DATE MESSAGE-ID LIST-UNSUBSCRIBE)])"
)


def threads_of(server: ArchiveServer) -> list[threading.Thread]:
    return list(server._clients.values())


def test_passwords_are_random() -> None:
    one, other = ArchiveServer(Mailbox()), ArchiveServer(Mailbox())
    assert one.password != other.password
    assert len(one.password) >= 32


def test_only_loopback_is_listened_on() -> None:
    with ArchiveServer(mailbox_of(1)) as server:
        assert server._listener is not None
        assert server._listener.getsockname() == ("127.0.0.1", server.port)


def test_small_answers_do_not_wait_for_others() -> None:
    with ArchiveServer(mailbox_of(1), password="x") as server, connected(server, password="x"):
        (client,) = server._clients
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_client_that_is_gone_already_does_not_end_the_listener(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        # what macOS says of a connection that its client has closed
        monkeypatch.undo()
        raise OSError(errno.EINVAL, "Invalid argument")

    with ArchiveServer(mailbox_of(1), password="x") as server:
        monkeypatch.setattr(socket.socket, "setsockopt", refuse)
        socket.create_connection(("127.0.0.1", server.port)).close()
        with connected(server, password="x") as client:
            assert client.ask("NOOP").startswith(b"T OK")


def test_a_client_that_leaves_ends_its_thread() -> None:
    with ArchiveServer(mailbox_of(1), password="x") as server:
        with connected(server, password="x"):
            (thread,) = threads_of(server)
        thread.join(10)
        assert not thread.is_alive()
        wait_until(lambda: not threads_of(server))


def test_closing_ends_every_thread_and_connection() -> None:
    before = set(archive_threads())
    server = ArchiveServer(mailbox_of(10), password="x").start()
    port = server.port
    silent = Client(port)
    with connected(server, password="x") as idle:
        idle.send("IDLE")
        assert idle.read_line() == b"+ idling\r\n"
        server.close()
        assert idle.socket.recv(1) == b""
        assert silent.socket.recv(1) == b""
    silent.close()
    assert set(archive_threads()) <= before
    server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_closing_does_not_wait_for_a_client_that_reads_nothing() -> None:
    server = ArchiveServer(mailbox_with(b"x" * 20_000_000), password="x").start()
    with connected(server, password="x") as client:
        client.send("FETCH 1 BODY[]")
        # The answer is under way and cannot be sent whole.
        assert client.read_line() == b"* 1 FETCH (BODY[] {20000000}\r\n"
        with patience():
            server.close()


def test_closing_does_not_wait_for_a_long_search() -> None:
    asked = threading.Event()

    def load(number: int) -> bytes:
        asked.set()
        return b"Subject: x\r\n\r\n"

    server = ArchiveServer(mailbox_of(200_000, load), password="x").start()
    with connected(server, password="x") as client:
        client.send("SEARCH TEXT nothing")
        assert asked.wait(10)
        with patience():
            server.close()


def test_clients_are_served_at_once() -> None:
    may_load = threading.Event()

    def load(number: int) -> bytes:
        may_load.wait()
        return b"Subject: x\r\n\r\n"

    with (
        ArchiveServer(mailbox_of(1, load), password="x") as server,
        connected(server, password="x") as slow,
        connected(server, password="x") as quick,
    ):
        slow.send("FETCH 1 RFC822.SIZE")
        assert quick.ask("NOOP").startswith(b"T OK")
        may_load.set()
        assert slow.read_answer().startswith(b"* 1 FETCH (RFC822.SIZE 14)")


def test_a_huge_folder_opens_and_pages() -> None:
    with (
        ArchiveServer(mailbox_of(100_000), password="x") as server,
        connected(server, password="x") as client,
    ):
        assert b"* 100000 EXISTS" in client.ask("EXAMINE INBOX")
        answer = client.ask(f"FETCH 99951:100000 {ROW}")
        assert answer.count(b" FETCH (UID ") == 50
        assert b"Subject: Message 100000\r\n" in answer
        assert client.ask("UID SEARCH 99999:*").startswith(b"* SEARCH 99999 100000\r\n")
