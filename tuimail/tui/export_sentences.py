"""What the screen says of an export: its plan, its progress, its end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from tuimail.errors import TuimailError
from tuimail.files import shown_path
from tuimail.text import safe_line
from tuimail.tui.figures import format_messages, format_size, format_wait
from tuimail.tui.sentences import as_sentence

if TYPE_CHECKING:
    from pathlib import Path

    from tuimail.export.plan import Plan, PlanProgress
    from tuimail.export.report import ExportProgress, ExportReport
    from tuimail.export.task import Room

LISTED = 3
"""Of each kind of remark so many are told, and how many more there are."""
EXPORT_RUNS = "An export is running; this can be saved when it has ended."
FORM_HINT = "Enter plans it: nothing is fetched yet."
STARTING = "Planning…"
STOPPING = "Stopping the export…"
GOES_ON = "the same export goes on from there"


def planning(progress: PlanProgress) -> str:
    return (
        f"Planning: {progress.folders:,} of {_folders(progress.total)},"
        f" {format_messages(progress.messages)}…"
    )


def planned(plan: Plan, room: Room, directory: Path) -> str:
    """What a plan comes to, one line each thing."""
    return "\n".join(_plan_lines(plan, room, directory))


def _plan_lines(plan: Plan, room: Room, directory: Path) -> Iterator[str]:
    fetched = f"{format_messages(plan.messages)} to fetch, {format_size(plan.octets)}"
    if plan.seconds is not None:
        fetched += f", about {format_wait(plan.seconds)}"
    if plan.skipped:
        fetched += f"; {plan.skipped:,} saved already"
    yield f"{fetched}."
    if room.free is not None:
        yield f"{format_size(room.free)} free in {shown_path(directory)}."
    if not room.is_enough:
        yield (
            f"That is too little: about {format_size(room.needed)} are needed. Make room, or choose"
            " another folder."
        )
    if plan.renames:
        one = len(plan.renames) == 1
        yield (
            "1 folder has another name on the disk."
            if one
            else f"{len(plan.renames):,} folders have other names on the disk."
        )
        yield from _some([f"  {name} goes to {path}" for name, path in plan.renames])
    if plan.failures:
        yield f"{_folders(len(plan.failures))} cannot be exported:"
        yield from _some([f"  {name}: {sentence}" for name, sentence in plan.failures])
    yield from _some([as_sentence(note) for note in plan.notes])


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:LISTED]
    if len(lines) > LISTED:
        yield f"  and {len(lines) - LISTED:,} more"


def exporting(progress: ExportProgress, seconds: float) -> str:
    """How far a run has come in so many seconds."""
    speed = progress.octets / max(seconds, 0.001)
    parts = [f"Exporting {progress.count:,} of {progress.total:,}"]
    if speed:
        left = max(0, progress.octets_total - progress.octets) / speed
        parts += [
            format_size(progress.octets),
            f"{format_size(int(speed))}/s",
            f"{format_wait(left)} left",
        ]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    return ", ".join(parts)


def exported(report: ExportReport, plan: Plan, first_failure: str, directory: Path) -> str:
    """The end of a run that came to its end."""
    saved = sum(folder.saved for folder in report.folders)
    parts = [f"Exported {format_messages(saved)} in {shown_path(directory)}"]
    if plan.skipped:
        parts.append(f"{plan.skipped:,} saved already")
    if report.failed:
        parts.append(f"{report.failed:,} failed: {first_failure.rstrip('.')}")
    if report.cut_off:
        parts.append(f"{report.cut_off:,} came shorter than the server told of")
    if remarked := report.remarked - report.cut_off:
        parts.append(f"{remarked:,} saved with a remark in index.csv")
    if plan.failures:
        name, sentence = plan.failures[0]
        parts.append(f"{_folders(len(plan.failures))} left out: {name}: {sentence.rstrip('.')}")
    parts += [
        f"{folder.name} does not add up: server {folder.server:,} = saved {folder.saved:,}"
        f" + skipped {folder.skipped:,} + failed {folder.failed:,}"
        for folder in report.folders
        if not folder.adds_up
    ][:LISTED]
    return "; ".join(parts) + "."


def is_complete(report: ExportReport, plan: Plan) -> bool:
    """Whether everything that was asked for is on the disk."""
    is_whole = report.adds_up and not report.failed and not report.cut_off
    return is_whole and not plan.failures


def ended(error: BaseException, progress: ExportProgress) -> str:
    """The end of a run that was stopped, or that could not go on."""
    saved = format_messages(progress.count - progress.failed)
    if isinstance(error, CancelledError):
        return f"Stopped: {saved} of {progress.total:,} saved; {GOES_ON}."
    # What is no error of ours is a fault, and is told by its name.
    told = str(error) if isinstance(error, TuimailError) else safe_line(repr(error))
    return f"{as_sentence(told)} {saved} of {progress.total:,} saved; {GOES_ON}."


def _folders(count: int) -> str:
    return "1 folder" if count == 1 else f"{count:,} folders"
