"""An archive server whose SEARCH leaves messages out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from tests.servers.archive import ChangingServer, _ChangingConnection
from tuimail.archive.command import Command
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.archive.mailbox import Mailbox
from tuimail.archive.response import no


class ForgetfulServer(ChangingServer):
    """Finds the first `most` messages only; rows of `hidden` UIDs come under none."""

    def __init__(
        self,
        mailbox: Mailbox,
        most: int,
        *,
        hidden: Collection[int] = (),
        refusal: str = "",
        stutters: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(mailbox, **options)
        self._connection_class = _ForgetfulConnection
        self.most = most
        self.hidden = hidden
        self.refusal = refusal
        """What SEARCH is answered NO with."""
        self.stutters = stutters
        """Whether the last one that is found is named twice."""


class _ForgetfulConnection(_ChangingConnection):
    server: ForgetfulServer

    def handle_search(self, command: Command) -> str:
        if self.server.refusal:
            raise no(self.server.refusal)
        return super().handle_search(command)

    def _search(self, program: list[Any]) -> Iterator[Any]:
        found = list(islice(super()._search(program), self.server.most))
        return iter(found + found[-1:] if self.server.stutters else found)

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        if view.message(number).uid in self.server.hidden:
            return b""
        return super().write_row(view, number, items)
