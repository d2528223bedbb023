"""An export that is killed again and again: `python -m tests.bench.export_kills [COUNT] [KILLS]`.

A mailbox on a Dovecot of its own, exported through a proxy that counts what passes. After every
kill each finished file is one of the server's messages, and each that the ledger calls saved is
there; at the end every message is there once. Printed: the messages that were asked for again.
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
        again = kill_often(command, Path(folder), whole, kills)
        there = export_whole(command, Path(folder))
        assert set(there.values()) == whole
        assert len(there) == count == check_against_ledger(Path(folder))
        asked = sum(count_asked(found) for found in _ASKED.findall(bytes(proxy.sent)))
    print(f"{count:,} messages, killed {again} times: {len(there):,} files, each whole, none twice")
    extra = asked - count
    print(f"asked for {asked:,}, so {extra:,} more than once: {extra / max(1, again):.0f} a kill")


def kill_often(command: tuple[str, ...], path: Path, whole: set[bytes], kills: int) -> int:
    """Kill an export at random moments; gives how often it was still at work."""
    chance = random.Random(7)
    done = 0
    for kill in range(kills):
        # Ever further, so that kills come from the first file to the last.
        wanted = chance.randrange(max(1, len(whole) * (kill + 1) // kills))
        with started(*command, password=PASSWORD) as process:
            wait_for_files(process, path / "INBOX", wanted)
            done += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
        there = message_files(path)
        assert set(there.values()) <= whole
        assert len(set(there.values())) == len(there)
        if (path / ".tuimail" / "ledger.sqlite3").exists():
            check_against_ledger(path)
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
    assert process.returncode == 0, said
    assert not [name for name in files(path) if name.endswith(".part")]
    return message_files(path)


def message_files(path: Path) -> dict[str, bytes]:
    return {name: octets for name, octets in files(path).items() if name.endswith(".eml")}


def count_asked(numbers: bytes) -> int:
    """How many messages a set names."""
    ends = (run.partition(b":") for run in numbers.split(b","))
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)


if __name__ == "__main__":
    main()
