"""Exports that are killed, run out of disk, or are watched by strace; each is a whole process."""

from __future__ import annotations

import fcntl
import os
import random
import re
import signal
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from tests.cli.command import environment, run, started, url
from tests.export.exporting import check_against_ledger, files
from tests.servers.archive import RecordingServer, mailbox_of, wait_until
from tests.servers.mailboxes import plain_message
from tests.system import MOUNTING
from tuimail.errors import FileError
from tuimail.files import Directory

COUNT = 600
KILLS = 8


def padded_message(number: int) -> bytes:
    return plain_message(number) + b"x" * (number * 37 % 9_000) + b"\r\n"


def message_files(path: Path) -> dict[str, bytes]:
    return {name: octets for name, octets in files(path).items() if name.endswith(".eml")}


def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(5)
    whole = {padded_message(number) for number in range(1, COUNT + 1)}
    folder = tmp_path / "INBOX"
    with RecordingServer(mailbox_of(COUNT, padded_message)) as server:
        command = ("export", url(server.port), "--to", str(tmp_path), "--connections", "2")
        for kill in range(KILLS):
            wanted = chance.randrange((kill + 1) * COUNT // KILLS)
            with started(*command) as process:
                _wait_for_entries(process, folder, wanted)
                process.send_signal(signal.SIGKILL)
                process.wait()
            wait_until(lambda: _is_left_alone(tmp_path))
            there = message_files(tmp_path)
            assert set(there.values()) <= whole
            assert len(set(there.values())) == len(there)
            if (tmp_path / ".tuimail" / "ledger.sqlite3").exists():
                assert check_against_ledger(tmp_path) <= len(there)
        done = run(*command)
    assert done.status == 0, done.said
    assert set(message_files(tmp_path).values()) == whole
    assert len(message_files(tmp_path)) == COUNT == check_against_ledger(tmp_path)
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


def _is_left_alone(path: Path) -> bool:
    """Whether the process that writes has noticed, and let go of the export."""
    try:
        with Directory.open(path / ".tuimail", create=False) as folder:
            fcntl.flock(folder.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileError:
        return True  # it had not begun
    return True


def _wait_for_entries(process: subprocess.Popen[bytes], folder: Path, count: int) -> None:
    """Wait until so many files are there, whole or not, or the process has ended."""

    def is_so() -> bool:
        entries = len(os.listdir(folder)) if folder.is_dir() else 0
        return entries > count or process.poll() is not None

    wait_until(is_so)


@pytest.mark.usefixtures("strace")
def test_octets_then_names_then_the_folder_then_the_ledger(tmp_path: Path) -> None:
    trace, target = tmp_path / "trace", tmp_path / "mail"
    calls = "trace=fdatasync,fsync,rename,renameat,renameat2,linkat,pwrite64"
    # One batch, so that nothing of another one goes between.
    with RecordingServer(mailbox_of(60)) as server:
        subprocess.run(
            [
                *("strace", "-f", "-y", "-s", "0", "-e", calls, "-o", str(trace)),
                *(sys.executable, "-m", "tuimail", "export", url(server.port)),
                *("--to", str(target)),
            ],
            check=True,
            capture_output=True,
            env=environment(),
        )
    kinds = list(filter(None, map(_kind, _whole_calls(trace.read_text().splitlines()))))
    assert [kind for kind, _ in groupby(kinds)] == ["ledger", "data", "name", "folder", "ledger"]
    assert kinds.count("data") == kinds.count("name") == 60


def _kind(call: str) -> str | None:
    """What a system call is for; None for what is no part of the order."""
    if re.search(r"fdatasync\(\d+<[^>]*_\d+\.eml\.part>", call):
        return "data"
    if re.search(r"(rename|link)\w*\(.*_\d+\.eml\"", call):
        return "name"
    if re.search(r"fsync\(\d+<[^>]*/mail/INBOX>", call):
        return "folder"
    return "ledger" if "/ledger.sqlite3>" in call else None


def _whole_calls(lines: list[str]) -> list[str]:
    """Calls in the order in which they ended; those that others interrupted are joined."""
    begun: dict[str, str] = {}
    whole: list[str] = []
    for line in lines:
        thread = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[thread] = line.removesuffix("<unfinished ...>")
        elif "resumed>" in line:
            whole.append(begun.pop(thread, "") + line.partition("resumed>")[2])
        else:
            whole.append(line)
    return whole


SLOWLY = """
ulimit -n 256 && exec strace -f -qq -o /dev/null -e trace=fdatasync \\
    -e inject=fdatasync:delay_enter=50000 "$@"
"""


@pytest.mark.usefixtures("strace")
def test_few_files_may_be_open_and_the_disk_is_slow(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(700)) as server:
        export = (sys.executable, "-m", "tuimail", "export", url(server.port))
        done = subprocess.run(
            ["sh", "-c", SLOWLY, "sh", *export, "--to", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )
    assert done.returncode == 0, done.stderr
    assert len(message_files(tmp_path)) == 700 == check_against_ledger(tmp_path)


EXPORT_TWICE = """
mount -t tmpfs -o size=2m none "$1" &&
dd if=/dev/zero of="$1/ballast" bs=1k count=1300 2>/dev/null
"$2" -m tuimail export "$3" --to "$1/mail"; echo "status $?"
find "$1" -name '*.part' | wc -l
find "$1" -name '*.eml' -size 0 | wc -l
rm "$1/ballast"
"$2" -m tuimail export "$3" --to "$1/mail"; echo "status $?"
cd "$1/mail" && sha256sum -c SHA256SUMS | grep -c ': OK$'
"""


@pytest.mark.usefixtures("unshare")
def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(tmp_path: Path) -> None:
    # The octets would have room; a file of 200 takes a page of 4,096.
    with RecordingServer(mailbox_of(200)) as server:
        script = ("sh", "-c", EXPORT_TWICE, "sh", str(tmp_path), sys.executable, url(server.port))
        done = subprocess.run(
            [*MOUNTING, *script], capture_output=True, text=True, check=False, env=environment()
        )
    assert done.stdout.split("\n") == ["status 1", "0", "0", "status 0", "200", ""]
    said = done.stderr.splitlines()
    # It may be a message or the ledger that has no room first.
    (sentence,) = [line for line in said if "disk is full" in line]
    assert sentence.startswith("tuimail: ")
    assert "Traceback" not in done.stderr
    assert re.fullmatch(
        r"tuimail: INBOX: server 200 = saved \d+ \+ skipped \d+ \+ failed 0", said[-1]
    )
