"""MANUAL.md says what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import test_attachments, test_folders, test_listing, test_unsubscribe
from tuimail.cli.parser import COMMANDS, SORT_KEYS, build_parser
from tuimail.imap.paging import SortKey
from tuimail.imap.query import KEYS, parse_query

MANUAL = Path(__file__).parents[2] / "MANUAL.md"


def manual(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tuimail.cli.manual", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=MANUAL.parent,
    )


def test_it_is_up_to_date() -> None:
    done = manual("--check", str(MANUAL))
    assert (done.returncode, done.stderr) == (0, "")
    assert manual().stdout == MANUAL.read_text(encoding="utf-8")


def test_an_old_one_is_noticed(tmp_path: Path) -> None:
    old = tmp_path / "MANUAL.md"
    old.write_text("# old\n", encoding="utf-8")
    done = manual("--check", str(old))
    assert done.returncode == 1
    assert "is not up to date" in done.stderr


def test_every_key_of_the_json_is_told_of() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    keys = {
        *test_listing.KEYS,
        *test_folders.KEYS,
        *test_attachments.KEYS,
        *test_unsubscribe.KEYS,
    }
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_every_key_of_the_queries_is_told_of() -> None:
    queries = MANUAL.read_text(encoding="utf-8").partition("## Queries")[2].partition("\n## ")[0]
    assert [key for key in KEYS if f"`{key}:" not in queries] == []
    told = re.findall(r"^\| (.+?) \| ", queries, re.M)[2:]
    for example in re.findall(r"`([^`]+)`", " ".join(told)):
        if not example.endswith(":"):
            parse_query(example)


def test_the_sort_keys_are_those_of_the_store() -> None:
    assert tuple(key.value for key in SortKey) == SORT_KEYS


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_shows_two_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        build_parser().parse_args([name, "--help"])
    assert end.value.code == 0
    examples = capsys.readouterr().out.partition("examples:\n")[2].splitlines()
    assert len(examples) == 2
    assert all(line.startswith("  tuimail ") for line in examples)
