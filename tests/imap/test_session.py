"""Opening, signing in and looking, against Dovecot and against servers that play foul."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot, DovecotUser
from tests.servers.scripted import ScriptedServer
from tuimail.errors import (
    CertificateError,
    CommandRefused,
    ConnectError,
    MessageUnreadable,
    SignInError,
    UsageError,
)
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.folder import Folder, FolderStatus
from tuimail.imap.session import Session
from tuimail.imap.statuses import ask_statuses
from tuimail.imap.trust import Trust


def fingerprint_of(certificate: Path) -> str:
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    return hashlib.sha256(der).hexdigest().upper()


def test_each_security_signs_in(dovecot: Dovecot, dovecot_user: DovecotUser) -> None:
    by_file = Trust(ca_file=dovecot.certificate)
    by_print = Trust(fingerprint=fingerprint_of(dovecot.certificate))
    for host, port, security, trust in (
        ("127.0.0.1", dovecot.port, Security.PLAIN, Trust()),
        ("localhost", dovecot.port, Security.STARTTLS, by_file),
        ("localhost", dovecot.tls_port, Security.TLS, by_file),
        ("127.0.0.1", dovecot.tls_port, Security.TLS, by_print),
        ("127.0.0.1", dovecot.port, Security.STARTTLS, by_print),
    ):
        endpoint = Endpoint(host, port, security, dovecot_user.name)
        session = Session.open(endpoint, dovecot_user.password, trust)
        assert session.examine(b"INBOX").total == 0
        assert "SORT" in session.capabilities
        session.close()


def test_a_certificate_that_nobody_vouches_for(dovecot: Dovecot) -> None:
    for port, security in (
        (dovecot.tls_port, Security.TLS),
        (dovecot.port, Security.STARTTLS),
    ):
        with pytest.raises(CertificateError, match="not to be trusted: self-signed"):
            Session.open(Endpoint("localhost", port, security, "x"), "x", Trust())


def test_another_certificate_than_the_pinned_one(dovecot: Dovecot) -> None:
    endpoint = Endpoint("localhost", dovecot.tls_port, Security.TLS, "x")
    with pytest.raises(CertificateError, match="not the pinned one") as caught:
        Session.open(endpoint, "x", Trust(fingerprint="ab" * 32))
    assert fingerprint_of(dovecot.certificate).lower() in str(caught.value)


def test_the_name_in_the_certificate_counts(dovecot: Dovecot) -> None:
    # another name of the address that the certificate names
    for port, security in (
        (dovecot.tls_port, Security.TLS),
        (dovecot.port, Security.STARTTLS),
    ):
        endpoint = Endpoint("127.1", port, security, "x")
        with pytest.raises(CertificateError, match="Hostname mismatch"):
            Session.open(endpoint, "x", Trust(ca_file=dovecot.certificate))


@pytest.mark.parametrize("fingerprint", ["", "abc", "zz" * 32, "ab" * 33])
def test_a_fingerprint_that_is_none(fingerprint: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        Trust(fingerprint=fingerprint).context()


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    with pytest.raises(UsageError, match="no certificate in it"):
        Trust(ca_file=tmp_path / "empty.pem").context()
    with pytest.raises(UsageError, match="No such file"):
        Trust(ca_file=tmp_path / "missing.pem").context()


def test_a_wrong_password(dovecot: Dovecot, dovecot_user: DovecotUser) -> None:
    endpoint = Endpoint("127.0.0.1", dovecot.port, Security.PLAIN, dovecot_user.name)
    with pytest.raises(SignInError, match=r"refused to sign in user\d+: Authentication failed"):
        Session.open(endpoint, "wrong", Trust())


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ConnectError, match=f"cannot connect to 127.0.0.1:{port}: connection"):
            Session.open(Endpoint("127.0.0.1", port, Security.PLAIN, "x"), "x", Trust())


def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(ConnectError, match=r"no host named nowhere\.invalid"):
        Session.open(Endpoint("nowhere.invalid", 143, Security.PLAIN, "x"), "x", Trust())


@pytest.mark.parametrize(
    ("greeting", "sentence"),
    [
        (b"* PREAUTH welcome, stranger\r\n", "signs everybody in unasked"),
        (b"* BYE too many connections\r\n", "too many connections"),
        (b"SSH-2.0-OpenSSH_9\r\n", "no IMAP server"),
        (b"* OK \x1b]0;title\x07\r\n", "does not offer STARTTLS"),
    ],
)
def test_greetings_that_are_no_welcome(greeting: bytes, sentence: str) -> None:
    with ScriptedServer(greeting=greeting).running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.STARTTLS, "ada")
        with pytest.raises(ConnectError, match=sentence) as caught:
            Session.open(endpoint, "secret", Trust())
    assert str(caught.value).isprintable()
    assert not any(b"secret" in line for line in server.lines)


@pytest.mark.parametrize(
    "capabilities",
    [
        b"CAPABILITY IMAP4rev1 \xe2\x80\xae",
        b"CAPABILITY {99999999999999999999}",
        b"CAPABILITY {3}\r\nabc",
        b"",
    ],
)
def test_capabilities_that_are_garbage(capabilities: bytes) -> None:
    with ScriptedServer(greeting=b"* OK hello\r\n", capabilities=capabilities).running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        with pytest.raises(ConnectError, match="no IMAP server we can use") as caught:
            Session.open(endpoint, "secret", Trust())
    assert str(caught.value).isprintable()
    assert not any(b"secret" in line for line in server.lines)


def test_a_password_of_any_octets_is_sent_as_it_is() -> None:
    # what Python makes of the octets 73 FF in the environment
    for password, octets in (("s\udcff", b"s\xff"), ("s\xff", b"s\xc3\xbf")):
        script = ScriptedServer(capabilities=b"CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR")
        script.greeting = b"* OK [" + script.capabilities + b"] hi\r\n"
        with script.running() as server:
            endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
            Session.open(endpoint, password, Trust()).close()
        response = base64.b64encode(b"\0ada\0" + octets)
        assert any(line.endswith(b"AUTHENTICATE PLAIN " + response) for line in server.lines)


def test_login_quotes_what_needs_it() -> None:
    with ScriptedServer().running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, 'a"da')
        Session.open(endpoint, "back\\slash word", Trust()).close()
    assert b'LOGIN "a\\"da" "back\\\\slash word"' in [
        line.partition(b" ")[2] for line in server.lines
    ]


def test_a_line_break_in_a_password_is_not_sent() -> None:
    with ScriptedServer().running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        with pytest.raises(Exception, match="breaks the line"):
            Session.open(endpoint, "x\r\nt9 DELETE INBOX", Trust())
    assert not any(b"DELETE" in line for line in server.lines)


def test_authenticate_plain_where_login_is_disabled_or_the_password_is_not_ascii() -> None:
    disabled = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR LOGINDISABLED] hi\r\n"
    plain = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n"
    for greeting, password in ((disabled, "secret"), (plain, "gehäuse")):
        offered = greeting[len(b"* OK [") : greeting.index(b"]")]
        script = ScriptedServer(greeting=greeting, capabilities=offered)
        with script.running() as server:
            endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
            Session.open(endpoint, password, Trust()).close()
        response = base64.b64encode(f"\0ada\0{password}".encode())
        assert b"AUTHENTICATE PLAIN " + response in [
            line.partition(b" ")[2] for line in server.lines
        ]


def test_folders_and_counts(dovecot_user: DovecotUser, dovecot: Dovecot) -> None:
    dovecot_user.create("Archive/2024", "Pl&AOQ-ne", "R&-D", "&ZeVnLIqe-", 'say "hi"')
    dovecot_user.append(b"Subject: a\r\n\r\nb\r\n", b"Subject: b\r\n\r\n", flags="\\Seen")
    dovecot_user.append(b"Subject: c\r\n\r\n", folder="R&-D")
    endpoint = Endpoint("127.0.0.1", dovecot.port, Security.PLAIN, dovecot_user.name)
    session = Session.open(endpoint, dovecot_user.password, Trust())
    folders = session.list_folders()
    assert {str(f.name) for f in folders} == {
        "INBOX", "Archive", "Archive/2024", "Pläne", "R&D", "日本語", 'say "hi"',
    }  # fmt: skip
    counts: dict[str, FolderStatus] = {}

    def note(folder: Folder, status: FolderStatus) -> None:
        counts[str(folder.name)] = status

    ask_statuses(session, [f for f in folders if f.selectable], note)
    assert (counts["INBOX"].messages, counts["INBOX"].unseen) == (2, 0)
    assert (counts["R&D"].messages, counts["R&D"].unseen) == (1, 1)
    assert "Archive" not in counts
    archive = next(f for f in folders if str(f.name) == "Archive")
    assert not archive.selectable
    assert [str(level) for level in archive.path] == ["Archive"]
    with pytest.raises(CommandRefused):
        session.examine(b"Archive")
    session.close()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'* LIST (\\HasNoChildren) "/" "INBOX"', "INBOX"),
        (b'* LIST () NIL flat', "flat"),
        (b'* LIST (\\Noselect) "." {7}\r\na\xc3\xa4.b"x', 'aä.b"x'),
        (b'* LIST () "/" "bad &!!!- utf7"', "bad &!!!- utf7"),
        (b'* LIST () "/" "latin \xe4"', "latin \\xe4"),
        (b'* LIST "/" noflags', "noflags"),
        (b"* LIST () \"/\" NIL", "NIL"),
    ],
)  # fmt: skip
def test_odd_list_lines_are_listed_and_broken_ones_passed_over(line: bytes, name: str) -> None:
    broken = b'* LIST (((\r\n* LIST\r\n* LIST ()\r\n* LIST () "/" ""\r\n'
    script = ScriptedServer()
    script.answers["LIST"] = lambda tag, _rest: broken + line + b"\r\n" + tag + b" OK\r\n"
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        session = Session.open(endpoint, "secret", Trust())
        assert [str(f.name) for f in session.list_folders()] == [name]
        session.close()


def test_a_folder_without_uidvalidity_is_refused() -> None:
    script = ScriptedServer()
    script.answers["EXAMINE"] = lambda tag, _rest: b"* 1 EXISTS\r\n" + tag + b" OK\r\n"
    with script.running() as server:
        endpoint = Endpoint("127.0.0.1", server.port, Security.PLAIN, "ada")
        session = Session.open(endpoint, "secret", Trust())
        with pytest.raises(MessageUnreadable, match="no UIDVALIDITY"):
            session.examine(b"INBOX")
        session.close()
