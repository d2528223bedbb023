"""Commands as a shell runs them, and what they say."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

from tests.servers.archive import PASSWORD
from tuimail.cli.main import main


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    octets: bytes
    """What it wrote to stdout."""
    said: str
    """What it wrote to stderr."""

    @property
    def text(self) -> str:
        return self.octets.decode("utf-8")

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON Lines; a line is what ends in LF and nothing else."""
        assert not self.octets or self.octets.endswith(b"\n")
        return [json.loads(line) for line in self.octets.split(b"\n")[:-1]]


def url(port: int, user: str = "demo", folder: str = "") -> str:
    """The account of a loopback server."""
    return f"imap+insecure://{user}@127.0.0.1:{port}{folder}"


def run(*arguments: str, password: str = PASSWORD) -> Done:
    """Run a command in this process, where it starts in no time; neither end is a terminal."""
    stdout, stderr = io.BytesIO(), io.BytesIO()
    with (
        mock.patch.dict(os.environ, TUIMAIL_PASSWORD=password),
        contextlib.redirect_stdout(io.TextIOWrapper(stdout, "utf-8")) as out,
        contextlib.redirect_stderr(io.TextIOWrapper(stderr, "utf-8")) as err,
    ):
        status = main(arguments)
        out.flush()
        err.flush()
        return Done(status, stdout.getvalue(), stderr.getvalue().decode())


def environment(password: str = PASSWORD, **more: str) -> Mapping[str, str]:
    return {**os.environ, "TUIMAIL_PASSWORD": password, **more}


@contextlib.contextmanager
def started(
    *arguments: str, password: str = PASSWORD, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process of its own, with pipes; killed when it outlives the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tuimail", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(password, **variables),
    ) as process:
        try:
            yield process
        finally:
            process.kill()
