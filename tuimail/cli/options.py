"""What a command was told on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path


class Options(argparse.Namespace):
    """The arguments of whichever command was named; a command has only those of its parser."""

    command: str

    account: str | None
    password_command: str | None
    ca_file: Path | None
    fingerprint: str | None
    allow_plaintext: bool
    connections: int

    no_cache: bool
    """Keep nothing of the inbox for the next run."""

    folder: str | None
    recursive: bool
    everything: bool
    """--all"""
    seq: str | None
    uid: str | None
    search: str | None
    sort: str
    ascending: bool
    page: str | None
    page_size: int | None
    header: list[str]
    item: list[str]
    json: bool

    name: str | None
    larger: str | None
    save: Path | None

    number: str | None
    """The UID of `show`."""
    part: str
    """What `show` shows: headers, text or raw; empty for the short headers and the text."""

    directory: Path
    """The export that is verified."""
    to: Path | None
    """The folder of an export."""
    format: str
    """eml or msg."""
    dry_run: bool
