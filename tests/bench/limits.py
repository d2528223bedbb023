"""Why a line of the table is not met: what was tried, and what the limit is, with figures.

Kept here and printed below the table for the lines that are not met only, so that a sentence may
stay for the machine on which a line is a near thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.bench.table import Goal

REASONS: Mapping[str, str] = {}
"""By words that a line's name begins with, whatever the sizes: the longest that fit count."""


def render_reasons(goals: Iterable[Goal], reasons: Mapping[str, str] = REASONS) -> str:
    """A list of the lines that are not met, each with its reason; empty when all are."""
    missed = [(goal, _find_reason(goal, reasons)) for goal in goals if goal.is_met is False]
    told = "".join(f"- **{goal.what}**: {reason}\n" for goal, reason in missed if reason)
    untold = sum(not reason for _, reason in missed)
    return told + (f"- No reason is known for {untold} of them.\n" if untold else "")


def _find_reason(goal: Goal, reasons: Mapping[str, str]) -> str:
    fitting = [words for words in reasons if goal.what.startswith(words)]
    return reasons[max(fitting, key=len)] if fitting else ""
