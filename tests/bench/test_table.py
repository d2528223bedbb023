"""The table says what the figures say."""

from __future__ import annotations

from tests.bench.contest import Series
from tests.bench.process import Run
from tests.bench.table import Cost, Goal, compare, render_costs, render_goals


def test_goals() -> None:
    contest = {
        "tuimail": Series([Run(0.5), Run(0.0702), Run(1.2)]),
        "aerc": Series([Run(1.0), Run(1.0), Run(1.0)]),
        "neomutt": Series(failure="it | crashed"),
    }
    goals = [
        compare("start", "≤ 0.8 of aerc's", contest, peer="aerc", limit=0.8),
        compare("sooner", "≤ 0.4 of aerc's", contest, peer="aerc", limit=0.4),
        compare("beside what failed", "≤ 1 of neomutt's", contest, peer="neomutt", limit=1),
        compare("beside nothing", "≤ 1 of pine's", contest, peer="pine", limit=1),
        Goal("plain", "", "7"),
    ]
    assert render_goals(goals) == (
        "| what | goal | tuimail | beside it | ratio | met |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| start | ≤ 0.8 of aerc's | 0.50 s | aerc 1.00 s; neomutt failed: it \\| crashed"
        " | 0.50 | yes |\n"
        "| sooner | ≤ 0.4 of aerc's | 0.50 s | aerc 1.00 s; neomutt failed: it \\| crashed"
        " | 0.50 | **no** |\n"
        "| beside what failed | ≤ 1 of neomutt's | 0.50 s"
        " | neomutt failed: it \\| crashed; aerc 1.00 s |  | ? |\n"
        "| beside nothing | ≤ 1 of pine's | 0.50 s"
        " | pine is missing; aerc 1.00 s; neomutt failed: it \\| crashed |  | ? |\n"
        "| plain |  | 7 |  |  |  |\n"
    )


def test_costs() -> None:
    costs = [
        Cost("first page", "1,000 tiny", Run(0.0123, 46_080), 61_000),
        Cost("last page", "1,000 tiny", None, failure="it never came"),
    ]
    assert render_costs(costs, with_octets=True) == (
        "| what | mailbox | time | peak | from the server |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| first page | 1,000 tiny | 12 ms | 45 MB | 61 KB |\n"
        "| last page | 1,000 tiny | failed: it never came |  |  |\n"
    )
    assert "from the server" not in render_costs(costs, with_octets=False)
