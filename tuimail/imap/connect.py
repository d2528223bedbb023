"""Opening a connection: TCP, TLS, STARTTLS, greeting and capabilities."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Iterator
from typing import NamedTuple

from tuimail.errors import (
    CertificateError,
    CommandRefused,
    ConnectError,
    ConnectionLost,
    DeadlineExceeded,
    TuimailError,
)
from tuimail.imap.command import Command
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.imap.trust import Trust
from tuimail.imap.wire import Response, Wire
from tuimail.text import safe_line

CONNECT_TIMEOUT = 10.0
"""Seconds for TCP and for TLS."""
GREETING_TIMEOUT = 15.0
"""Seconds for each answer until the wire takes over."""
_GREETING_LIMIT = 1 << 16
_STATUS = re.compile(rb"\* (\w+)(?: |\Z)")
_STATUS_AND_CODE = re.compile(rb"\* \w+ *(?:\[[^\]]*\] *)?")
_CAPABILITY = re.compile(rb"CAPABILITY((?: +[^ {}\x80-\xff]+)+) *", re.IGNORECASE)
_CAPABILITY_CODE = re.compile(rb"\* OK \[(CAPABILITY [^\]]*)\]", re.IGNORECASE)


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
        if endpoint.security is Security.STARTTLS:
            return _open_with_starttls(endpoint, trust)
        sock = socket.create_connection((endpoint.host, endpoint.port), CONNECT_TIMEOUT)
        with contextlib.ExitStack() as undo:
            undo.callback(sock.close)
            if endpoint.security is Security.TLS:
                sock = trust.context().wrap_socket(sock, server_hostname=endpoint.host)
                undo.callback(sock.close)
            line, ahead = _read_line(sock)
            _check_greeting(endpoint, line)
            wire = Wire(sock, ahead)
            told = _CAPABILITY_CODE.match(line)
            capabilities = _read_capabilities(told[1]) if told else _ask_capabilities(wire)
            undo.pop_all()
    return wire, capabilities, Greeting(_words_of(line), told is not None)


def _open_with_starttls(endpoint: Endpoint, trust: Trust) -> tuple[Wire, frozenset[str], Greeting]:
    """By IMAPClient, which asks for CAPABILITY before and after, whatever the greeting says.

    Few sign in like this (RFC 8314 prefers TLS from the first octet), and the others save the 25 ms
    of importing it and a round trip.
    """
    import imaplib

    from imapclient import IMAPClient, SocketTimeout
    from imapclient.exceptions import CapabilityError

    place = f"{endpoint.host}:{endpoint.port}"
    try:
        client = IMAPClient(
            endpoint.host,
            endpoint.port,
            ssl=False,
            timeout=SocketTimeout(CONNECT_TIMEOUT, GREETING_TIMEOUT),
        )
        try:
            _check_greeting(endpoint, client.welcome)
            client.starttls(trust.context())
            told = b"CAPABILITY " + b" ".join(client.capabilities())
            greeting = Greeting(_words_of(client.welcome), has_capabilities=True)
            return Wire.take_over(client), _read_capabilities(told), greeting
        except BaseException:
            # A handshake that failed has taken the socket with it.
            with contextlib.suppress(OSError):
                client.shutdown()
            raise
    except CapabilityError as error:
        raise ConnectError(f"{place} does not offer STARTTLS, so nothing was sent") from error
    except imaplib.IMAP4.error as error:  # also the base of IMAPClient's own errors
        argument = error.args[0] if error.args else b""
        octets = argument if isinstance(argument, bytes) else str(argument).encode()
        raise _NoServer(_words_of(octets)) from error
    except (OSError, TuimailError, _NoServer):
        raise
    except Exception as error:
        # imaplib reads strangers' octets here, and lets out whatever goes wrong: UnicodeDecodeError
        # for a capability that is not ASCII, OverflowError for a literal of 10^20 octets.
        raise _NoServer("it sent garbage") from error


class _NoServer(Exception):
    """Whoever answered is no IMAP server that can be used; why, in safe words."""


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
    except (TimeoutError, DeadlineExceeded) as error:
        raise ConnectError(f"{place} does not answer") from error
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConnectError(f"cannot connect to {place}: {reason}") from error
    except (_NoServer, ConnectionLost, CommandRefused) as error:
        raise ConnectError(f"{place} is no IMAP server we can use: {error}") from error
    except TuimailError:
        raise
    except UnicodeError as error:  # a host's name that IDNA knows no way to write
        raise ConnectError(f"there is no host named {endpoint.host}") from error


def _read_line(sock: socket.socket) -> tuple[bytes, bytes]:
    """The first line, and what has come behind it."""
    octets, deadline = b"", time.monotonic() + GREETING_TIMEOUT
    while b"\n" not in octets:
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        more = sock.recv(1 << 12)
        if not more:
            raise _NoServer("it closed the connection")
        octets += more
        if len(octets) > _GREETING_LIMIT:
            raise _NoServer("it sent garbage")
    line, _, ahead = octets.partition(b"\n")
    return line.rstrip(b"\r"), ahead


def _check_greeting(endpoint: Endpoint, line: bytes) -> None:
    status = _STATUS.match(line)
    kind = status[1].upper() if status else b""
    if kind == b"PREAUTH":
        # Without TLS it may be an attacker's way around STARTTLS (RFC 9051, 11.1), and whoever it
        # signed us in as, it is not the user that was asked for.
        raise ConnectError(f"{endpoint.host} signs everybody in unasked; refused")
    if kind != b"OK":
        raise _NoServer(_words_of(line) or "it closed the connection")


def _ask_capabilities(wire: Wire) -> frozenset[str]:
    told: list[bytes] = []

    def receive(response: Response) -> None:
        if len(response) == 1:
            told.append(response[0].removeprefix(b"* ").strip())

    wire.run(Command(b"CAPABILITY"), receive, timeout=GREETING_TIMEOUT)
    return _read_capabilities(told[-1] if told else b"")


def _read_capabilities(line: bytes) -> frozenset[str]:
    """From `CAPABILITY IMAP4rev1 …`."""
    told = _CAPABILITY.fullmatch(line)
    words = frozenset(told[1].decode("ascii").upper().split()) if told else frozenset()
    if words.isdisjoint({"IMAP4REV1", "IMAP4REV2"}):
        raise _NoServer("it sent garbage")
    return words


def _words_of(line: bytes) -> str:
    """The words of `* OK [CAPABILITY …] Dovecot ready.`, safe to show."""
    words = _STATUS_AND_CODE.sub(b"", line.strip(), count=1)
    return safe_line(words.decode("utf-8", "replace"), 300)
