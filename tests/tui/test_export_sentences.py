"""What is said of an export."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from tuimail.errors import ConnectionLost
from tuimail.export.plan import Plan, PlanProgress
from tuimail.export.planned_folder import PlannedFolder
from tuimail.export.proof import FolderSum
from tuimail.export.records import FolderRecord
from tuimail.export.report import ExportProgress, ExportReport
from tuimail.export.task import Room
from tuimail.text import MailText
from tuimail.tui import export_sentences

OUT = Path("/srv/mail")


def plan_of(
    asked: int,
    skipped: int = 0,
    *,
    renames: int = 0,
    failures: tuple[tuple[MailText, str], ...] = (),
    notes: tuple[str, ...] = (),
) -> Plan:
    record = FolderRecord(1, b"INBOX", "INBOX", "INBOX", 1, asked + skipped)
    renamed = tuple((MailText(f"a:{n}"), f"a_{n}") for n in range(renames))
    folder = PlannedFolder(record, asked + skipped, skipped, asked, asked * 1024)
    return Plan((folder,), renamed, notes, failures)


def report_of(
    server: int, saved: int, skipped: int = 0, failed: int = 0, *, short: int = 0, remarked: int = 0
) -> ExportReport:
    folder = FolderSum(1, "INBOX", server, saved, skipped, failed)
    return ExportReport((folder,), short, remarked)


GONE = (MailText("Old"), "the server says: no such folder")


@pytest.mark.parametrize(
    ("plan", "room", "lines"),
    [
        (
            plan_of(1),
            Room(1024, None),
            ["1 message to fetch, 1.0K."],
        ),
        (
            plan_of(2048, 1234),
            Room(6 << 20, 5 << 30),
            ["2,048 messages to fetch, 2.0M; 1,234 saved already.", "5.0G free in /srv/mail."],
        ),
        (
            plan_of(2048),
            Room(6 << 20, 5 << 20),
            [
                "2,048 messages to fetch, 2.0M.",
                "5.0M free in /srv/mail.",
                "That is too little: about 6.0M are needed. Make room, or choose another folder.",
            ],
        ),
        (
            plan_of(1, renames=5, failures=(GONE,), notes=("INBOX was made anew",)),
            Room(1024, None),
            [
                "1 message to fetch, 1.0K.",
                "5 folders have other names on the disk.",
                "  a:0 goes to a_0",
                "  a:1 goes to a_1",
                "  a:2 goes to a_2",
                "  and 2 more",
                "1 folder cannot be exported:",
                "  Old: the server says: no such folder",
                "INBOX was made anew.",
            ],
        ),
    ],
)
def test_a_plan(plan: Plan, room: Room, lines: list[str]) -> None:
    assert export_sentences.planned(plan, room, OUT).split("\n") == lines


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (PlanProgress(12, 60, 3400), "Planning: 12 of 60 folders, 3,400 messages…"),
        (PlanProgress(1, 1, 1), "Planning: 1 of 1 folder, 1 message…"),
    ],
)
def test_how_far_a_plan_is(progress: PlanProgress, words: str) -> None:
    assert export_sentences.planning(progress) == words


@pytest.mark.parametrize(
    ("progress", "seconds", "words"),
    [
        (ExportProgress(0, 10_000, 0, 1 << 30, 0), 0.0, "Exporting 0 of 10,000"),
        (
            ExportProgress(1_234, 10_000, 12 << 20, 372 << 20, 1),
            4.0,
            "Exporting 1,234 of 10,000, 12M, 3.0M/s, 2 min left, 1 failed",
        ),
        # The server told less than there was.
        (
            ExportProgress(9, 10, 3 << 20, 2 << 20, 0),
            1.0,
            "Exporting 9 of 10, 3.0M, 3.0M/s, 0 s left",
        ),
        (ExportProgress(3, 10, 0, 0, 3), 1.0, "Exporting 3 of 10, 3 failed"),
    ],
)
def test_how_far_a_run_is(progress: ExportProgress, seconds: float, words: str) -> None:
    assert export_sentences.exporting(progress, seconds) == words


@pytest.mark.parametrize(
    ("report", "plan", "failure", "words", "is_complete"),
    [
        (report_of(3, 3), plan_of(3), "", "Exported 3 messages in /srv/mail.", True),
        (
            report_of(3, 1, 2),
            plan_of(1, 2),
            "",
            "Exported 1 message in /srv/mail; 2 saved already.",
            True,
        ),
        (
            report_of(3, 1, 0, 2),
            plan_of(3),
            "the server did not send it.",
            "Exported 1 message in /srv/mail; 2 failed: the server did not send it.",
            False,
        ),
        (
            report_of(3, 3),
            plan_of(3, failures=(GONE,)),
            "",
            "Exported 3 messages in /srv/mail;"
            " 1 folder left out: Old: the server says: no such folder.",
            False,
        ),
        (
            report_of(3, 2),
            plan_of(3),
            "",
            "Exported 2 messages in /srv/mail;"
            " INBOX does not add up: server 3 = saved 2 + skipped 0 + failed 0.",
            False,
        ),
        (
            report_of(30, 30, short=2, remarked=5),
            plan_of(30),
            "",
            "Exported 30 messages in /srv/mail; 2 came shorter than the server told of;"
            " 3 saved with a remark in index.csv.",
            False,
        ),
        # So many that the server must be guessing.
        (
            report_of(30, 30, short=20, remarked=20),
            plan_of(30),
            "",
            "Exported 30 messages in /srv/mail; 20 saved with a remark in index.csv.",
            True,
        ),
    ],
)
def test_the_end(
    report: ExportReport, plan: Plan, failure: str, words: str, is_complete: bool
) -> None:
    assert export_sentences.exported(report, plan, failure, OUT) == words
    assert export_sentences.is_complete(report, plan) is is_complete


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CancelledError(), "Stopped: 8 messages of 10 saved; the same export goes on from there."),
        (
            ConnectionLost("the server has gone"),
            "The server has gone. 8 messages of 10 saved; the same export goes on from there.",
        ),
        (
            ValueError("a fault of ours"),
            "ValueError('a fault of ours'). 8 messages of 10 saved;"
            " the same export goes on from there.",
        ),
    ],
)
def test_the_end_before_the_end(error: BaseException, words: str) -> None:
    assert export_sentences.ended(error, ExportProgress(9, 10, 0, 0, 1)) == words
