"""`python -m tuimail.msg`, as a command and as the process that an export feeds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.msg.letters import FULL
from tuimail.msg.__main__ import main
from tuimail.msg.mapi import PidTag
from tuimail.msg.reader import read_msg


def test_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(FULL)
    assert main([str(tmp_path / "a.eml")]) == 0
    assert main([str(tmp_path / "a.eml"), str(tmp_path / "named")]) == 0
    assert (tmp_path / "named").read_bytes() == (tmp_path / "a.msg").read_bytes()
    with (tmp_path / "a.msg").open("rb") as file:
        assert read_msg(file).properties[PidTag.SUBJECT] == "Re: 🐒 monkeys"


def test_a_file_is_not_converted_into_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.msg").write_bytes(FULL)
    assert main([str(tmp_path / "a.msg")]) == 2
    assert "into itself" in capsys.readouterr().err
    assert (tmp_path / "a.msg").read_bytes() == FULL


def test_what_is_lost_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_bytes(b"Date: \x1b[31mnever\r\n\r\n")
    assert main([str(tmp_path / "a.eml")]) == 0
    assert capsys.readouterr().err == "tuimail.msg: the Date field cannot be read: �[31mnever\n"


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 2), (["a", "b", "c"], 2)])
def test_usage(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == status
    assert "FILE.eml [OUT.msg]" in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.eml")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_many_files(tmp_path: Path) -> None:
    """Answers come in order; one that cannot be converted costs itself only."""
    orders: list[dict[str, object]] = []
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(FULL)
        order: dict[str, object] = {
            "eml": str(tmp_path / f"{number}.eml"),
            "msg": str(tmp_path / f"{number}.msg"),
        }
        orders.append(order)
    orders[1] |= {"internal_date": "2026-11-21T07:30:00+00:00", "flags": ["\\Draft", "Tax"]}
    (tmp_path / "2.eml").unlink()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tuimail.msg"],
        input="".join(json.dumps(order) + "\n" for order in orders).encode(),
        capture_output=True,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["msg"] for answer in answers] == [order["msg"] for order in orders]
    assert answers[2]["error"] == "No such file or directory"
    assert (done.returncode, done.stderr) == (1, b"")
    assert answers[0]["size"] == (tmp_path / "0.msg").stat().st_size
    with (tmp_path / "1.msg").open("rb") as file:
        found = read_msg(file)
    assert found.properties[PidTag.MESSAGE_FLAGS] == 8
    assert (
        found.properties[PidTag.MESSAGE_DELIVERY_TIME]
        != found.properties[PidTag.CLIENT_SUBMIT_TIME]
    )
    assert ("Tax", "zoo", "garden") in found.properties.values()


def test_it_loads_neither_screen_nor_imap() -> None:
    """Many of them run at once, and each is to start in no time."""
    code = "import sys, tuimail.msg.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"textual", "rich", "imapclient", "mailparser", "olefile", "asyncio"}
    assert "tuimail.imap" not in done.stdout.split()
