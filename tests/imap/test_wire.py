"""The wire against a server that says whatever a test wrote down."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.patience import patience
from tuimail.errors import CommandRefused, ConnectionLost, DeadlineExceeded, ProtocolError
from tuimail.imap import wire as wire_module
from tuimail.imap.command import Command, Literal
from tuimail.imap.wire import Listener, Response, Wire

FETCH = Command(b"UID FETCH", (b"1:*", b"(UID BODY.PEEK[])"))


class Peer:
    """A wire, and the other end of its socket."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.wire = Wire(ours)
        self.heard = self.theirs.makefile("rb")

    def say(self, octets: bytes) -> None:
        self.theirs.sendall(octets)

    def say_later(self, talk: Callable[[], None]) -> None:
        threading.Thread(target=talk, daemon=True).start()


@pytest.fixture
def peer() -> Iterator[Peer]:
    both = Peer()
    yield both
    both.wire.close()
    both.heard.close()
    both.theirs.close()


def test_responses_come_as_lines_and_literals(peer: Peer) -> None:
    peer.say(
        b'* 1 FETCH (UID 5 BODY[] {5}\r\na\r\nbc)\r\n* LIST () "/" x\r\nt1 OK [X-CODE] fine\r\n'
    )
    heard: list[Response] = []
    completion = peer.wire.run(FETCH, heard.append)
    assert peer.heard.readline() == b"t1 UID FETCH 1:* (UID BODY.PEEK[])\r\n"
    assert heard == [
        [b"* 1 FETCH (UID 5 BODY[] {5}\r\n", b"a\r\nbc", b")\r\n"],
        [b'* LIST () "/" x\r\n'],
    ]
    assert (completion.status, completion.code, completion.text) == ("OK", b"X-CODE", "fine")


def test_a_line_that_looks_like_a_literal_inside_a_literal(peer: Peer) -> None:
    body = b"x {99}\r\nt1 OK fooled\r\n"
    peer.say(b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\nt1 OK done\r\n" % (len(body), body))
    heard: list[Response] = []
    assert peer.wire.run(FETCH, heard.append).text == "done"
    assert heard[0][1] == body


@pytest.mark.parametrize("status", ["NO", "BAD"])
def test_refusals_become_our_error_and_leave_the_wire_alive(peer: Peer, status: str) -> None:
    peer.say(f"t1 {status} [UNAVAILABLE] later \x1b[31mplease\r\n".encode() + b"t2 OK\r\n")
    with pytest.raises(CommandRefused, match=r"refused UID FETCH: later .\[31mplease") as caught:
        peer.wire.run(FETCH)
    assert "\x1b" not in str(caught.value)
    assert (caught.value.status, caught.value.code) == (status, "UNAVAILABLE")
    assert peer.wire.run(Command(b"NOOP")).status == "OK"


def test_several_commands_in_flight_get_their_own_answers(peer: Peer) -> None:
    heard: dict[str, list[Response]] = {"first": [], "second": []}
    first = peer.wire.send(FETCH, heard["first"].append)
    second = peer.wire.send(FETCH, heard["second"].append)
    peer.say(b"* 1 FETCH (UID 1)\r\nt1 OK\r\n* 2 FETCH (UID 2)\r\nt2 OK\r\n")
    peer.wire.finish(second)
    peer.wire.finish(first)
    assert heard == {"first": [[b"* 1 FETCH (UID 1)\r\n"]], "second": [[b"* 2 FETCH (UID 2)\r\n"]]}


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 1_000_000])
def test_literals_go_straight_into_a_sink(peer: Peer, size: int) -> None:
    octets = bytes(range(256)) * (size // 256 + 1)
    octets = octets[:size]
    answer = b"* 1 FETCH (UID 5 BODY[] {%d}\r\n%b)\r\nt1 OK\r\n" % (size, octets)
    peer.say_later(lambda: peer.say(answer))
    sink = io.BytesIO()
    asked: list[tuple[Response, int]] = []

    def open_sink(parts: Response, announced: int) -> io.BytesIO:
        asked.append((list(parts), announced))
        return sink

    heard: list[Response] = []
    peer.wire.run(FETCH, heard.append, open_sink)
    assert sink.getvalue() == octets
    assert asked == [([b"* 1 FETCH (UID 5 BODY[] {%d}\r\n" % size], size)]
    assert heard[0][1] == b""


def test_a_sink_that_fails_ends_the_connection(peer: Peer) -> None:
    class Full:
        def write(self, _octets: bytes, /) -> object:
            raise OSError(28, "No space left on device")

    peer.say(b"* 1 FETCH (UID 5 BODY[] {3}\r\nabc)\r\nt1 OK\r\n")
    with pytest.raises(OSError, match="No space"):
        peer.wire.run(FETCH, open_sink=lambda _parts, _size: Full())
    assert peer.wire.dead
    with pytest.raises(ConnectionLost):
        peer.wire.run(Command(b"NOOP"))


def test_what_is_said_in_passing_goes_to_the_listener(peer: Peer) -> None:
    told: list[tuple[str, object]] = []

    class Notes(Listener):
        def on_exists(self, total: int) -> None:
            told.append(("exists", total))

        def on_expunge(self, number: int) -> None:
            told.append(("expunge", number))

        def on_code(self, code: bytes, text: str) -> None:
            told.append((code.decode(), text))

    peer.wire.listener = Notes()
    peer.say(
        b"* 23 EXISTS\r\n* 4 EXPUNGE\r\n* 2 RECENT\r\n* OK [ALERT] down \x9bat noon\r\n"
        b"* OK still here\r\nt1 OK\r\n"
    )
    heard: list[Response] = []
    peer.wire.run(Command(b"NOOP"), heard.append)
    assert told[:2] == [("exists", 23), ("expunge", 4)]
    assert told[2][0] == "ALERT"
    assert str(told[2][1]).startswith("down ")
    assert "\x9b" not in str(told[2][1])
    assert heard == []


def test_bye_gives_the_reason(peer: Peer) -> None:
    peer.say(b"* BYE shutting down for the night\r\n")
    peer.theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionLost, match="shutting down for the night"):
        peer.wire.run(Command(b"NOOP"))


