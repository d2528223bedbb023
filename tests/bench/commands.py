"""Commands as whole processes: `python -m tests.bench.commands [COUNT]` on a Dovecot of its own.

Beside a bare IMAPClient script that fetches the same of the newest 50 messages and prints it: UID
FLAGS RFC822.SIZE INTERNALDATE BODYSTRUCTURE and seven header fields. Printed: seconds, the ratio
to the script, and the peak of memory, the median of several runs in turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from multiprocessing import Process

from tests.bench.mailboxes import append_messages, varied_messages
from tests.servers.dovecot import PASSWORD, running_dovecot

RUNS = 15
BARE = """
import sys
from imapclient import IMAPClient

client = IMAPClient("127.0.0.1", int(sys.argv[1]), ssl=False, use_uid=False)
client.login("bench", sys.argv[2])
total = client.select_folder("INBOX", readonly=True)[b"EXISTS"]
rows = client.fetch(
    list(range(max(1, total - 49), total + 1)),
    ["UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE", "BODYSTRUCTURE",
     "BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID LIST-UNSUBSCRIBE)]"],
)
for number in sorted(rows, reverse=True):
    row = rows[number]
    print(number, row[b"UID"], row[b"FLAGS"], row[b"INTERNALDATE"], row[b"RFC822.SIZE"])
"""


def fill(port: int, count: int) -> None:
    """Put messages into the INBOX."""
    append_messages("127.0.0.1", port, "bench", PASSWORD, "INBOX", varied_messages(count))


def run_once(command: list[str]) -> tuple[float, int]:
    """Seconds, and the peak of memory in KB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Compiled once, as an installed program is.
        env={
            **{name: value for name, value in os.environ.items() if name[:6] != "PYTHON"},
            "TUIMAIL_PASSWORD": PASSWORD,
        },
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - started, usage.ru_maxrss


def main() -> None:
    """Fill, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with running_dovecot() as server:
        # In a process of its own: a child's peak counts what its parent held when it was made.
        filler = Process(target=fill, args=(server.port, count))
        filler.start()
        filler.join()
        assert filler.exitcode == 0
        account = f"imap+insecure://bench@127.0.0.1:{server.port}"
        ours = [sys.executable, "-m", "tuimail"]
        commands = {
            "IMAPClient": [sys.executable, "-c", BARE, str(server.port), PASSWORD],
            "list": [*ours, "list", account],
            "list --json": [*ours, "list", account, "--json"],
            "folders": [*ours, "folders", account],
        }
        for command in commands.values():
            run_once(command)
        runs: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                runs[name].append(run_once(command))
    floor = statistics.median(seconds for seconds, _ in runs["IMAPClient"])
    print(f"{count:,} messages, one page of 50: seconds, ratio, peak of memory")
    for name, results in runs.items():
        seconds = statistics.median(seconds for seconds, _ in results)
        memory = max(memory for _, memory in results)
        print(f"  {name:12}  {seconds:.3f} s  {seconds / floor:.2f}  {memory / 1024:.0f} MB")


if __name__ == "__main__":
    main()
