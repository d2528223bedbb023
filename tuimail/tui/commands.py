"""The command palette: every key by its name, and every folder."""

from __future__ import annotations

import unicodedata
from functools import partial

from rich.text import Text
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from tuimail.tui.keys import APP_KEYS, BROWSE_KEYS
from tuimail.tui.screens.browse import BrowseScreen

_FOLDER_HITS = 30
"""Folders offered for one query; whoever sees so many types on."""
# No keys of their own: a column is added once and stays.
COLUMN_COMMANDS = (
    Binding("", "toggle_numbers", "Column: number", tooltip="Show or hide sequence numbers."),
    Binding("", "toggle_uids", "Column: UID", tooltip="Show or hide unique ids."),
    Binding("", "add_column", "Column: other…", tooltip="Any header field or FETCH item."),
)
_HIDDEN = frozenset({"app.palette", "app.back"})


class MailCommands(Provider):
    """Commands by fuzzy match; folders by a part of their name.

    The palette reads a str as markup, so a folder's name is a Text.
    """

    async def discover(self) -> Hits:
        for binding in (*self._bindings(), *COLUMN_COMMANDS):
            yield DiscoveryHit(
                binding.description, partial(self._run, binding), help=binding.tooltip
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for binding in (*self._bindings(), *COLUMN_COMMANDS):
            score = matcher.match(binding.description)
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(binding.description),
                    partial(self._run, binding),
                    help=binding.tooltip,
                )
        screen = self.screen
        if not isinstance(screen, BrowseScreen):
            return
        wanted = _fold(query)
        found = 0
        for folder in screen.folder_tree.outline.selectable_folders():
            name = str(folder.name)
            if wanted in _fold(name):
                yield Hit(
                    1 / (1 + len(name)), Text(f"Open {name}"), partial(screen.open_folder, folder)
                )
                found += 1
            if found == _FOLDER_HITS:
                return

    @staticmethod
    def _bindings() -> list[Binding]:
        return [one for one in (*BROWSE_KEYS, *APP_KEYS) if one.id not in _HIDDEN]

    async def _run(self, binding: Binding) -> None:
        await self.screen.run_action(binding.action)


def _fold(name: str) -> str:
    """Without case and accents: `zu` finds `Zürich`."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
