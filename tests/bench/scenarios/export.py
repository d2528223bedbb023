"""A mailbox as files: EML beside mbsync, MSG beside Aspose.Email, and the memory that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.contest import Contestant, Series
from tests.bench.delaying import FAR, NEAR, Line
from tests.bench.filled import Kind, Mailbox
from tests.bench.peers import mbsync
from tests.bench.process import Run, run_measured, run_process
from tests.bench.stage import OURS, Stage, account_url, floor_command, peer_command
from tests.bench.table import Goal, compare, format_memory

_MOST_MEMORY = 30 * 1024
_TOGETHER = "memory is that of all our processes together"


def _export(stage: Stage, port: int, user: str, *more: str, on_disk: bool = False) -> Run:
    """`tuimail export`, into an empty folder; its exit status tells whether all came.

    The memory is that of all its processes.
    """
    with stage.folder(on_disk=on_disk) as home:
        command = [*OURS, "export", account_url(port, user), "--to", str(home / "mail"), *more]
        return run_process(command, home, together=True)


def _mbsync(stage: Stage, port: int, mailbox: Mailbox, *, on_disk: bool = False) -> Run:
    with stage.folder(on_disk=on_disk) as home:
        target = home / "mail"
        command = mbsync.prepare(home, target, port, mailbox.user, with_fsync=on_disk)
        run = run_process(command, home)
        found = sum(1 for _ in target.glob("INBOX/*/*:2,*"))
        assert found == mailbox.count, f"{found:,} files for {mailbox.count:,} messages"
        return run


def _measure_eml(line: Line, limit: float) -> Callable[[Stage], Iterator[Goal]]:
    def measure(stage: Stage) -> Iterator[Goal]:
        mailbox = stage.fill(Kind.VARIED, stage.sizes.exported)
        with stage.port_behind(line) as port, stage.folder() as home:
            floor = floor_command(port, mailbox.user, b"FETCH 1:* (UID BODY.PEEK[])")
            contestants: dict[str, Contestant] = {
                "tuimail": lambda: _export(stage, port, mailbox.user),
                "floor, one FETCH": lambda: run_measured(floor, home),
            }
            if mbsync.find_version():
                contestants["mbsync"] = lambda: _mbsync(stage, port, mailbox)
            contest = stage.contest(contestants, None if line is NEAR else stage.sizes.slow_rounds)
        yield compare(
            f"export {mailbox.count:,} EML to memory, {line}, no fsync on both sides",
            f"≤ {limit} of mbsync's",
            contest,
            peer="mbsync",
            limit=limit,
            with_memory=True,
            note=_TOGETHER,
        )

    return measure


def measure_disk(stage: Stage) -> Iterator[Goal]:
    """Every file on the disk for good before it counts as saved."""
    mailbox = stage.fill(Kind.VARIED, stage.sizes.synced)
    port = stage.server.port
    contestants: dict[str, Contestant] = {
        "tuimail": lambda: _export(stage, port, mailbox.user, on_disk=True)
    }
    if mbsync.find_version():
        contestants["mbsync"] = lambda: _mbsync(stage, port, mailbox, on_disk=True)
    # mbsync waits for the disk at every message.
    contest = stage.contest(contestants, stage.sizes.slow_rounds, warm_up=False)
    yield compare(
        f"export {mailbox.count:,} EML to disk, fsync on both sides",
        "≤ 0.2 of mbsync's",
        contest,
        peer="mbsync",
        limit=0.2,
        with_memory=True,
        note=_TOGETHER,
    )


def measure_msg(stage: Stage) -> Iterator[Goal]:
    """Fetched, converted and written; Aspose.Email with the one connection that it uses."""
    sizes, port = stage.sizes, stage.server.port
    mailbox = stage.fill(Kind.VARIED, sizes.exported)

    def ours(count: int) -> Run:
        return _export(stage, port, mailbox.user, "--format", "msg", "--seq", f"1:{count}")

    def aspose(count: int) -> Run:
        with stage.folder() as home:
            return run_process(
                peer_command(
                    stage.aspose_python, "with_aspose", "msg", port, mailbox.user,
                    str(count), str(home),
                ),
                home,
            )  # fmt: skip

    count = sizes.converted
    contestants: dict[str, Contestant] = {"tuimail": lambda: ours(count)}
    if stage.aspose:
        contestants["Aspose"] = lambda: aspose(count)
    contest = stage.contest(contestants, sizes.slow_rounds, warm_up=False)
    yield compare(
        f"export {count:,} MSG to memory, fetched, converted and written",
        "≤ 0.35 of Aspose's",
        contest,
        peer="Aspose",
        limit=0.35,
        with_memory=True,
        note=_TOGETHER,
    )


def measure_memory(stage: Stage) -> Iterator[Goal]:
    """The peak of an export, of all its processes, against that of an export of one message."""
    sizes, port = stage.sizes, stage.server.port
    mailbox = stage.fill(Kind.VARIED, sizes.exported)
    large = stage.fill(Kind.LARGE, sizes.large)
    as_msg = ("--format", "msg")
    contestants: dict[str, Contestant] = {
        "one": lambda: _export(stage, port, mailbox.user, "--seq", "1"),
        "many": lambda: _export(stage, port, mailbox.user),
        "large": lambda: _export(stage, port, large.user),
        "one as msg": lambda: _export(stage, port, mailbox.user, "--seq", "1", *as_msg),
        "large as msg": lambda: _export(stage, port, large.user, *as_msg),
    }
    if mbsync.find_version():
        contestants["mbsync"] = lambda: _mbsync(stage, port, mailbox)
        contestants["mbsync, large"] = lambda: _mbsync(stage, port, large)
    contest = stage.contest(contestants, 1, warm_up=False)
    beside = ", ".join(f"{name} {_peak(contest[name])}" for name in contest if "mbsync" in name)
    for name, least, what in (
        ("many", "one", f"{mailbox.count:,} EML"),
        ("large", "one", f"{large.count} EML of 30 MB"),
        ("large as msg", "one as msg", f"{large.count} MSG of 30 MB"),
    ):
        one, series = contest[least], contest[name]
        complete = one.is_complete and series.is_complete
        yield Goal(
            f"memory while exporting {what}, all processes together",
            "≤ 30 MB above one message",
            _peak(series),
            "; ".join(filter(None, (f"one message {_peak(one)}", beside))),
            series.memory / one.memory if complete else None,
            series.memory - one.memory <= _MOST_MEMORY if complete else None,
        )


def _peak(series: Series) -> str:
    return format_memory(series.memory) if series.is_complete else f"failed: {series.failure}"


LINES = {
    "export-eml": _measure_eml(NEAR, 0.2),
    "export-eml-40": _measure_eml(FAR, 0.25),
    "export-disk": measure_disk,
    "export-msg": measure_msg,
    "export-memory": measure_memory,
}
