"""What the screen remembers from one run to the next. No mail and no secret is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tuimail.errors import FileError
from tuimail.export.names import SaveFormat
from tuimail.files import read_small, write_atomically
from tuimail.imap.paging import Order, SortKey

T = TypeVar("T")

LIMIT = 1 << 20
"""Octets of the file; a larger one is not ours."""


@dataclass(slots=True)
class State:
    """Loaded once, changed by the screen, saved when something changed.

    Without a path nothing is kept.
    """

    path: Path | None = None
    export_folder: Path | None = None
    """Where messages were saved the last time."""
    orders: dict[str, dict[str, bool]] = field(default_factory=dict)
    """Account (`user@host`) -> folder -> whether the newest come first, where somebody chose."""
    sort_keys: dict[str, dict[str, str]] = field(default_factory=dict)
    """Account -> folder -> the word of a sort key, where somebody chose one."""

    exports: dict[str, dict[str, str]] = field(default_factory=dict)
    """Account (`user@host:port`) -> `folder` and `format` of its last export."""

    @classmethod
    def load(cls, path: Path) -> State:
        """The state in the file; what is missing, broken or foreign in it counts as not there."""
        state = cls(path)
        try:
            stored = json.loads(read_small(path, LIMIT) or b"{}")
        except (FileError, ValueError, RecursionError):
            return state
        if not isinstance(stored, dict):
            return state
        folder = stored.get("export_folder")
        if isinstance(folder, str) and folder and "\0" not in folder:
            state.export_folder = Path(folder)
        state.orders = _by_folder(stored.get("descending"), bool)
        state.sort_keys = _by_folder(stored.get("sort"), str)
        state.exports = _by_folder(stored.get("exports"), str)
        return state

    def save(self) -> None:
        """Write the file, whole or not at all. Raises FileError."""
        if self.path is None:
            return
        folder = None if self.export_folder is None else str(self.export_folder)
        stored = {
            "export_folder": folder,
            "descending": self.orders,
            "sort": self.sort_keys,
            "exports": self.exports,
        }
        # ASCII, so that a path whose octets are no UTF-8 comes back as it was.
        write_atomically(self.path, json.dumps(stored, indent=2).encode("ascii") + b"\n")

    def order_of(self, account: str, folder: bytes) -> Order:
        """How the folder (its raw name) was looked at last; by arrival, newest first, at first."""
        descending = self.orders.get(account, {}).get(_key(folder), True)
        word = self.sort_keys.get(account, {}).get(_key(folder), "")
        known = {key.value: key for key in SortKey}
        return Order(known.get(word, SortKey.ARRIVAL), descending)

    def set_order(self, account: str, folder: bytes, order: Order) -> None:
        """Remember the order that somebody chose for a folder."""
        self.orders.setdefault(account, {})[_key(folder)] = order.descending
        self.sort_keys.setdefault(account, {})[_key(folder)] = order.key.value

    def last_export(self, account: str) -> tuple[Path | None, SaveFormat]:
        """Where the account was exported to the last time, if it was, and as what."""
        last = self.exports.get(account, {})
        folder, word = last.get("folder", ""), last.get("format", "")
        known = {one.value: one for one in SaveFormat}
        path = Path(folder) if folder and "\0" not in folder else None
        return path, known.get(word, SaveFormat.EML)

    def note_export(self, account: str, directory: Path, save_format: SaveFormat) -> None:
        """Remember an export, to go on with it."""
        self.exports[account] = {"folder": str(directory), "format": save_format.value}


def _key(folder: bytes) -> str:
    return folder.decode("utf-8", "surrogateescape")


def _by_folder(stored: object, kind: type[T]) -> dict[str, dict[str, T]]:
    if not isinstance(stored, dict):
        return {}
    return {
        account: {folder: choice for folder, choice in chosen.items() if isinstance(choice, kind)}
        for account, chosen in stored.items()
        if isinstance(chosen, dict)
    }
