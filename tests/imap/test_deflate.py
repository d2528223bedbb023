"""COMPRESS=DEFLATE (RFC 4978): what is asked for, when, and that nothing is lost over it."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator
from random import Random

import pytest

from tests.bench.mailboxes import EPOCH, Sample, append_messages
from tests.imap.test_store import Kept, message
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.proxy import RecordingProxy
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import store_on
from tuimail.errors import ConnectionLost
from tuimail.imap import stream as stream_module
from tuimail.imap.command import Command
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.paging import Order
from tuimail.imap.session import Session
from tuimail.imap.trust import Trust
from tuimail.imap.wire import Response, Wire

NOOP = Command(b"NOOP")
FETCH = Command(b"UID FETCH", (b"1", b"(UID BODY.PEEK[])"))


class DeflatingPeer:
    """The other end of a wire, once COMPRESS has been agreed on."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.wire = Wire(ours)
        self._deflate = zlib.compressobj(wbits=-15)
        self._inflate = zlib.decompressobj(-15)

    def deflated(self, octets: bytes) -> bytes:
        return self._deflate.compress(octets) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def heard(self) -> bytes:
        return self._inflate.decompress(self.theirs.recv(65_536))


@pytest.fixture
def peer() -> Iterator[DeflatingPeer]:
    both = DeflatingPeer()
    yield both
    both.wire.close()
    both.theirs.close()


def agree(peer: DeflatingPeer, behind: bytes = b"") -> None:
    peer.theirs.sendall(b"t1 OK go on deflated\r\n" + behind)
    peer.wire.compress()
    assert peer.theirs.recv(65_536) == b"t1 COMPRESS DEFLATE\r\n"


def test_what_comes_right_behind_the_answer_is_deflated(peer: DeflatingPeer) -> None:
    agree(peer, peer.deflated(b"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\nt2 OK done\r\n"))
    responses: list[Response] = []
    peer.wire.run(FETCH, responses.append)
    assert responses == [[b"* 1 FETCH (UID 1 BODY[] {5}\r\n", b"hello", b")\r\n"]]
    assert peer.heard() == b"t2 UID FETCH 1 (UID BODY.PEEK[])\r\n"


def test_octets_that_come_one_by_one(peer: DeflatingPeer) -> None:
    agree(peer)
    for octet in peer.deflated(b"* OK [ALERT] still here\r\nt2 OK done\r\n"):
        peer.theirs.sendall(bytes([octet]))
    assert peer.wire.run(NOOP).text == "done"


@pytest.mark.parametrize("size", [1, 65_535, 262_144, 262_145, 3_000_000])
def test_literals_of_every_size_come_out_whole(peer: DeflatingPeer, size: int) -> None:
    # Runs of one octet deflate a thousand to one: zlib holds octets back that found no room.
    octets = (b"a" * 700_000 + Random(size).randbytes(1_000) + b"b" * 3_000_000)[:size]
    agree(
        peer,
        peer.deflated(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%b)\r\nt2 OK done\r\n" % (size, octets)),
    )
    responses: list[Response] = []
    peer.wire.run(FETCH, responses.append)
    assert responses[0][1] == octets


def test_a_line_without_an_end_is_not_unpacked_without_end(
    peer: DeflatingPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.imap.wire.LINE_LIMIT", 1 << 20)
    agree(peer, peer.deflated(b"* OK " + b"a" * (40 << 20)))
    with pytest.raises(ConnectionLost, match="without an end"):
        peer.wire.run(NOOP)


def test_garbage_ends_the_connection(peer: DeflatingPeer) -> None:
    agree(peer, b"\xff" * 100)
    with pytest.raises(ConnectionLost, match="deflated wrongly"):
        peer.wire.run(NOOP)
    assert peer.wire.dead


def test_an_end_of_the_stream_ends_the_connection(peer: DeflatingPeer) -> None:
    agree(peer, peer.deflated(b"* 1 EXISTS\r\n"))
    peer.theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionLost, match="the server closed the connection"):
        peer.wire.run(NOOP)


@pytest.fixture
def slow_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line counts as slow, however quick this machine is."""
    monkeypatch.setattr(stream_module, "SLOW_LINE", 1 << 60)
    monkeypatch.setattr(stream_module, "SHOWN_AFTER", -1.0)
    monkeypatch.setattr(stream_module, "NEAR", -1.0)


@pytest.mark.usefixtures("slow_line")
@pytest.mark.parametrize("kind", ["dovecot", "cyrus"])
def test_bulk_work_on_a_slow_line_is_deflated(
    kind: str, request: pytest.FixtureRequest, dovecot_user: DovecotUser
) -> None:
    server: Dovecot | Cyrus = request.getfixturevalue(kind)
    user, password = dovecot_user.name, dovecot_user.password
    if isinstance(server, Cyrus):
        user, password = "deflated", server.add_user("deflated")
    sent = [Sample((), EPOCH, message(number, "hello " * 2_000)) for number in range(1, 121)]
    append_messages("127.0.0.1", server.port, user, password, "INBOX", sent)
    kept = Kept()
    with (
        RecordingProxy(server.port).running() as proxy,
        store_on(proxy.port, user=user, password=password, connections=1) as store,
    ):
        inbox = store.find_folder("INBOX").result()
        rows = store.page(inbox, 1, Order(descending=False), size=200).result().summaries
        store.raw([row.identity for row in rows], kept).result()
    assert kept.failed == {}
    assert [kept.whole[row.identity.uid] for row in rows] == [sample.raw for sample in sent]
    assert proxy.commands.count(b"COMPRESS DEFLATE") == 1
    assert proxy.received < sum(len(sample.raw) for sample in sent) // 4


@pytest.mark.usefixtures("slow_line")
def test_a_server_that_refuses_is_asked_once() -> None:
    with ScriptedServer(
        capabilities=b"CAPABILITY IMAP4rev1 COMPRESS=DEFLATE",
        answers={"COMPRESS": lambda tag, _rest: tag + b" NO [COMPRESSIONACTIVE] by TLS\r\n"},
    ).running() as server:
        session = Session.open(
            Endpoint("127.0.0.1", server.port, Security.PLAIN, "x"), "x", Trust()
        )
        session.compress_if_slow()
        session.compress_if_slow()
        session.look()
        session.close()
    assert [line.partition(b" ")[2] for line in server.lines].count(b"COMPRESS DEFLATE") == 1


def test_a_quick_line_is_left_alone() -> None:
    assert_left_alone()


@pytest.mark.usefixtures("slow_line")
def test_a_slow_server_on_a_quick_line_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "NEAR", 60.0)
    assert_left_alone()


def assert_left_alone() -> None:
    with ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1 COMPRESS=DEFLATE").running() as server:
        session = Session.open(
            Endpoint("127.0.0.1", server.port, Security.PLAIN, "x"), "x", Trust()
        )
        session.compress_if_slow()
        session.close()
    assert not any(b"COMPRESS" in line for line in server.lines)
