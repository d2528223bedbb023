"""What every scenario works on: the server, the mailboxes, scratch folders and the peers."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.contest import Contest, Contestant, run_contest, tell_progress
from tests.bench.delaying import Line, delayed
from tests.bench.filled import FilledServer, Kind, Mailbox
from tests.bench.machine import first_line
from tests.servers.dovecot import PASSWORD

OURS = (sys.executable, "-m", "tuimail")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    listed: int
    """Varied messages that are listed, paged and sorted."""
    exported: int
    """Varied messages that are exported, and looked through for attachments."""
    synced: int
    """Varied messages that are exported with every file synced, at which mbsync takes its time."""
    converted: int
    """Messages that become .msg."""
    slow: int
    """Messages for peers that would take minutes with all of them."""
    many: int
    """Tiny messages."""
    large: int
    """Messages of 30 MB."""
    few: int = 1000
    rounds: int = 5
    slow_rounds: int = 3
    """Of what takes many seconds each time."""
    warm_up: bool = True
    """With a round before that does not count."""

    @property
    def grown(self) -> tuple[Mailbox, ...]:
        """Mailboxes from small to large, to see how cost grows."""
        counts = sorted({self.few, self.exported, self.listed})
        return (*(Mailbox(Kind.VARIED, count) for count in counts), Mailbox(Kind.TINY, self.many))


FULL = Sizes(
    listed=100_000,
    exported=10_000,
    synced=10_000,
    converted=10_000,
    slow=5_000,
    many=1_000_000,
    large=20,
)
QUICK = Sizes(
    listed=5_000,
    exported=5_000,
    synced=1_000,
    converted=500,
    slow=500,
    many=5_000,
    large=4,
    rounds=2,
    slow_rounds=1,
    warm_up=False,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the scenarios play."""

    server: FilledServer
    sizes: Sizes
    memory: Path
    """A folder in memory."""
    disk: Path
    """A folder on a disk."""
    peers_python: str
    """An interpreter that may have imap-tools."""
    aspose_python: str
    """One that may have Aspose.Email."""

    def fill(self, kind: Kind, count: int) -> Mailbox:
        """A mailbox, full."""
        mailbox = Mailbox(kind, count)
        tell_progress(f"filling {mailbox.user}")
        seconds = self.server.fill(mailbox)
        if seconds:
            tell_progress(f"filled {mailbox.user} in {seconds:.0f} s\n")
        return mailbox

    def contest(
        self,
        contestants: Mapping[str, Contestant],
        rounds: int | None = None,
        *,
        warm_up: bool = True,
        once: Collection[str] = (),
    ) -> Contest:
        """As `run_contest`, with as many rounds as this run has, or fewer."""
        sizes = self.sizes
        return run_contest(
            contestants,
            min(rounds or sizes.rounds, sizes.rounds),
            warm_up=warm_up and sizes.warm_up,
            once=once,
        )

    @contextlib.contextmanager
    def port_behind(self, line: Line) -> Iterator[int]:
        """The server's port at the end of a line."""
        with delayed(self.server.port, line) as port:
            yield port

    @contextlib.contextmanager
    def folder(self, *, on_disk: bool = False) -> Iterator[Path]:
        """An empty folder, removed afterwards."""
        path = Path(tempfile.mkdtemp(dir=self.disk if on_disk else self.memory))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    @property
    def imap_tools(self) -> str:
        """Its version; empty where it is not installed."""
        return _find_package(self.peers_python, "imap-tools")

    @property
    def aspose(self) -> str:
        """Its version; empty where it is not installed."""
        return _find_package(self.aspose_python, "Aspose.Email-for-Python-via-NET")


def account_url(port: int, user: str) -> str:
    """As tuimail takes it; the password is in the environment of every run."""
    return f"imap+insecure://{user}@127.0.0.1:{port}"


def script(module: str) -> str:
    """The path of a peer's script, which other interpreters run too."""
    return str(Path(__file__).parent / "peers" / f"{module}.py")


def peer_command(
    python: str, module: str, task: str, port: int, user: str, *more: str
) -> list[str]:
    """A peer's script at a task."""
    return [python, script(module), task, str(port), user, PASSWORD, *more]


def own_command(module: str, *words: str) -> list[str]:
    """One of our scripts: `core` or `floor`."""
    return [sys.executable, "-m", f"tests.bench.{module}", *words]


def floor_command(port: int, user: str, command: bytes) -> list[str]:
    """The floor at one command."""
    return own_command("floor", str(port), user, PASSWORD, command.decode())


@cache
def _find_package(python: str, name: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    return first_line([python, "-I", "-c", code])
