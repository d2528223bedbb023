"""Several programs at the same work, in turns."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from tests.bench.process import Run

Contestant = Callable[[], Run]


@dataclass(slots=True)
class Series:
    """The runs of one contestant."""

    runs: list[Run] = field(default_factory=list)
    failure: str = ""
    """Why it was taken out."""

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def memory(self) -> int:
        """The highest peak, in KB."""
        return max(run.memory for run in self.runs)

    @property
    def is_complete(self) -> bool:
        return bool(self.runs) and not self.failure


Contest = Mapping[str, Series]


def run_contest(
    contestants: Mapping[str, Contestant],
    rounds: int,
    *,
    warm_up: bool,
    once: Collection[str] = (),
) -> Contest:
    """Let each run once a round; who fails is out, and the others go on.

    With `warm_up` there is a round before, which does not count. The slow ones in `once` run in
    the first round only.
    """
    contest = {name: Series() for name in contestants}
    for number in range(0 if warm_up else 1, rounds + 1):
        for name, run in contestants.items():
            series = contest[name]
            if series.failure or (name in once and number != 1):
                continue
            tell_progress(f"{name}, round {number} of {rounds}")
            try:
                result = run()
            # Whatever a program of somebody else does, the table gets its other lines.
            except Exception as error:  # noqa: BLE001
                series.failure = describe(error)
                tell_progress(f"{name} is out: {series.failure}\n")
            else:
                if number:
                    series.runs.append(result)
    return contest


def ratio(contest: Contest, ours: str, theirs: str) -> float | None:
    """The median of the ratios of each round; None where one of them did not run.

    Against one that ran once only, of the medians.
    """
    one, other = contest.get(ours, Series()), contest.get(theirs, Series())
    if not (one.is_complete and other.is_complete):
        return None
    if len(one.runs) != len(other.runs):
        return one.seconds / other.seconds
    pairs = zip(one.runs, other.runs, strict=True)
    return statistics.median(mine.seconds / its.seconds for mine, its in pairs)


def describe(error: Exception) -> str:
    """An error in one short line."""
    words = str(error).strip().partition("\n")[0]
    return f"{words or type(error).__name__}"[:300]


def tell_progress(words: str) -> None:
    """What is at work, on stderr: one line, which the next one replaces."""
    if sys.stderr.isatty() or words.endswith("\n"):
        print(
            f"\r\x1b[K  {words}"[: None if words.endswith("\n") else 100],
            end="",
            file=sys.stderr,
            flush=True,
        )
