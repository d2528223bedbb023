"""tuimail with a probe of its event loop: `python -m tests.bench.probed REPORT [--list] WORDS…`

The program as it is, with a thread beside it that lets the loop call back every five milliseconds
and notes how long each took. While a file REPORT.begin is there, delays are kept; when it goes,
they are written to REPORT as JSON, and the program goes on. With --list, when a file REPORT.list
comes, the probe lists every message of the INBOX, since no key does; REPORT.listed tells that it
has.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.servers.stores import INBOX
from tuimail.cli.main import run_program
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore
from tuimail.tui.app import MailApp

_PERIOD = 0.005


def watch_loop(loop: asyncio.AbstractEventLoop, report: Path) -> None:
    """Note delays for ever; a daemon's work."""
    begin = report.with_suffix(".begin")
    delays: list[float] = []
    back = threading.Event()
    while True:
        asked = time.perf_counter()
        loop.call_soon_threadsafe(back.set)
        back.wait()
        back.clear()
        taken = time.perf_counter() - asked
        if begin.exists():
            delays.append(taken)
        elif delays:
            part = report.with_suffix(".part")
            part.write_text(json.dumps(delays))
            part.rename(report)
            delays = []
        time.sleep(max(0.0, _PERIOD - taken))


def list_everything(store: MailStore, report: Path) -> None:
    """Every row, looked at and dropped, as soon as that is wanted."""
    while not report.with_suffix(".list").exists():
        time.sleep(_PERIOD)
    chosen = store.choose(INBOX, Selection()).result()
    count = sum(row.error is None for row in store.iter_rows(chosen))
    report.with_suffix(".listed").write_text(f"{count}\n")


def main() -> None:
    """Run the program, probed."""
    report = Path(sys.argv[1])
    lists = sys.argv[2] == "--list"
    del sys.argv[1 : 3 if lists else 2]

    def begin(app: Any) -> Any:
        loop = asyncio.get_running_loop()
        threading.Thread(target=watch_loop, args=(loop, report), daemon=True).start()
        if lists:
            store = app._main.store
            threading.Thread(target=list_everything, args=(store, report), daemon=True).start()

        if before is not None:
            return before(app)
        return None

    before = vars(MailApp).get("on_mount")
    MailApp.on_mount = begin  # type: ignore[attr-defined]
    run_program()


if __name__ == "__main__":
    main()