@pytest.mark.parametrize(
    "octets",
    [b"", b"* 1 FET", b"* 1 FETCH (BODY[] {10}\r\nabc", b"* 1 FETCH (BODY[] {99999}\r\nabc"],
)
def test_a_stream_that_ends_in_the_middle(peer: Peer, octets: bytes) -> None:
    peer.say(octets)
    peer.theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionLost, match="closed the connection"):
        peer.wire.run(FETCH)
    assert peer.wire.dead


@pytest.mark.parametrize("octets", [b"t9 OK what\r\n", b"garbage\r\n", b"\r\n", b"t1 MAYBE\r\n"])
def test_a_line_that_answers_nothing(peer: Peer, octets: bytes) -> None:
    peer.say(octets)
    with pytest.raises(ProtocolError):
        peer.wire.run(FETCH)


def test_a_huge_literal_that_nobody_asked_for_is_not_read(peer: Peer) -> None:
    peer.say(b"* 1 FETCH (BODY[] {1900000000}\r\n")
    with pytest.raises(ProtocolError, match="1,900,000,000"):
        peer.wire.run(FETCH)


def test_an_endless_line_is_cut_off(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "LINE_LIMIT", 10_000)
    peer.say_later(lambda: peer.say(b"x" * 20_000))
    with pytest.raises(ProtocolError, match="without an end"):
        peer.wire.run(FETCH)


@pytest.mark.parametrize(
    "drip", [b"", b"* OK still here\r\n", b"x"], ids=["silence", "chatter", "an endless line"]
)
def test_the_deadline_is_one_for_the_whole_answer(peer: Peer, drip: bytes) -> None:
    done = threading.Event()

    def talk() -> None:
        while drip and not done.wait(0.02):
            peer.say(drip)

    peer.say_later(talk)
    with patience():
        with pytest.raises(DeadlineExceeded):
            peer.wire.run(FETCH, timeout=0.3)
        done.set()
    assert peer.wire.dead


def test_data_that_come_earn_time(peer: Peer) -> None:
    """Twice the deadline in all, and each literal earns more than it takes."""

    def talk() -> None:
        pause = threading.Event()
        for _ in range(8):
            pause.wait(0.1)
            peer.say(b"* 1 FETCH (BODY[] {2048}\r\n%b)\r\n" % bytes(2048))
        peer.say(b"t1 OK done\r\n")

    peer.say_later(talk)
    assert peer.wire.run(FETCH, timeout=0.4).text == "done"


def test_shutdown_from_another_thread_ends_a_blocked_read(peer: Peer) -> None:
    def shut() -> None:
        peer.heard.readline()
        peer.wire.shutdown()

    peer.say_later(shut)
    with patience(), pytest.raises(ConnectionLost, match="connection was closed"):
        peer.wire.run(Command(b"NOOP"))


def test_a_literal_argument_waits_for_the_server(peer: Peer) -> None:
    def talk() -> None:
        assert peer.heard.readline() == b"t1 EXAMINE {6}\r\n"
        peer.say(b"+ go on\r\n")
        assert peer.heard.readline() == "äöü\r\n".encode()
        peer.say(b"t1 OK done\r\n")

    peer.say_later(talk)
    assert peer.wire.run(Command(b"EXAMINE", (Literal("äöü".encode()),))).text == "done"


def test_a_literal_argument_that_is_refused(peer: Peer) -> None:
    peer.say(b"t1 BAD too long\r\nt2 OK\r\n")
    with pytest.raises(CommandRefused, match="too long"):
        peer.wire.run(Command(b"EXAMINE", (Literal(b"x"),)))
    assert peer.wire.run(Command(b"NOOP")).status == "OK"


def test_a_literal_argument_without_waiting(peer: Peer) -> None:
    peer.wire.literal_plus = True
    peer.say(b"t1 OK\r\n")
    peer.wire.run(Command(b"EXAMINE", (Literal(b"ab"),)))
    assert peer.heard.readline() + peer.heard.readline() == b"t1 EXAMINE {2+}\r\nab\r\n"
