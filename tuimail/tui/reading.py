"""Fetching what a person opened, and turning it into text on the thread that fetched it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tuimail.errors import MessageTooComplex
from tuimail.imap.structure import Part
from tuimail.mail.charsets import decode_text
from tuimail.mail.opened import OpenedHeaders, OpenedText, open_headers, open_text
from tuimail.text import MailText

if TYPE_CHECKING:
    from tuimail.imap.identity import Identity
    from tuimail.imap.page import FetchedPart
    from tuimail.imap.store import MailStore

Fetched = TypeVar("Fetched")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text part as it is shown."""

    text: MailText
    note: str = ""
    """A sentence about how it came to be what it is; empty for plain text."""


@dataclass(frozen=True, slots=True)
class ReadHeaders:
    """A header block as it is shown: `headers`, or `raw` where it was too complex to read."""

    headers: OpenedHeaders | None
    raw: MailText | None = None
    note: str = ""


def read_headers(store: MailStore, identity: Identity) -> Future[ReadHeaders]:
    """All header fields of a message."""
    return _then(store.headers(identity), _shape_headers)


def read_text(store: MailStore, identity: Identity, part: Part) -> Future[ReadText]:
    """The text of one part."""
    return _then(store.part(identity, part), _shape_text)


def _shape_headers(block: bytes) -> ReadHeaders:
    try:
        return ReadHeaders(open_headers(block))
    except MessageTooComplex as error:
        return ReadHeaders(None, MailText(decode_text(block, None)), _raw_note(error))


def _shape_text(fetched: FetchedPart) -> ReadText:
    try:
        opened: OpenedText = open_text(fetched.mime, fetched.body)
    except MessageTooComplex as error:
        return ReadText(MailText(decode_text(fetched.body, None)), _raw_note(error))
    if opened.from_html:
        return ReadText(opened.text, "There is no plain text; this was made from the HTML.")
    return ReadText(opened.text)


def _raw_note(error: MessageTooComplex) -> str:
    return f"{error} It is shown raw."


def _then(request: Future[Fetched], work: Callable[[Fetched], Read]) -> Future[Read]:
    """What `work` makes of a request's result, done where the request ends.

    That is a thread of the store: the event loop never parses. Cancelling the returned Future
    cancels the request.
    """
    chained: _Chained[Read] = _Chained(request)

    def finish(done: Future[Fetched]) -> None:
        if not chained.set_running_or_notify_cancel():
            return
        try:
            chained.set_result(work(done.result()))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits for the result
            chained.set_exception(error)

    request.add_done_callback(finish)
    return chained


class _Chained(Future[Read]):
    def __init__(self, request: Future[Fetched]) -> None:
        super().__init__()
        self._request = request

    def cancel(self) -> bool:
        cancelled = super().cancel()
        self._request.cancel()
        return cancelled
