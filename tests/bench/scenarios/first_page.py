"""From the start of a program to fifty subjects on the screen, and a page that is turned.

Each program has a terminal in which its list shows fifty rows, a home that holds nothing but its
configuration, and a folder that it has never seen. Drawn is what the terminal was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.contest import Contestant, Series
from tests.bench.delaying import FAR, NARROW, NEAR, Line
from tests.bench.filled import Kind, Mailbox
from tests.bench.peers import aerc, neomutt
from tests.bench.process import Run, bench_environment
from tests.bench.stage import OURS, Stage, account_url
from tests.bench.subjects import listed_subjects
from tests.bench.table import Goal, compare, format_memory, format_seconds
from tests.bench.watched import COLUMNS, ROWS, Watched

TUIMAIL_LINES = 88
"""Of a terminal in which the list has 50 rows, with the details below it."""
_LOOK = 1.0
"""Seconds in which nothing is drawn before a key is pressed."""
_TURN = 55.0
"""Milliseconds: a round trip of 40, and 15."""


@contextmanager
def browsing(program: str, home: Path, port: int, user: str) -> Iterator[Watched]:
    """A program that starts on a mailbox."""
    match program:
        case "tuimail":
            command, lines = [*OURS, account_url(port, user)], TUIMAIL_LINES
        case "aerc":
            command, lines = aerc.prepare(home, port, user), aerc.LINES
        case _:
            command, lines = neomutt.prepare(home, port, user), neomutt.LINES
    with Watched(command, bench_environment(home), (COLUMNS, lines)) as terminal:
        yield terminal


def _start(stage: Stage, program: str, port: int, mailbox: Mailbox) -> Run:
    """In a home that holds nothing yet."""
    with stage.folder() as home:
        return _start_in(home, program, port, mailbox)


def _start_in(home: Path, program: str, port: int, mailbox: Mailbox) -> Run:
    subjects = listed_subjects(mailbox, 1, ROWS)
    with browsing(program, home, port, mailbox.user) as terminal:
        run = terminal.measure(terminal.has_written(subjects), patience=120)
        if program == "tuimail":
            terminal.press("q")
            terminal.wait_for_end()
    return run


def _start_again(stage: Stage, port: int, mailbox: Mailbox) -> Run:
    """In a home in which an earlier run may have left what it knew."""
    with stage.folder() as home:
        _start_in(home, "tuimail", port, mailbox)
        return _start_in(home, "tuimail", port, mailbox)


def _measure_start(line: Line, limit: float) -> Callable[[Stage], Iterator[Goal]]:
    def measure(stage: Stage) -> Iterator[Goal]:
        mailbox = stage.fill(Kind.VARIED, stage.sizes.listed)
        programs = ["tuimail"]
        if aerc.find_version():
            programs.append("aerc")
        if neomutt.find_version():
            programs.append("neomutt")
        with stage.port_behind(line) as port:
            contestants: dict[str, Contestant] = {
                program: partial(_start, stage, program, port, mailbox) for program in programs
            }
            contestants["tuimail the second time"] = partial(_start_again, stage, port, mailbox)
            contest = stage.contest(contestants, once=("neomutt",))
        yield compare(
            f"start to 50 subjects on the screen, {mailbox.count:,} messages, {line}",
            f"≤ {limit} of aerc's",
            contest,
            peer="aerc",
            limit=limit,
            with_memory=True,
        )

    return measure


def measure_many(stage: Stage) -> Iterator[Goal]:
    """A huge mailbox against a small one."""
    few = stage.fill(Kind.TINY, stage.sizes.few)
    many = stage.fill(Kind.TINY, stage.sizes.many)
    port = stage.server.port
    contestants: dict[str, Contestant] = {
        f"{few.count:,}": lambda: _start(stage, "tuimail", port, few),
        f"{many.count:,}": lambda: _start(stage, "tuimail", port, many),
    }
    if aerc.find_version():
        contestants["aerc"] = lambda: _start(stage, "aerc", port, many)
    contest = stage.contest(contestants)
    small, large = list(contest)[:2]
    yield compare(
        f"the same on {many.count:,} tiny messages against {few.count:,}",
        "≤ 1.5 of ours on few",
        contest,
        ours=large,
        peer=small,
        limit=1.5,
        with_memory=True,
    )
    yield _compare_memory(contest[large], contest[small], many.count)


def _compare_memory(many: Series, few: Series, count: int) -> Goal:
    what, goal = f"memory of that on {count:,}", "≤ 10 MB more"
    if not (many.is_complete and few.is_complete):
        return Goal(what, goal, many.failure or few.failure)
    more = many.memory - few.memory
    return Goal(
        what,
        goal,
        format_memory(many.memory),
        f"on few {format_memory(few.memory)}",
        many.memory / few.memory,
        more <= 10 * 1024,
    )


def _turn(stage: Stage, port: int, mailbox: Mailbox, key: str, first: int) -> Run:
    """To the page that begins at place `first`."""
    with stage.folder() as home, browsing("tuimail", home, port, mailbox.user) as terminal:
        terminal.measure(terminal.has_written(listed_subjects(mailbox, 1, ROWS)))
        # Somebody looks at a page before turning it.
        terminal.rest_for(_LOOK)
        subjects = listed_subjects(mailbox, first, first + ROWS - 1)
        return terminal.measure_key(key, terminal.shows(subjects))


def _turn_aerc(stage: Stage, port: int, mailbox: Mailbox) -> Run:
    """Its key moves the cursor by a page: first to the end of this one, and then through it."""
    with stage.folder() as home, browsing("aerc", home, port, mailbox.user) as terminal:
        terminal.measure(terminal.has_written(listed_subjects(mailbox, 1, ROWS)))
        terminal.rest_for(_LOOK)
        terminal.press(aerc.NEXT_PAGE)
        terminal.rest_for(_LOOK)
        subjects = listed_subjects(mailbox, ROWS + 2, 2 * ROWS + 1)
        return terminal.measure_key(aerc.NEXT_PAGE, terminal.shows(subjects))


def measure_turn(stage: Stage) -> Iterator[Goal]:
    """From the key to the rows."""
    mailbox = stage.fill(Kind.VARIED, stage.sizes.listed)
    last = (mailbox.count - 1) // ROWS * ROWS + 1
    with stage.port_behind(FAR) as port:
        contestants: dict[str, Contestant] = {
            "next": lambda: _turn(stage, port, mailbox, "n", ROWS + 1),
            "last": lambda: _turn(stage, port, mailbox, "}", last),
        }
        if aerc.find_version():
            contestants["aerc"] = lambda: _turn_aerc(stage, port, mailbox)
        contest = stage.contest(contestants, warm_up=False)
    for name, what, goal, most in (
        ("next", "the next page, prefetched", "no round trip", float(FAR.round_trip)),
        ("last", "the last page, not prefetched", "1 round trip + 15 ms", _TURN),
    ):
        series = contest[name]
        beside = contest.get("aerc", Series(failure="missing"))
        told = format_seconds(beside.seconds) if beside.is_complete else beside.failure
        figure = format_seconds(series.seconds) if series.is_complete else series.failure
        yield Goal(
            f"page turn, {FAR}: {what}, from the key to 50 rows",
            f"{goal} (≤ {most:.0f} ms)",
            figure,
            f"aerc, next page {told}",
            series.seconds / beside.seconds if series.is_complete and beside.is_complete else None,
            1000 * series.seconds <= most if series.is_complete else None,
        )


LINES = {
    "first-page": _measure_start(NEAR, 0.8),
    "first-page-40": _measure_start(FAR, 0.6),
    "first-page-60": _measure_start(NARROW, 0.6),
    "million": measure_many,
    "page-turn": measure_turn,
}
