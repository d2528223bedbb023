"""The figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.bench.contest import Contest, Series, ratio
from tests.bench.process import Run


@dataclass(frozen=True, slots=True)
class Goal:
    """A line of the table of goals; the cells are text, empty where there is nothing to say."""

    what: str
    goal: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    is_met: bool | None = None
    """None where it could not be told, and in a line without a goal."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A line of one of the other tables."""

    what: str
    mailbox: str
    run: Run | None
    """None when it failed."""
    octets: int | None = None
    """From the server, where they were counted."""
    failure: str = ""


def compare(
    what: str,
    goal: str,
    contest: Contest,
    *,
    ours: str = "tuimail",
    peer: str,
    limit: float,
    with_memory: bool = False,
    note: str = "",
) -> Goal:
    """Our median against a peer's; the other contestants are told beside the peer."""
    found = ratio(contest, ours, peer)
    others = [name for name in contest if name not in (ours, peer)]
    cells = [
        f"{name} {_series(contest[name], with_memory)}" if name in contest else f"{name} is missing"
        for name in (peer, *others)
    ]
    return Goal(
        what,
        goal,
        _series(contest[ours], with_memory),
        "; ".join([*cells, *([note] if note else [])]),
        found,
        None if found is None else found <= limit,
    )


def _series(series: Series, with_memory: bool) -> str:
    if series.failure:
        return f"failed: {series.failure}"
    if not series.runs:
        return "did not run"
    words = format_seconds(series.seconds)
    return f"{words}, {format_memory(series.memory)}" if with_memory else words


def format_seconds(seconds: float) -> str:
    """`7.3 ms`, `0.83 s`, `61 s`."""
    if seconds < 0.1:
        return f"{1000 * seconds:.1f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.0f} s"


def format_memory(kilobytes: int) -> str:
    """`43 MB`."""
    return f"{kilobytes / 1024:.0f} MB"


def format_octets(octets: int) -> str:
    """`900 B`, `61 KB`, `58.2 MB`; thousands, as on a network."""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.0f} KB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def render_goals(goals: Iterable[Goal]) -> str:
    """The table of goals."""
    return _render(
        ("what", "goal", "tuimail", "beside it", "ratio", "met"),
        (
            (
                goal.what,
                goal.goal,
                goal.ours,
                goal.peer,
                "" if goal.ratio is None else f"{goal.ratio:.2f}",
                {True: "yes", False: "**no**", None: "?" if goal.goal else ""}[goal.is_met],
            )
            for goal in goals
        ),
    )


def render_costs(costs: Iterable[Cost], *, with_octets: bool) -> str:
    """Time, the peak of memory and, where they were counted, octets on the wire."""
    titles = ("what", "mailbox", "time", "peak", *(("from the server",) if with_octets else ()))
    return _render(titles, (_cost_cells(cost)[: len(titles)] for cost in costs))


def _cost_cells(cost: Cost) -> tuple[str, ...]:
    octets = "" if cost.octets is None else format_octets(cost.octets)
    if cost.run is None:
        return (cost.what, cost.mailbox, f"failed: {cost.failure}", "", octets)
    memory = format_memory(cost.run.memory) if cost.run.memory else ""
    return (cost.what, cost.mailbox, format_seconds(cost.run.seconds), memory, octets)


def _render(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(map(_escape, line))} |" for line in lines) + "\n"


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
