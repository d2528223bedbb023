"""What proves an export without tuimail."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.export.exports import write_export
from tests.export.ledgers import asked, begin, saved
from tuimail.errors import FileError
from tuimail.export.ledger import Ledger
from tuimail.export.proof import write_proof
from tuimail.export.records import Status
from tuimail.files import Directory


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with Directory.open(tmp_path / "mail") as directory:
        yield directory


@pytest.fixture
def ledger(directory: Directory) -> Iterator[Ledger]:
    with begin(directory) as ledger:
        ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        yield ledger


def check_sums(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=path,
        capture_output=True,
        encoding="utf-8",
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        check=False,
    )


def test_sha256sum_accepts_it(tmp_path: Path) -> None:
    write_export(tmp_path)
    done = check_sums(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [f"INBOX/{uid}.eml: OK" for uid in range(1, 6)]
    assert done.stdout.splitlines() == [
        *(f"Archive/2024/{uid}.eml: OK" for uid in range(11, 14)),
        "Größe/21.eml: OK",
        *lines,
    ]
    own = subprocess.run(
        ["sha256sum", "INBOX/3.eml"], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    assert own in (tmp_path / "SHA256SUMS").read_bytes()


def test_sha256sum_sees_one_byte(tmp_path: Path) -> None:
    write_export(tmp_path)
    file = tmp_path / "INBOX" / "3.eml"
    file.write_bytes(file.read_bytes().replace(b"message 3", b"message 8"))
    done = check_sums(tmp_path)
    assert done.returncode == 1
    assert "INBOX/3.eml: FAILED\n" in done.stdout
    assert done.stdout.count("FAILED") == 1


def test_names_that_break_a_line_are_written_as_sha256sum_does(
    directory: Directory, ledger: Ledger
) -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for uid, name in enumerate(("a\\b", "a\nb", "a\rb", " a", "é"), 1):
        (directory.path / name).touch()
        ledger.note([saved(uid)._replace(path=name, file_sha256=empty)])
    write_proof(ledger, directory)
    done = check_sums(directory.path)
    assert (done.returncode, done.stdout.count("OK")) == (0, 5), done


def test_one_file_of_two_messages_has_one_line(directory: Directory, ledger: Ledger) -> None:
    """The same message under two UIDVALIDITYs."""
    ledger.note([saved(1), saved(1)._replace(uid_validity=8), saved(2)])
    write_proof(ledger, directory)
    lines = (directory.path / "SHA256SUMS").read_text().splitlines()
    assert [line.partition("  ")[2] for line in lines] == ["INBOX/1.eml", "INBOX/2.eml"]
    assert len(rows(directory)) == 3


def rows(directory: Directory) -> list[dict[str, str]]:
    with (directory.path / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_index_has_a_row_for_each_message(directory: Directory, ledger: Ledger) -> None:
    ledger.add_folder(b"Sent", "Sent", "Sent")
    ledger.note([saved(3), saved(1), saved(4)._replace(folder=2)])
    ledger.note([asked(2)._replace(status=Status.FAILED, error="the server does not send it")])
    ledger.ask([asked(5)])
    write_proof(ledger, directory)
    found = rows(directory)
    assert [(row["folder"], row["uid"], row["status"]) for row in found] == [
        ("INBOX", "1", "saved"),
        ("INBOX", "2", "failed"),
        ("INBOX", "3", "saved"),
        ("INBOX", "5", "asked"),
        ("Sent", "4", "saved"),
    ]
    assert found[0] == {
        "folder": "INBOX",
        "uid_validity": "7",
        "uid": "1",
        "status": "saved",
        "path": "INBOX/1.eml",
        "internal_date": "2026-11-20T09:14:00+01:00",
        "subject": "Re: compiler notes",
        "message_id": "<a@example.org>",
        "flags": "\\Seen $Forwarded",
        "size": "1204",
        "sha256": "ab" * 32,
        "error": "",
    }
    assert found[1]["error"] == "the server does not send it"


@pytest.mark.parametrize(
    ("subject", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\n=1", "' =1"),
        ("＝1+1", "'＝1+1"),
        ("\x1b[2J", "�[2J"),
        ("\u202egnp.exe", "�gnp.exe"),
        ('a"b,c;d', 'a"b,c;d'),
        ("1 = 1", "1 = 1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(
    directory: Directory, ledger: Ledger, subject: str, cell: str
) -> None:
    ledger.note([saved(1)._replace(subject=subject, message_id=subject, error=subject)])
    write_proof(ledger, directory)
    (row,) = rows(directory)
    assert (row["subject"], row["message_id"], row["error"]) == (cell, cell, cell)


def test_both_are_written_anew_and_closed_to_others(directory: Directory, ledger: Ledger) -> None:
    write_proof(ledger, directory)
    assert rows(directory) == []
    ledger.note([saved(1)])
    write_proof(ledger, directory)
    assert len(rows(directory)) == 1
    assert sorted(os.listdir(directory.path)) == [".tuimail", "SHA256SUMS", "index.csv"]
    assert [
        (directory.path / name).stat().st_mode & 0o777 for name in ("SHA256SUMS", "index.csv")
    ] == [
        0o600,
        0o600,
    ]


def test_what_cannot_be_written_leaves_what_was_there(directory: Directory, ledger: Ledger) -> None:
    write_proof(ledger, directory)
    before = (directory.path / "index.csv").read_bytes()
    ledger.note([saved(1)])
    (directory.path / "index.csv.part").mkdir()
    with pytest.raises(FileError, match=r"index\.csv\.part"):
        write_proof(ledger, directory)
    assert (directory.path / "index.csv").read_bytes() == before


WRITE_PROOF = """
import pathlib, sys
from tuimail.export.ledger import Ledger
from tuimail.export.proof import write_proof
from tuimail.files import Directory
with Directory.open(pathlib.Path(sys.argv[1])) as directory:
    with Ledger.read(directory) as ledger:
        write_proof(ledger, directory)
"""


@pytest.mark.usefixtures("strace")
def test_both_are_on_the_disk_before_they_have_their_names(tmp_path: Path) -> None:
    export, trace = tmp_path / "mail", tmp_path / "trace"
    write_export(export)
    calls = "trace=fdatasync,fsync,rename,renameat,renameat2"
    program = [sys.executable, "-c", WRITE_PROOF, str(export)]
    subprocess.run(["strace", "-f", "-y", "-e", calls, "-o", str(trace), *program], check=True)
    seen = [
        (re.findall(r"(\w+)\(", line)[0], re.findall(r"index|SUMS", line)[:1])
        for line in trace.read_text().splitlines()
        if str(export) in line
    ]
    assert seen == [
        ("fdatasync", ["index"]),
        ("renameat", ["index"]),
        ("fdatasync", ["SUMS"]),
        ("renameat", ["SUMS"]),
        ("fsync", []),
    ]
