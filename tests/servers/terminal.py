"""Real terminals for the tests: one that keeps every octet it was sent, and tmux.

Both are context managers around one running command: `with Pty(command) as terminal:`. Keys are
the octets that a keyboard sends: "j", "\\r" for Enter, "\\x1b" for Esc.
"""

from __future__ import annotations

import codecs
import fcntl
import itertools
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.cells import get_character_cell_size

PATIENCE = 20.0
"""Seconds until what a terminal waits for counts as not coming; a busy machine is slow."""
SMALL = (80, 24)
"""Columns and lines that everything has to be usable in."""

_numbers = itertools.count(1)


def has_tmux() -> bool:
    return shutil.which("tmux") is not None


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody at a colour terminal, whose home is `home`."""
    ours = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name in ours}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        **more,
    }


class Terminal:
    """What both can do."""

    def press(self, keys: str) -> None:
        """Type these."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """What the terminal shows, a line each, without spaces at the ends of lines."""
        raise NotImplementedError

    def wait(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something is so; raises AssertionError with what is shown instead."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"it did not become so:\n{self.text}"
            self.rest()

    def wait_for(self, pattern: str) -> None:
        """Wait until something that matches is shown."""
        self.wait(lambda: re.search(pattern, self.text))

    def rest(self) -> None:
        """Let the command go on for a moment."""
        time.sleep(0.01)


# ECMA-48: control sequences, control strings, choices of a character set (ECMA-35), and ESC with
# one character.
_CONTROL = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[ -/]+[0-~]"
    r"|\x1b[^\[\]P^_X -/]"
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[ -/]+|[\]P^_X][^\x07\x1b]*\x1b?)?\Z")


def find_controls(recording: str) -> list[str]:
    """The control sequences that a terminal was sent, in their order.

    Of colours and places (SGR and CUP) only the last letter: every screen has its own.
    """
    return [
        control["final"] if control["final"] in ("m", "H") else control[0]
        for control in _CONTROL.finditer(recording)
    ]


def remove_controls(recording: str) -> str:
    """What is left without control sequences: all that a terminal shows."""
    return _CONTROL.sub("", recording)


class Screen:
    """Just enough of a terminal to tell what stands where."""

    def __init__(self, size: tuple[int, int]) -> None:
        columns, lines = size
        self._cells = [[" "] * columns for _ in range(lines)]
        self._line = self._column = 0
        self._rest = ""

    @property
    def text(self) -> str:
        return "\n".join("".join(line).rstrip() for line in self._cells)

    def feed(self, text: str) -> None:
        """Take over what was written; a sequence that has only begun waits for its end."""
        text = self._rest + text
        begun = _BEGUN.search(text)
        end = begun.start() if begun else len(text)
        at = 0
        for control in _CONTROL.finditer(text, 0, end):
            self._write(text[at : control.start()])
            if control["final"] == "H":
                line, _, column = control["parameters"].partition(";")
                self._line, self._column = int(line or 1) - 1, int(column or 1) - 1
            at = control.end()
        self._write(text[at:end])
        self._rest = text[end:]

    def _write(self, text: str) -> None:
        for character in text:
            width = get_character_cell_size(character)
            if character == "\r":
                self._column = 0
            elif character == "\n":
                self._line += 1
            elif self._line < len(self._cells) and width:
                cells = self._cells[self._line]
                cells[self._column : self._column + width] = [character] + [""] * (width - 1)
                self._column += width


class Pty(Terminal):
    """A command in a pseudo-terminal; `recording` is every octet that it has written."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = SMALL,
    ) -> None:
        self._command = command
        self._environment = environment
        self._size = size
        self.recording = bytearray()
        self._screen = Screen(size)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def __enter__(self) -> Self:
        self._master, self._terminal = pty.openpty()
        columns, lines = self._size
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self.attributes_before = self.attributes
        # Not forkpty: it warns in a process with threads, and the tests' servers are threads.
        self.process = subprocess.Popen(
            self._command,
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            env=self._environment,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._terminal)

    @property
    def text(self) -> str:
        return self._screen.text

    @property
    def attributes(self) -> list[object]:
        """The terminal's own settings: echo, whole lines, signals (termios)."""
        return termios.tcgetattr(self._terminal)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def rest(self) -> None:
        if self._read(0.01):
            self.read_all()

    def read_all(self) -> None:
        """Read what has been written so far."""
        while self._read(0):
            pass

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Wait until the process has ended, and read its last words; gives its exit status."""
        self.wait(lambda: self.process.poll() is not None, seconds)
        self.read_all()
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal; no SIGHUP tells of it, since it is not the session's own."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, self._master)
        os.close(nowhere)

    def _read(self, seconds: float) -> bool:
        """Read what comes within this time; whether anything came."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        octets = os.read(self._master, 1 << 16)
        self.recording += octets
        self._screen.feed(self._decode(octets))
        return True


class Tmux(Terminal):
    """A command in a tmux of its own, which lets programs write to its clipboard."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = SMALL,
    ) -> None:
        self._command = command
        self._environment = environment
        self._size = size
        self._socket = f"tuimail-{os.getpid()}-{next(_numbers)}"

    def __enter__(self) -> Self:
        columns, lines = map(str, self._size)
        options = [
            *("set", "-s", "set-clipboard", "on", ";"),
            # The screen of a program that has ended can still be looked at.
            *("set", "-g", "remain-on-exit", "on", ";"),
        ]
        session = ["new-session", "-d", "-x", columns, "-y", lines, "--", *self._command]
        self._run("-f", "/dev/null", "start-server", ";", *options, *session)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(subprocess.CalledProcessError):
            socket = Path(self.tell("socket_path"))
            self._run("kill-server")
            socket.unlink(missing_ok=True)

    @property
    def text(self) -> str:
        return self._run("capture-pane", "-p")

    def press(self, keys: str) -> None:
        self._run("send-keys", "-H", *(f"{octet:x}" for octet in keys.encode()))

    @property
    def clipboard(self) -> str | None:
        """What a program copied last; None when none did."""
        try:
            return self._run("show-buffer")
        except subprocess.CalledProcessError:
            return None

    @property
    def title(self) -> str:
        return self.tell("pane_title")

    @property
    def has_ended(self) -> bool:
        """Whether the command has; with what status, tmux 3.3 does not always learn."""
        return self.tell("pane_dead") == "1"

    def tell(self, variable: str) -> str:
        """A variable of tmux(1), FORMATS: `cursor_flag`, `alternate_on`."""
        return self._run("display-message", "-p", f"#{{{variable}}}").rstrip("\n")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            env=dict(self._environment),
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=PATIENCE,
            check=True,
        )
        return done.stdout
