"""Why a line of the table is not met: what was tried, and what the limit is, with figures.

Kept here and printed below the table for the lines that are not met only, so that a sentence may
stay for the machine on which a line is a near thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.bench.table import Goal

REASONS: Mapping[str, str] = {}
"""By words that a line's name begins with, whatever the sizes: the longest that fit count."""

_UNKNOWN = "nobody has looked into it yet."


def render_reasons(goals: Iterable[Goal], reasons: Mapping[str, str] = REASONS) -> str:
    """A list of the lines that are not met, each with its reason; empty when all are."""
    missed = [goal for goal in goals if goal.is_met is False]
    return "".join(f"- **{goal.what}**: {_find_reason(goal, reasons)}\n" for goal in missed)


def _find_reason(goal: Goal, reasons: Mapping[str, str]) -> str:
    fitting = [words for words in reasons if goal.what.startswith(words)]
    return reasons[max(fitting, key=len)] if fitting else _UNKNOWN
