"""An export that is killed again and again: `python -m tests.bench.export_kills [COUNT] [KILLS]`.

A mailbox on a Dovecot of its own, exported through a proxy that counts what passes. After every
kill each finished file is one of the server's messages, and each that the ledger calls saved is
there; at the end every message is there once. No run asks again for what the ledger calls saved,
and what a kill costs is no more than was in flight. Exit status 1 where any of it is not so.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.mailboxes import append_messages, varied_messages
from tests.cli.command import started, url
from tests.export.exporting import check_against_ledger, files
from tests.servers.archive import wait_until
from tests.servers.dovecot import PASSWORD, running_dovecot
from tests.servers.proxy import RecordingProxy
from tuimail.errors import UsageError
from tuimail.export.ledger import Ledger
from tuimail.export.records import Status
from tuimail.export.run import MOST_MESSAGES
from tuimail.files import Directory
from tuimail.imap.store import SIZE

IN_FLIGHT = 3 * SIZE * MOST_MESSAGES
"""Messages: of each connection a batch that comes, one that is asked for and one at the disk."""
_ASKED = re.compile(rb"UID FETCH ([\d:,]+) \(UID BODY\.PEEK\[\]\)")


def main() -> None:
    """Fill, kill, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with (
        running_dovecot() as server,
        RecordingProxy(server.port).running() as proxy,
        tempfile.TemporaryDirectory() as folder,
    ):
        messages = list(varied_messages(count))
        append_messages("127.0.0.1", server.port, "bench", PASSWORD, "INBOX", messages)
        whole = {message.raw for message in messages}
        command = ("export", url(proxy.port, "bench"), "--to", folder)
        again = kill_often(command, Path(folder), whole, kills, proxy)
        there = export_whole(command, Path(folder))
        require(set(there.values()) == whole, "a message is missing")
        require(len(there) == count == check_against_ledger(Path(folder)), "one is there twice")
        asked = len(asked_for(bytes(proxy.sent)))
    print(f"{count:,} messages, killed {again} times: {len(there):,} files, each whole, none twice")
    extra = asked - count
    print(f"asked for {asked:,}, so {extra:,} more than once: {extra / max(1, again):.0f} a kill")


def kill_often(
    command: tuple[str, ...], path: Path, whole: set[bytes], kills: int, proxy: RecordingProxy
) -> int:
    """Kill an export at random moments; gives how often it was still at work."""
    chance = random.Random(7)
    done = 0
    for kill in range(kills):
        # Ever further, so that kills come from the first file to the last.
        wanted = chance.randrange(max(1, len(whole) * (kill + 1) // kills))
        before, start = saved_uids(path), len(proxy.sent)
        with started(*command, password=PASSWORD) as process:
            wait_for_files(process, path / "INBOX", wanted)
            done += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        there = message_files(path)
        require(set(there.values()) <= whole, "a file is not whole")
        require(len(set(there.values())) == len(there), "a message is there twice")
        asked = asked_for(bytes(proxy.sent[start:]))
        require(before.isdisjoint(asked), "what was saved was asked for again")
        lost = set(asked) - saved_uids(path)
        require(len(lost) <= IN_FLIGHT, f"a kill cost {len(lost):,} messages")
    return done


def wait_for_files(process: subprocess.Popen[bytes], folder: Path, count: int) -> None:
    """Until so many names are there, whole or not, or the process has ended."""

    def is_so() -> bool:
        names = len(list(folder.iterdir())) if folder.is_dir() else 0
        return names > count or process.poll() is not None

    wait_until(is_so, 120)


def export_whole(command: tuple[str, ...], path: Path) -> dict[str, bytes]:
    """The files of a run that nobody kills."""
    with started(*command, password=PASSWORD) as process:
        _, said = process.communicate(timeout=600)
    require(process.returncode == 0, said.decode())
    require(not [name for name in files(path) if name.endswith(".part")], "a stub is left")
    return message_files(path)


def message_files(path: Path) -> dict[str, bytes]:
    return {name: octets for name, octets in files(path).items() if name.endswith(".eml")}


def saved_uids(path: Path) -> set[int]:
    """What the ledger calls saved, each of it there and whole."""
    if not (path / ".tuimail" / "ledger.sqlite3").exists():
        return set()
    try:
        check_against_ledger(path)
        with Directory.open(path) as directory, Ledger.read(directory) as ledger:
            return {record.uid for record in ledger.iter_records(Status.SAVED)}
    except UsageError:  # only the beginning of a ledger
        return set()


def asked_for(sent: bytes) -> list[int]:
    """The UIDs of all messages that were asked for whole."""
    runs = (run.partition(b":") for found in _ASKED.findall(sent) for run in found.split(b","))
    return [uid for first, _, last in runs for uid in range(int(first), int(last or first) + 1)]


def require(condition: bool, fault: str) -> None:
    """End with status 1 where something is not as it must be."""
    if not condition:
        sys.exit(fault)


if __name__ == "__main__":
    main()
