"""Broken messages into .msg: `python -m tests.bench.msg_fuzz [--lint MSG_LINT] MAIL_OR_FOLDER...`

Every mutant must be converted without an exception. Every tenth .msg is also checked for the order
of its directory, and by the lint that is named: a Python file with a function `dump(path)` which
gives the properties and a list of faults. Printed: each exception with the path of its mutant,
kept for a test, each fault of the container, and which mutants took longest. Two processes.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from pathlib import Path
from tempfile import NamedTemporaryFile, mkdtemp
from typing import Any, NamedTuple

from tests.mail_files import mail_files
from tests.msg.mutants import make_mutant
from tests.msg.red_black import check_directory
from tuimail.msg.writer import write_msg

PROCESSES = 2
CHECKED = 10
"""One in so many is looked at as a container."""
SECONDS = 30
"""A mutant that takes longer counts as one that failed."""
LARGEST = 300_000
"""Octets of the messages that are mutated: what is larger says the same, slowly."""
SHOWN = 20


class Outcome(NamedTuple):
    number: int
    seconds: float
    faults: tuple[str, ...]
    """An exception's last lines, or what is wrong with the container."""


class Trial:
    """Converts mutants and checks them; one in each process."""

    def __init__(self, originals: list[bytes], seed: int, lint: Path | None) -> None:
        self.originals = originals
        self.seed = seed
        self._dump = _load_dump(lint) if lint else None

    def run(self, number: int) -> Outcome:
        """Raises nothing that the conversion raises."""
        mutant = make_mutant(self.originals, self.seed, number)
        signal.signal(signal.SIGALRM, _give_up)
        signal.alarm(SECONDS)
        out = io.BytesIO()
        started = time.perf_counter()
        try:
            write_msg(mutant, out)
            seconds = time.perf_counter() - started
            signal.alarm(0)
            faults = self._check(out.getvalue()) if number % CHECKED == 0 else ()
        # Whatever it raises is what is looked for.
        except Exception:  # noqa: BLE001
            seconds = time.perf_counter() - started
            faults = ("".join(traceback.format_exc().splitlines(keepends=True)[-6:]),)
        finally:
            signal.alarm(0)
        return Outcome(number, seconds, faults)

    def _check(self, msg: bytes) -> tuple[str, ...]:
        check_directory(msg)
        if self._dump is None:
            return ()
        with NamedTemporaryFile(suffix=".msg") as file:
            file.write(msg)
            file.flush()
            return tuple(self._dump(file.name)[1])


def _give_up(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"not done in {SECONDS} s")


def _load_dump(path: Path) -> Callable[[str], tuple[Any, list[str]]]:
    spec = importlib.util.spec_from_file_location("msg_lint", path)
    assert spec
    assert spec.loader, path
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dump: Callable[[str], tuple[Any, list[str]]] = module.dump
    return dump


_trial: Trial


def _start(originals: list[bytes], seed: int, lint: Path | None) -> None:
    global _trial
    _trial = Trial(originals, seed, lint)


def _run(number: int) -> Outcome:
    return _trial.run(number)


def run_trials(
    originals: list[bytes], seed: int, count: int, lint: Path | None
) -> Iterator[Outcome]:
    """In no order."""
    with Pool(PROCESSES, _start, (originals, seed, lint)) as pool:
        yield from pool.imap_unordered(_run, range(count), chunksize=20)


def main() -> None:
    """Mutate, convert, check, print; exit status 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mails", nargs="+", type=Path, metavar="MAIL_OR_FOLDER")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lint", type=Path)
    options = parser.parse_args()
    files = [file for file in mail_files(options.mails) if 0 < file.stat().st_size <= LARGEST]
    originals = [file.read_bytes() for file in files]
    started = time.perf_counter()
    outcomes = list(run_trials(originals, options.seed, options.count, options.lint))
    wrong = sorted(outcome for outcome in outcomes if outcome.faults)
    print(
        f"{len(outcomes):,} mutants of {len(originals)} messages in"
        f" {time.perf_counter() - started:.0f} s: {len(wrong)} with faults"
    )
    folder = Path(mkdtemp(prefix="tuimail-mutants-")) if wrong else Path(os.devnull)
    for outcome in wrong[:SHOWN]:
        mutant = folder / f"{options.seed}-{outcome.number}.eml"
        mutant.write_bytes(make_mutant(originals, options.seed, outcome.number))
        print(f"\n{mutant}", *outcome.faults, sep="\n")
    print("\nslowest:")
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:5]:
        size = len(make_mutant(originals, options.seed, outcome.number))
        print(f"  number {outcome.number}: {outcome.seconds:.3f} s, {size:,} octets")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
