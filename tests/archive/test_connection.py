"""One connection: signing in, states, what it never does."""

from __future__ import annotations

import base64
import imaplib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.archive.client import Client, connected
from tests.servers.archive import PASSWORD, RecordingServer, mailbox_of
from tuimail.archive.mailbox import Mailbox, StoredFolder, StoredMessage
from tuimail.archive.server import CAPABILITIES


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(mailbox_of(5)) as server:
        yield server


@pytest.fixture
def stranger(server: RecordingServer) -> Iterator[Client]:
    """A client that has not signed in."""
    client = Client(server.port)
    yield client
    client.close()


@pytest.fixture
def client(server: RecordingServer) -> Iterator[Client]:
    """A client with no folder selected."""
    with connected(server, folder="") as client:
        yield client


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def test_greeting_and_capability(stranger: Client) -> None:
    listed = f"{' '.join(CAPABILITIES)} AUTH=PLAIN".encode()
    assert stranger.greeting == b"* OK [CAPABILITY " + listed + b"] tuimail archive\r\n"
    assert stranger.ask("CAPABILITY").startswith(b"* CAPABILITY " + listed + b"\r\n")


def test_capabilities_are_what_the_server_was_told() -> None:
    with RecordingServer(mailbox_of(1), capabilities=("IMAP4rev1",)) as server:
        client = Client(server.port)
        assert client.ask("CAPABILITY").startswith(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
        client.close()


@pytest.mark.parametrize(
    "command",
    [
        f"LOGIN demo {PASSWORD}",
        f'LOGIN "demo" "{PASSWORD}"',
        f"LOGIN {{4+}}\r\ndemo {{{len(PASSWORD)}+}}\r\n{PASSWORD}",
        f"AUTHENTICATE PLAIN {plain('demo', PASSWORD)}",
    ],
)
def test_signing_in(stranger: Client, command: str) -> None:
    answer = stranger.ask(command)
    assert answer == f"T OK [CAPABILITY {' '.join(CAPABILITIES)}] Logged in\r\n".encode()


def test_authenticate_in_two_steps(stranger: Client) -> None:
    stranger.send("AUTHENTICATE PLAIN")
    assert stranger.read_line() == b"+ \r\n"
    stranger.socket.sendall(plain("demo", PASSWORD).encode() + b"\r\n")
    assert stranger.read_answer().startswith(b"T OK ")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("LOGIN demo wrong", b"T NO [AUTHENTICATIONFAILED]"),
        (f"LOGIN other {PASSWORD}", b"T NO [AUTHENTICATIONFAILED]"),
        (f"AUTHENTICATE PLAIN {plain('demo', 'wrong')}", b"T NO [AUTHENTICATIONFAILED]"),
        ("AUTHENTICATE PLAIN *", b"T BAD Error in IMAP command AUTHENTICATE: "),
        ("AUTHENTICATE PLAIN eA==", b"T BAD Error in IMAP command AUTHENTICATE: "),
        ("AUTHENTICATE CRAM-MD5", b"T NO [CANNOT] "),
        ("LOGIN demo", b"T BAD Error in IMAP command LOGIN: "),
        ("LOGIN demo (x)", b"T BAD Error in IMAP command LOGIN: "),
        ("EXAMINE INBOX", b"T BAD Error in IMAP command EXAMINE: Sign in first"),
        ("FETCH 1 UID", b"T BAD Error in IMAP command FETCH: Sign in first"),
    ],
)
def test_a_stranger_is_refused(stranger: Client, command: str, answer: bytes) -> None:
    assert stranger.ask(command).startswith(answer)
    assert stranger.ask('LIST "" *').startswith(b"T BAD ")


def test_signing_in_twice(client: Client) -> None:
    assert client.ask(f"LOGIN demo {PASSWORD}").startswith(b"T BAD ")


@pytest.mark.parametrize("command", ["EXAMINE", "SELECT"])
def test_a_folder_is_opened_read_only(client: Client, command: str) -> None:
    assert client.ask(f"{command} inbox") == (
        b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
        b"* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n"
        b"* 5 EXISTS\r\n"
        b"* 0 RECENT\r\n"
        b"* OK [UNSEEN 3] First unseen.\r\n"
        b"* OK [UIDVALIDITY 1] UIDs valid\r\n"
        b"* OK [UIDNEXT 6] Predicted next UID\r\n"
        b"T OK [READ-ONLY] " + command.capitalize().encode() + b" completed.\r\n"
    )


def test_a_folder_is_closed_by_the_next(client: Client) -> None:
    client.ask("EXAMINE INBOX")
    assert client.ask("EXAMINE INBOX").startswith(b"* OK [CLOSED] ")
    assert client.ask("EXAMINE nowhere").splitlines()[-1].startswith(b"T NO [NONEXISTENT]")
    assert client.ask("FETCH 1 UID").startswith(b"T BAD ")


