"""Opening a connection with IMAPClient: TCP, TLS, STARTTLS, greeting and capabilities."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from imapclient import SocketTimeout
from imapclient.exceptions import CapabilityError

from tuimail.errors import CertificateError, ConnectError, TuimailError
from tuimail.imap.client import OpeningClient
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.trust import Trust
from tuimail.imap.wire import Wire
from tuimail.text import safe_line

_STATUS_AND_CODE = re.compile(rb"\* \w+ *(?:\[[^\]]*\] *)?")
CONNECT_TIMEOUT = 10.0
"""Seconds for TCP and for TLS."""
GREETING_TIMEOUT = 15.0
"""Seconds for each answer until the wire takes over."""


class Greeting(NamedTuple):
    """A server's first line."""

    words: str
    """What it says to people, safe to show."""
    has_capabilities: bool


def open_wire(endpoint: Endpoint, trust: Trust) -> tuple[Wire, frozenset[str], Greeting]:
    """A connection that nobody has signed in on yet, the server's capabilities, and its greeting.

    Raises ConnectError, CertificateError; UsageError from `trust`.
    """
    with _in_plain_words(endpoint):
        client = OpeningClient(
            endpoint.host,
            endpoint.port,
            ssl=endpoint.security is Security.TLS,
            ssl_context=trust.context() if endpoint.security is Security.TLS else None,
            timeout=SocketTimeout(CONNECT_TIMEOUT, GREETING_TIMEOUT),
        )
        try:
            if client.welcome.upper().startswith(b"* PREAUTH"):
                # Without TLS it may be an attacker's way around STARTTLS (RFC 9051, 11.1), and
                # whoever it signed us in as, it is not the user that was asked for.
                raise ConnectError(f"{endpoint.host} signs everybody in unasked; refused")
            if endpoint.security is Security.STARTTLS:
                client.starttls(trust.context())
            capabilities = frozenset(c.decode("latin-1").upper() for c in client.capabilities())
            greeting = Greeting(_words_of(client.welcome), client.is_told)
            return Wire(*client.hand_over()), capabilities, greeting
        except BaseException:
            # A handshake that failed has taken the socket with it.
            with contextlib.suppress(OSError):
                client.shutdown()
            raise


@contextlib.contextmanager
def _in_plain_words(endpoint: Endpoint) -> Iterator[None]:
    place = f"{endpoint.host}:{endpoint.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise CertificateError(
            f"the certificate of {place} is not to be trusted: {error.verify_message.rstrip('.')}"
        ) from error
    except ssl.SSLError as error:
        raise ConnectError(f"{place} does not speak TLS as it should") from error
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise ConnectError(
                f"cannot look up {endpoint.host}: the network seems to be away"
            ) from error
        raise ConnectError(f"there is no host named {endpoint.host}") from error
    except TimeoutError as error:
        raise ConnectError(f"{place} does not answer") from error
    except CapabilityError as error:
        raise ConnectError(f"{place} does not offer STARTTLS, so nothing was sent") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConnectError(f"cannot connect to {place}: {reason}") from error
    except imaplib.IMAP4.error as error:
        # also the base of IMAPClient's own errors
        raise ConnectError(f"{place} is no IMAP server we can use: {_words(error)}") from error
    except TuimailError:
        raise
    except Exception as error:
        if isinstance(error, UnicodeError) and not isinstance(error, UnicodeDecodeError):
            # a name that IDNA knows no way to write
            raise ConnectError(f"there is no host named {endpoint.host}") from error
        # imaplib reads strangers' octets here, and lets out whatever goes wrong: UnicodeDecodeError
        # for a capability that is not ASCII, OverflowError for a literal of 10^20 octets.
        raise ConnectError(f"{place} is no IMAP server we can use: it sent garbage") from error


def _words_of(line: bytes) -> str:
    """The words of `* OK [CAPABILITY …] Dovecot ready.`, safe to show."""
    words = _STATUS_AND_CODE.sub(b"", line.strip(), count=1)
    return safe_line(words.decode("utf-8", "replace"), 300)


def _words(error: Exception) -> str:
    argument = error.args[0] if error.args else ""
    text = argument.decode("utf-8", "replace") if isinstance(argument, bytes) else str(argument)
    return safe_line(text.strip(), 200) or "it closed the connection"
