"""Runs one command and tells what it took; started as `python -I -S launcher.py ORDER`.

In a process of its own, and a small one: on Linux a child's peak of memory begins with what its
parent held when it was made.
"""

import json
import os
import sys
import time


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
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    answer = {
        "seconds": seconds,
        "memory": usage.ru_maxrss,
        "status": os.waitstatus_to_exitcode(status),
    }
    print(json.dumps(answer))


main()
