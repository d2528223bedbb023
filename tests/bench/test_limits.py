"""Lines that are not met come with their reasons."""

from __future__ import annotations

from tests.bench.limits import render_reasons
from tests.bench.table import Goal

REASONS = {
    "page turn": "the terminal takes 30 ms.",
    "page turn, 40 ms: the last": "Dovecot reads its index from the start.",
}


def test_only_what_is_not_met_is_told_with_the_reason_that_fits_best() -> None:
    goals = [
        Goal("page turn, 40 ms: the last page", "≤ 55 ms", "60 ms", is_met=False),
        Goal("page turn, 40 ms: the next page", "≤ 40 ms", "41 ms", is_met=False),
        Goal("page turn, 60 ms", "≤ 40 ms", "39 ms", is_met=True),
        Goal("page turn, 80 ms", "≤ 40 ms", "failed: no", is_met=None),
        Goal("start", "≤ 0.8 of aerc's", "2 s", is_met=False),
    ]
    assert render_reasons(goals, REASONS) == (
        "- **page turn, 40 ms: the last page**: Dovecot reads its index from the start.\n"
        "- **page turn, 40 ms: the next page**: the terminal takes 30 ms.\n"
        "- No reason is known for 1 of them.\n"
    )
    assert not render_reasons(goals[2:4], REASONS)
