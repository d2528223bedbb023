"""Runs one command and tells what it took; started as `python -I -S launcher.py ORDER`.

In a process of its own, and a small one: on Linux a child's peak of memory begins with what its
parent held when it was made.
"""

import glob
import json
import os
import sys
import threading
import time

_PERIOD = 0.05


class Together:
    """Watches what a process and those below it hold together, in KB.

    By their proportional set sizes (proc_pid_smaps_rollup(5)): a page that three processes share,
    of a library for instance, counts once and not three times, as it does in a sum of RSS.
    """

    def __init__(self, process_id: int) -> None:
        self._process_id = process_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak = 0
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_PERIOD):
            self.peak = max(self.peak, sum(map(_proportional, _family(self._process_id))))


def _family(process_id: int) -> list[int]:
    family = [process_id]
    for member in family:
        for path in glob.glob(f"/proc/{member}/task/*/children"):
            family += map(int, _read(path).split())
    return family


def _proportional(process_id: int) -> int:
    for line in _read(f"/proc/{process_id}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:  # it has ended
        return ""


def main() -> None:
    """One JSON object in, as an argument, and one out, on stdout."""
    order = json.loads(sys.argv[1])
    os.chdir(order["folder"])
    actions = [
        (os.POSIX_SPAWN_OPEN, number, order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for number, name in ((1, "stdout"), (2, "stderr"))
    ]
    actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
    command = order["command"]
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, order["environment"], file_actions=actions)
    together = Together(child) if order["together"] else None
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    memory = usage.ru_maxrss
    if together is not None:
        together.stop()
        memory = together.peak or memory
    status = os.waitstatus_to_exitcode(status)
    print(json.dumps({"seconds": seconds, "memory": memory, "status": status}))


main()
