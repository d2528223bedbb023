"""Debian's Cyrus, a second reading of the same standards, run from a folder it was unpacked to.

Its packages and Dovecot's exclude each other, so it is unpacked and not installed: `.ci/run` shows
how. The environment variable `TUIMAIL_CYRUS` names the folder.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.dovecot import (
    PASSWORD,
    free_port,
    make_certificate,
    stop_by_pid,
    wait_for_port,
)

VARIABLE = "TUIMAIL_CYRUS"

_IMAPD = """
configdirectory: {base}/conf
partition-default: {base}/spool
defaultpartition: default
cyrus_user: {user}
admins: admin
servername: localhost
unixhierarchysep: 1
altnamespace: 1
allowplaintext: 1
autocreate_quota: 0
autocreate_users: anyone
autocreate_post: 0
duplicatesuppression: 0
idlesocket: {base}/conf/socket/idle
lmtpsocket: {base}/conf/socket/lmtp
master_pid_file: {base}/run/master.pid
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN LOGIN
sasl_sasldb_path: {base}/sasl/sasldb2
tls_server_cert: {base}/cert.pem
tls_server_key: {base}/key.pem
syslog_prefix: tuimailtest
maxmessagesize: 0
"""
_MASTER = """
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {base}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {base}/imapd.conf -U 30" listen="127.0.0.1:{port}" prefork=1 maxchild=50
}}
EVENTS {{
}}
"""


@dataclass(frozen=True, slots=True)
class Cyrus:
    """A running server; `add_user` makes mailboxes."""

    base: Path
    prefix: Path
    port: int

    def add_user(self, name: str) -> str:
        """A user with an empty INBOX; gives the password."""
        subprocess.run(
            [
                str(self.prefix / "usr/sbin/saslpasswd2"),
                *("-p", "-c", "-f", str(self.base / "sasl/sasldb2"), "-u", "localhost", name),
            ],
            input=PASSWORD,
            text=True,
            check=True,
            env=_environment(self.prefix),
        )
        if os.geteuid() == 0:
            shutil.chown(self.base / "sasl/sasldb2", "nobody", "nogroup")
        return PASSWORD


def unpacked_at() -> Path | None:
    """Where Cyrus was unpacked to; None where it is not to be had."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


@contextlib.contextmanager
def running_cyrus(prefix: Path) -> Iterator[Cyrus]:
    """Start a server of our own; it is ended by its process id."""
    base = Path(tempfile.mkdtemp(prefix="tuimail-cyrus-"))
    base.chmod(0o755)
    server = Cyrus(base, prefix, free_port())
    try:
        _write_config(server)
        master = prefix / "usr/lib/cyrus/bin/master"
        subprocess.run(
            [
                str(master),
                *("-C", str(base / "imapd.conf"), "-M", str(base / "cyrus.conf")),
                *("-p", str(base / "run/master.pid"), "-d", "-L", str(base / "master.log")),
            ],
            check=True,
            env=_environment(prefix),
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


def _write_config(server: Cyrus) -> None:
    base = server.base
    for folder in ["db", "log", "msg", "proc", "quota", "sieve", "user", "socket"]:
        (base / "conf" / folder).mkdir(parents=True)
    for folder in ["spool", "run", "sasl"]:
        (base / folder).mkdir()
    make_certificate(base)
    user = "nobody" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
    values = {
        "base": base,
        "bin": server.prefix / "usr/lib/cyrus/bin",
        "port": server.port,
        "user": user,
    }
    (base / "imapd.conf").write_text(_IMAPD.format(**values))
    (base / "cyrus.conf").write_text(_MASTER.format(**values))
    server.add_user("admin")
    if os.geteuid() == 0:
        for path in [base, *base.rglob("*")]:
            shutil.chown(path, "nobody", "nogroup")


def _environment(prefix: Path) -> dict[str, str]:
    triplet = f"{platform.machine()}-linux-gnu"
    libraries = f"{prefix}/usr/lib/{triplet}:{prefix}/lib/{triplet}"
    return {**os.environ, "LD_LIBRARY_PATH": libraries}
