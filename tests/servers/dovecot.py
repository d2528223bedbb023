"""Debian's Dovecot, run by the tests on loopback ports of its own."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "open-sesame"

_CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
instance_name = tuimail-{pid}
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {mail_user}
mail_gid = {mail_group}
mail_home = {mail}/%u
mail_location = mdbox:~/mdbox
mail_plugins = zlib
protocol imap {{
  mail_plugins = zlib imap_zlib
  mail_max_userip_connections = 100
}}
disable_plaintext_auth = no
auth_mechanisms = plain login
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
ssl_min_protocol = TLSv1.2
# a test mailbox lives for minutes
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={mail}/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
  mailbox Trash {{
    special_use = \\Trash
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
  service_count = 0
  process_min_avail = 1
}}
service imap {{
  process_limit = 200
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server. Every user name exists, with an empty INBOX and `PASSWORD`."""

    base: Path
    port: int
    tls_port: int

    @property
    def certificate(self) -> Path:
        """PEM of the self-signed certificate, for localhost and 127.0.0.1."""
        return self.base / "cert.pem"

    def user(self, name: str) -> DovecotUser:
        """A mailbox of this name; fresh as long as no test used the name before."""
        return DovecotUser(self, name)

    def doveadm(self, *arguments: str) -> str:
        """What `doveadm ARGUMENTS` prints."""
        done = subprocess.run(
            ["doveadm", "-c", str(self.base / "dovecot.conf"), *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


@dataclass(frozen=True, slots=True)
class DovecotUser:
    """One user's mailbox, filled through plain imaplib."""

    server: Dovecot
    name: str
    password: str = PASSWORD

    @contextlib.contextmanager
    def connection(self) -> Iterator[imaplib.IMAP4]:
        """A signed-in imaplib connection, which may change the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.server.port)
        client.login(self.name, self.password)
        try:
            yield client
        finally:
            client.logout()

    def create(self, *folders: str) -> None:
        """Create folders, named as on the wire (modified UTF-7)."""
        with self.connection() as client:
            for folder in folders:
                _expect_ok(client.create(_quote(folder)))

    def append(
        self, *messages: bytes, folder: str = "INBOX", flags: str = "", internal_date: str = ""
    ) -> None:
        """Append raw messages; `internal_date` as `17-Jul-2024 02:44:25 +0000`."""
        date = f'"{internal_date}"' if internal_date else ""
        with self.connection() as client:
            for message in messages:
                _expect_ok(client.append(_quote(folder), f"({flags})", date, message))

    def flags(self, folder: str = "INBOX") -> str:
        """Flags of every message as the server keeps them, \\Recent included."""
        return self.server.doveadm(
            "-f", "tab", "fetch", "-u", self.name, "uid flags", "mailbox", folder
        )

    def expunge(self, *uids: int, folder: str = "INBOX") -> None:
        """Delete messages for good, from another connection."""
        with self.connection() as client:
            _expect_ok(client.select(_quote(folder)))
            for uid in uids:
                _expect_ok(client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)"))
            _expect_ok(client.expunge())


def is_installed() -> bool:
    """Whether Debian's dovecot is on this machine."""
    return shutil.which("dovecot") is not None and shutil.which("doveadm") is not None


@contextlib.contextmanager
def running_dovecot(mail: Path | None = None) -> Iterator[Dovecot]:
    """Start a server of our own; it is ended by its process id.

    `mail` is where mail stays when it has ended; every folder above has to let others pass.
    """
    # Not pytest's tmp_path: the mail user has to pass through every folder above.
    base = Path(tempfile.mkdtemp(prefix="tuimail-dovecot-"))
    base.chmod(0o755)
    try:
        server = Dovecot(base, free_port(), free_port())
        _write_config(server, mail or base / "mail")
        subprocess.run(
            ["dovecot", "-c", str(base / "dovecot.conf")],
            check=True,
            # a captured pipe would be held open by the daemon
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(server.port)
            yield server
        finally:
            stop_by_pid(base)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _write_config(server: Dovecot, mail: Path) -> None:
    base = server.base
    for folder in (base / "run", base / "state", mail):
        folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        mail_user, mail_group = "nobody", "nogroup"
        internal = group = "dovecot"
        login = "dovenull"
        shutil.chown(mail, mail_user, mail_group)
    else:
        mail_user = internal = login = pwd.getpwuid(os.getuid()).pw_name
        mail_group = group = str(os.getgid())
    make_certificate(base)
    (base / "dovecot.conf").write_text(
        _CONFIG.format(
            base=base,
            mail=mail,
            pid=os.getpid(),
            internal=internal,
            group=group,
            login=login,
            mail_user=mail_user,
            mail_group=mail_group,
            password=PASSWORD,
            port=server.port,
            tls_port=server.tls_port,
        )
    )


def stop_by_pid(base: Path) -> None:
    """End the master process whose id stands in `run/master.pid`, and wait for its end."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int((base / "run" / "master.pid").read_text())
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.02)


def make_certificate(base: Path) -> None:
    """A self-signed certificate for localhost: `cert.pem` and `key.pem`."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(base / "key.pem"), "-out", str(base / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens; raises OSError after ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _quote(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _expect_ok(answer: tuple[str, object]) -> None:
    if answer[0] != "OK":
        raise AssertionError(f"Dovecot refused: {answer}")