@pytest.mark.parametrize("command", ["CLOSE", "UNSELECT"])
def test_closing_a_folder(client: Client, command: str) -> None:
    client.ask("EXAMINE INBOX")
    assert client.ask(command).startswith(b"T OK ")
    no_mailbox = b"T BAD Error in IMAP command FETCH: No mailbox selected\r\n"
    assert client.ask("FETCH 1 UID") == no_mailbox


@pytest.mark.parametrize(
    "command",
    [
        "STORE 1 +FLAGS (\\Seen)",
        "UID STORE 1 +FLAGS (\\Seen)",
        "COPY 1 Other",
        "UID MOVE 1 Other",
        "EXPUNGE",
        "CREATE Other",
        "DELETE INBOX",
        "RENAME INBOX Other",
        "SUBSCRIBE INBOX",
        "APPEND INBOX {4+}\r\ntext",
    ],
)
def test_nothing_is_ever_changed(client: Client, command: str) -> None:
    client.ask("SELECT INBOX")
    assert client.ask(command) == b"T NO [READ-ONLY] This mailbox cannot be changed\r\n"
    assert b" 5 EXISTS" in client.ask("EXAMINE INBOX")


def test_reading_a_message_does_not_make_it_seen(client: Client) -> None:
    client.ask("SELECT INBOX")
    client.ask("FETCH 3 BODY[]")
    assert client.ask("FETCH 3 FLAGS").startswith(b"* 3 FETCH (FLAGS ())\r\n")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("NOOP", b"T OK NOOP completed.\r\n"),
        ("noop", b"T OK NOOP completed.\r\n"),
        ("ENABLE UTF8=ACCEPT", b"* ENABLED\r\nT OK Enabled.\r\n"),
        ("NAMESPACE", b'* NAMESPACE (("" "/")) NIL NIL\r\nT OK Namespace completed.\r\n'),
        ("NONSENSE", b"T BAD Error in IMAP command NONSENSE: Unknown command\r\n"),
        ("UID NOOP", b"T BAD Error in IMAP command NOOP: Unknown command\r\n"),
        ("FETCH (", b"* BAD Missing )\r\n"),
    ],
)
def test_the_rest(client: Client, command: str, answer: bytes) -> None:
    client.send(command)
    for line in answer.splitlines(keepends=True):
        assert client.read_line() == line


def test_id(stranger: Client) -> None:
    assert stranger.ask("ID NIL").startswith(b'* ID ("name" "tuimail" "version" "')


def test_idle(client: Client) -> None:
    client.ask("EXAMINE INBOX")
    client.send("IDLE")
    assert client.read_line() == b"+ idling\r\n"
    client.socket.sendall(b"DONE\r\n")
    assert client.read_answer() == b"T OK Idle completed.\r\n"


def test_commands_sent_together_are_answered_in_turn(client: Client) -> None:
    client.socket.sendall(b"T EXAMINE INBOX\r\nT FETCH 1 UID\r\nT NOOP\r\n")
    assert client.read_answer().endswith(b"Examine completed.\r\n")
    assert client.read_answer().startswith(b"* 1 FETCH (UID 1)\r\n")
    assert client.read_answer() == b"T OK NOOP completed.\r\n"


def test_logout_ends_the_connection(client: Client) -> None:
    assert client.ask("LOGOUT") == b"* BYE Logging out\r\nT OK Logout completed.\r\n"
    assert client.socket.recv(1) == b""


def test_a_message_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    date = datetime(2024, 1, 1, tzinfo=UTC)
    gone = StoredMessage(1, (tmp_path / "gone.eml").read_bytes, date)
    here = StoredMessage(2, lambda: b"Subject: x\r\n\r\n", date)
    mailbox = Mailbox((StoredFolder("INBOX", (gone, here)),))
    with RecordingServer(mailbox) as server, connected(server) as client:
        assert client.ask("FETCH 1:2 RFC822.SIZE") == (
            b"* 2 FETCH (RFC822.SIZE 14)\r\nT NO [SERVERBUG] 1 messages could not be read\r\n"
        )
        assert client.ask("SEARCH TEXT x").startswith(b"T NO [SERVERBUG]")
        assert client.ask("NOOP").startswith(b"T OK")


def test_pythons_own_client(server: RecordingServer) -> None:
    client = imaplib.IMAP4("127.0.0.1", server.port)
    client.login("demo", server.password)
    assert client.list() == ("OK", [b'(\\HasNoChildren) "/" "INBOX"'])
    assert client.select("INBOX", readonly=True) == ("OK", [b"5"])
    assert client.search(None, "UNSEEN") == ("OK", [b"3"])
    status, data = client.fetch("1:2", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    assert status == "OK"
    assert data[0] == (
        b"1 (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {22}",
        b"Subject: Message 1\r\n\r\n",
    )
    client.logout()
