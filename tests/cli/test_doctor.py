"""`tuimail doctor` on good servers and poor ones."""

from __future__ import annotations

import re

from tests.cli.command import run, url
from tests.cli.conftest import POOR, Served
from tests.servers.archive import PASSWORD, RecordingConnection, RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import mailbox_of
from tuimail.archive.command import Command
from tuimail.archive.response import no
from tuimail.imap.command import ALLOWED


def ways(lines: list[str]) -> dict[str, str]:
    """`yes` or `no` by the name of the fast way."""
    found = (re.match(r"(yes|no) +([A-Z=+-]+) ", line) for line in lines)
    return {match[2]: match[1] for match in found if match}


def test_a_server_that_offers_much(filled_dovecot: Served) -> None:
    done = run("doctor", filled_dovecot.url, password=filled_dovecot.password)
    assert done.status == 0, done.said
    assert re.search(r"^server       127\.0\.0\.1:\d+, which greets: Dovecot .*$", done.text, re.M)
    assert "\ncalls itself name Dovecot" in done.text
    assert "\nsigned in    as demo-reader\n" in done.text
    assert re.search(r"^round trip   \d+\.\d ms$", done.text, re.M)
    assert re.search(
        r"^throughput   .*/s on one connection \(measured with 50 mess", done.text, re.M
    )
    assert "\nconnections  4 of 4\n" in done.text
    assert set(ways(done.lines).values()) == {"yes"}
    assert "warning: nothing hides the password" in done.text
    assert " UIDPLUS " in done.text


def test_a_poor_server() -> None:
    with RecordingServer(mailbox_of(3), capabilities=POOR) as server:
        done = run("doctor", url(server.port))
        names = {command.removeprefix(b"UID ").split(b" ")[0] for command in server.commands}
    assert done.status == 0
    assert set(ways(done.lines).values()) == {"no"}
    assert "no   SORT         --sort is slow" in done.text
    assert "calls itself" not in done.text
    assert names <= ALLOWED
    assert b"ID" not in names


def test_tls(dovecot_user: DovecotUser) -> None:
    server = dovecot_user.server
    account = f"imaps://{dovecot_user.name}@localhost:{server.tls_port}"
    done = run("doctor", account, "--ca-file", str(server.certificate))
    assert done.status == 0, done.said
    assert re.search(r"^protection   TLSv1\.[23]$", done.text, re.M)
    assert "throughput   unknown: the INBOX is empty" in done.text
    assert "Nothing else will be slow or refused" in done.text


def test_a_server_that_allows_few_connections() -> None:
    class Limited(RecordingConnection):
        def handle_login(self, command: Command) -> str:
            if len(self.server.connections) > 2:
                raise no("[LIMIT] Too many connections")
            return super().handle_login(command)

    with RecordingServer(mailbox_of(3), connection_class=Limited) as server:
        done = run("doctor", url(server.port), password=PASSWORD)
    assert "\nconnections  2 of 4\n" in done.text
    assert "warning: only 2 of 4 connections can be open together: " in done.text


def test_nothing_is_changed(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(b"Subject: unread\r\n\r\ntext\r\n")
    before = dovecot_user.flags()
    account = url(dovecot_user.server.port, dovecot_user.name)
    assert run("doctor", account, password=dovecot_user.password).status == 0
    assert dovecot_user.flags() == before


def test_words_of_a_server_are_shown_safely() -> None:
    class Hostile(RecordingConnection):
        def greet(self) -> None:
            self.send_now(b"* OK [CAPABILITY IMAP4rev1 ID X\x1b[2J] \x1b]0;title\x07 hello\r\n")

        def handle_id(self, _: Command) -> str:
            self.send(b'* ID ("na\x1bme" "\xc2\x9b31m")\r\n')
            return "done"

    with RecordingServer(
        mailbox_of(1), capabilities=("IMAP4rev1", "ID", "X\x1b[2J"), connection_class=Hostile
    ) as server:
        done = run("doctor", url(server.port))
    assert done.status == 0
    assert "calls itself na�me �31m" in done.text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.text)
