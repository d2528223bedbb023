"""Why a line of the table is not met: what was tried, and what the limit is, with figures.

Kept here and printed below the table for the lines that are not met only, so that a sentence may
stay for the machine on which a line is a near thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.bench.table import Goal

REASONS: Mapping[str, str] = {
    "start to 50 subjects": (
        "three quarters of a start are imports: Textual 101 ms, Python's library 70, ours 75"
    ),
    "page turn, 40 ms: the next page": (
        "nothing is asked of the server; what is left is one paint of 50 rows, 15 ms of"
        " Textual, and the way of a key through the terminal and of the paint back"
    ),
    "page turn, 40 ms: the last page": (
        "one round trip, in which NOOP and FETCH go together; the rest is reading 50 rows"
        " and one paint of them, 15 ms of Textual, a third of it styles that it forgets at"
        " each refresh"
    ),
    "attachments of": (
        "7 of 16 microseconds a row are finding the ends of responses; both sides decode"
        " the same names, senders and dates. Reading on another thread gained nothing"
    ),
    "export": (
        "of 2.3 s at 0 ms 0.2 are the start, 0.4 the plan, 1.5 the run and 0.2 the table and"
        " the sums; while it runs, both processors are busy: 88 microseconds a message for"
        " reading and the ledger, 130 for the files and their SHA-256, 35 for Dovecot. mbsync"
        " makes no plan, checksums or ledger. Before the files had a process of their own it"
        " took 440 microseconds of processor time a message, 300 since, and 3.7 s. Tried"
        " without gain: one connection instead of four (4.4 against 4.5 s), finishing on the"
        " thread that reads (4 %). On a disk 8 files synced at a time take a third of the time"
        " of one by one, 16 take longer again, and beginning to write them early"
        " (POSIX_FADV_DONTNEED) twice as long"
    ),
    "event loop while listing": (
        "Python's interpreter lock, which the thread that reads rows holds. A shorter"
        " switch interval alone gained little (p99 62 to 115 ms), 60 microseconds of rest"
        " behind each row most (19 to 50 ms), collecting no garbage nothing. No key lists a"
        " whole folder: the probe asks for it"
    ),
    "event loop while exporting": (
        "the same lock: the threads that read four connections, and the one that keeps the"
        " ledger; of a run of two seconds p99 is its fourth longest wait"
    ),
    "from j to the cursor's move": (
        "the same lock: a key waits for it several times until its frame is drawn, of"
        " which two lines are new"
    ),
}
"""By words that a line's name begins with, whatever the sizes: the longest that fit count."""


def render_reasons(goals: Iterable[Goal], reasons: Mapping[str, str] = REASONS) -> str:
    """A list of the lines that are not met, each with its reason; empty when all are."""
    lines: dict[str, list[str]] = {}
    for goal in goals:
        if goal.is_met is False:
            lines.setdefault(_find_reason(goal, reasons), []).append(f"**{goal.what}**")
    untold = len(lines.pop("", []))
    told = "".join(f"- {'; '.join(names)}: {reason}\n" for reason, names in lines.items())
    return told + (f"- No reason is known for {untold} of them.\n" if untold else "")


def _find_reason(goal: Goal, reasons: Mapping[str, str]) -> str:
    fitting = [words for words in reasons if goal.what.startswith(words)]
    return reasons[max(fitting, key=len)] if fitting else ""
