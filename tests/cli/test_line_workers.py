"""Large listings, whose lines are made by processes beside the command."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.command import Done, environment, run, url
from tests.cli.conftest import Served
from tests.servers.archive import GarbageServer
from tests.servers.mailboxes import mailbox_of
from tuimail.cli import chosen_lines
from tuimail.cli.line_process import read_frame, send_frame
from tuimail.cli.line_workers import LineWorkers
from tuimail.cli.line_writing import LineOrder, Lines, line_writer
from tuimail.errors import TuimailError

ORDER = LineOrder(
    as_json=True,
    with_folder=True,
    raw_name=b"Gr&APY-\xc3\x9f",
    name="Größe",
    uid_validity=77,
    fields=("FROM", "SUBJECT"),
    known_items=(),
    headers=("X-Mailer",),
    items=("MODSEQ",),
)
ARGUMENTS = [
    ("--page", "all"),
    ("--page", "all", "--ascending", "--header", "In-Reply-To", "--item", "MODSEQ"),
    ("--sort", "subject", "--page", "all", "--search", "larger:4k", "--item", "X-NOWHERE"),
    ("--uid", "1:700,720", "--page-size", "650", "--connections", "1"),
]


def answer(number: int, subject: bytes) -> list[bytes]:
    header = b"Subject: %b\r\n\r\n" % subject
    line = b"* %d FETCH (UID %d FLAGS () BODY[HEADER.FIELDS (FROM SUBJECT)] {%d}\r\n"
    return [line % (number, number + 100, len(header)), header, b")\r\n"]


def listed(monkeypatch: pytest.MonkeyPatch, served: Served, *arguments: str) -> tuple[Done, Done]:
    """As this process alone makes it, and with others."""
    command = ("list", served.url, *arguments)
    alone = run(*command, password=served.password)
    monkeypatch.setattr(chosen_lines, "MANY", 100)
    return alone, run(*command, password=served.password)


@pytest.mark.parametrize("form", ["--json", "--all"])
@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_the_same_octets_whoever_makes_them(
    monkeypatch: pytest.MonkeyPatch, large: Served, arguments: tuple[str, ...], form: str
) -> None:
    alone, beside = listed(monkeypatch, large, *arguments, form)
    assert alone.octets.count(b"\n") > 300
    assert beside == alone


def test_a_message_that_is_answered_badly_is_listed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    garbled = {2: {"body_structure": b'("text" "plain" NIL)'}, 3: {"body_structure": b"(((("}}
    with GarbageServer(mailbox_of(4), garbled=garbled) as server:
        command = ("list", url(server.port), "--page", "all", "--ascending", "--json")
        alone = run(*command)
        monkeypatch.setattr(chosen_lines, "MANY", 1)
        beside = run(*command)
    assert ["error" in row for row in beside.objects] == [False, True, True, False]
    assert beside == alone
    assert (beside.status, beside.said.count("UID")) == (1, 2)


def test_the_order_is_that_of_the_blocks() -> None:
    # The later ones are done long before the first.
    blocks = [
        [answer(n, b"%d-%d" % (n, i)) for i in range(1, 600 // n)] for n in (1, 50, 2, 300, 9)
    ]
    alone = line_writer(ORDER)
    with LineWorkers(ORDER, 3) as workers:
        assert list(workers.write(blocks)) == [alone.write(block) for block in blocks]


def test_a_block_without_messages() -> None:
    with LineWorkers(ORDER, 1) as workers:
        assert list(workers.write([[]])) == [Lines([], 0, [])]


def test_no_more_is_asked_for_than_is_wanted() -> None:
    begun: list[int] = []

    def blocks() -> Iterator[list[list[bytes]]]:
        for number in range(1, 100):
            begun.append(number)
            yield [answer(number, b"one")]

    with LineWorkers(ORDER, 2) as workers:
        first = next(workers.write(blocks()))
    assert b'"uid": 101,' in first.made[0]
    assert len(begun) <= 3


def test_a_process_that_ends_before_its_time_is_an_error() -> None:
    # Nothing that a server can send ends it; this is no response at all.
    blocks = [[answer(1, b"one")], [[1]], [answer(2, b"two")]]
    with LineWorkers(ORDER, 1) as workers:
        answers = workers.write(blocks)  # type: ignore[arg-type]
        assert next(answers).number == 1
        with pytest.raises(TuimailError, match="has ended before its time"):
            next(answers)


def test_a_listing_that_lost_such_a_process_is_not_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chosen_lines, "MANY", 1)
    monkeypatch.setattr("tuimail.cli.line_workers._COMMAND", (sys.executable, "-c", ""))
    with GarbageServer(mailbox_of(4)) as server:
        done = run("list", url(server.port), "--page", "all", "--json")
    assert (done.status, done.octets) == (1, b"")
    assert "tuimail: INBOX: a process that reads the answers has ended" in done.said


@pytest.mark.parametrize("cut", [0, 3, 20, None])
def test_such_a_process_ends_with_its_stdin(cut: int | None) -> None:
    """As it does when the command is killed, in the middle of a word too."""
    said = io.BytesIO()
    send_frame(said, tuple(ORDER))
    send_frame(said, [answer(1, b"one")])
    program = "from tuimail.cli.line_process import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], input=said.getvalue()[:cut], capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if cut is None:
        (octets,), written, _ = read_frame(io.BytesIO(done.stdout))
        assert (written, b'"subject": "one"' in octets) == (1, True)


def test_a_reader_that_has_enough(large: Served) -> None:
    """As `| head -1` does."""
    program = (
        "from tuimail.cli import chosen_lines; chosen_lines.MANY = 1;"
        "from tuimail.cli.main import run_program; run_program()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "list", large.url, "--page", "all", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(large.password),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # More than a pipe holds is still to come.
        assert process.stdout.readline().startswith(b'{"folder": "INBOX"')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
