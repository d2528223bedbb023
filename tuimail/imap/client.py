"""IMAPClient, which opens connections; the one place that touches private names of it and imaplib.

imaplib asks for capabilities whatever the greeting said of them, which costs a start a round trip.
"""

from __future__ import annotations

import imaplib
import socket
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from tuimail.imap.stream import read_ahead


class _Believing(imaplib.IMAP4):
    """Believes what a greeting says of capabilities."""

    is_told = False

    def _get_capabilities(self) -> None:
        # Taken out: behind STARTTLS the question comes again, and what was said before is void
        # (RFC 9051, 6.2.1).
        told = self.untagged_responses.pop("CAPABILITY", None)
        if told and isinstance(told[-1], bytes):
            self.is_told = True
            self.capabilities = tuple(told[-1].decode("ascii").upper().split())
        else:
            super()._get_capabilities()  # type: ignore[misc]


class _Plain(_Believing, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Believing, IMAP4_TLS):  # type: ignore[misc]
    pass


class OpeningClient(IMAPClient):  # type: ignore[misc]
    """Connects, reads the greeting, does STARTTLS; then hands its socket over."""

    @property
    def is_told(self) -> bool:
        """Whether the greeting told of capabilities."""
        return bool(self._imap.is_told)

    def hand_over(self) -> tuple[socket.socket, bytes]:
        """The socket, with no command in flight, and what was read of it already."""
        imap: Any = self._imap
        # From Python 3.14 on imaplib reads ahead into a list, and `file` warns.
        # Nothing that came in plain text before STARTTLS may pass for an answer.
        ahead = b"" if self._starttls_done else b"".join(getattr(imap, "_readbuf", ()))
        file = getattr(imap, "_file", None) or imap.file
        return imap.sock, ahead + read_ahead(imap.sock, file)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - IMAPClient's name
        timeout = self._timeout.connect
        client: imaplib.IMAP4 = (
            _Tls(self.host, self.port, self.ssl_context, timeout)  # type: ignore[call-arg]
            if self.ssl
            else _Plain(self.host, self.port, timeout)
        )
        return client
