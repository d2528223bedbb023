"""Looking through folders for the messages that a command wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tuimail.cli.folder_choice import ask_ahead
from tuimail.cli.output import Output
from tuimail.cli.selection import count_missing
from tuimail.errors import ConnectError, FileError, TuimailError, UsageError
from tuimail.imap.folder import Folder
from tuimail.imap.job import Request
from tuimail.imap.selection import Chosen, Selection
from tuimail.imap.sieve import Sieve
from tuimail.imap.store import MailStore
from tuimail.imap.summary import Summary


class Sifter:
    """Sifts folder after folder; what fails costs its folder, or its message, only."""

    def __init__(self, store: MailStore, output: Output, connections: int) -> None:
        self._store = store
        self._output = output
        self._connections = connections
        self.total = 0
        """Messages that were looked at so far."""

    def sift(
        self, folders: Sequence[Folder], selection: Selection, sieve: Sieve[Summary]
    ) -> Iterator[tuple[Folder, Summary]]:
        """What is found, folder by folder, in the order that is selected."""

        def ask(folder: Folder) -> Request[Chosen]:
            return self._store.choose(folder, selection)

        for folder, request in ask_ahead(folders, ask, self._connections):
            try:
                yield from self._sift_one(folder, request.result(), sieve)
            except (ConnectError, UsageError, FileError):
                raise
            except TuimailError as error:
                self._output.fail(error, str(folder.name))
            finally:
                self._output.end_progress()

    def _sift_one(
        self, folder: Folder, chosen: Chosen, sieve: Sieve[Summary]
    ) -> Iterator[tuple[Folder, Summary]]:
        if chosen.missing:
            self._output.note(f"{folder.name}: {count_missing(chosen.missing)}")
        done = 0
        for count, messages in self._store.sift(chosen, sieve):
            for message in messages:
                if message.error is not None:
                    place = f"{folder.name}, UID {message.identity.uid}"
                    self._output.fail(TuimailError(str(message.error)), place)
                yield folder, message
            done += count
            self.total += count
            self._output.show_progress(done, chosen.total, str(folder.name))
