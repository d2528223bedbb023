"""`tuimail doctor`: what the server offers, how fast it is, what would be slow or refused."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.sign_in import SignIn, prepare_sign_in
from tuimail.errors import CommandRefused, ConnectError
from tuimail.imap.diagnosis import (
    ask_identity,
    measure_round_trip,
    measure_throughput,
    protection,
)
from tuimail.imap.session import Session
from tuimail.text import safe_line
from tuimail.tui.figures import format_messages, format_size

_SLOW_ROUND_TRIP = 0.2
_SLOW_THROUGHPUT = 128 << 10
"""Octets a second."""


@dataclass(frozen=True, slots=True)
class _FastWay:
    """Something that makes tuimail faster, and what is done without it."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    """Capabilities: of each group one is enough."""
    with_it: str
    without_it: str

    def is_offered(self, capabilities: frozenset[str]) -> bool:
        return all(not capabilities.isdisjoint(group) for group in self.needs)


_FAST_WAYS = (
    _FastWay(
        "SORT",
        (("SORT",),),
        "the server sorts",
        "--sort is slow: what it sorts by is fetched of every message, and sorted here",
    ),
    _FastWay(
        "PARTIAL",
        (("SORT",), ("ESORT",), ("CONTEXT=SORT", "CONTEXT=SEARCH", "PARTIAL")),
        "a sorted page costs a page",
        "the first sorted page costs the order of the whole folder",
    ),
    _FastWay(
        "ESEARCH",
        (("ESEARCH",),),
        "answers to searches are short",
        "a search that finds a million messages is answered by 8 MB of numbers",
    ),
    _FastWay(
        "LIST-STATUS",
        (("LIST-STATUS",),),
        "the counts of all folders come in one command",
        "the counts of each folder are asked for",
    ),
    _FastWay("STATUS=SIZE", (("STATUS=SIZE",),), "folders tell their size", "folders tell no size"),
    _FastWay(
        "SPECIAL-USE",
        (("SPECIAL-USE",),),
        "the server says which folder is for what",
        "nobody knows which folder is for sent mail, or for junk",
    ),
    _FastWay(
        "LITERAL+",
        (("LITERAL+", "LITERAL-"),),
        "a search beyond ASCII is one round trip",
        "a search beyond ASCII takes a round trip more",
    ),
    _FastWay(
        "SASL-IR", (("SASL-IR",),), "AUTHENTICATE is one round trip", "AUTHENTICATE takes two"
    ),
    _FastWay(
        "CONDSTORE", (("CONDSTORE", "QRESYNC"),), "MODSEQ can be listed", "MODSEQ cannot be listed"
    ),
    _FastWay(
        "COMPRESS",
        (("COMPRESS=DEFLATE",),),
        "bulk work on a slow line is deflated",
        "a slow line carries everything as it is",
    ),
)


def run_doctor(options: Options) -> int:
    """Sign in, look, measure; gives the exit status. Raises TuimailError."""
    sign_in = prepare_sign_in(options)
    output = Output()
    session = sign_in.connect()
    try:
        output.write_lines(_examine(session, sign_in, options.connections))
    finally:
        session.close()
    return output.status


def _examine(session: Session, sign_in: SignIn, connections: int) -> Iterator[str]:
    warnings: list[str] = []
    yield from _tell_server(session, sign_in, warnings.append)
    yield from _tell_speed(session, warnings.append)
    yield from _tell_connections(sign_in, connections, warnings.append)
    yield ""
    for way in _FAST_WAYS:
        offered = way.is_offered(session.capabilities)
        told = way.with_it if offered else way.without_it
        yield f"{'yes' if offered else 'no ':3}  {way.name:12} {told}"
    yield ""
    if not {"IMAP4REV1", "IMAP4REV2"} & session.capabilities:
        warnings.append("the server does not say that it speaks IMAP4rev1 or IMAP4rev2")
    if warnings:
        yield from (f"warning: {warning}" for warning in warnings)
    else:
        yield "Nothing else will be slow or refused, as far as can be seen from here."
    yield ""
    capabilities = safe_line(" ".join(sorted(session.capabilities)), 10_000)
    yield from textwrap.wrap(
        f"capabilities: {capabilities}", 78, subsequent_indent="  ", break_on_hyphens=False
    )


def _tell_server(session: Session, sign_in: SignIn, warn: Callable[[str], None]) -> Iterator[str]:
    endpoint = sign_in.endpoint
    yield f"server       {endpoint.host}:{endpoint.port}, which greets: {session.greeting}"
    identity = ask_identity(session)
    if identity:
        told = ", ".join(f"{safe_line(name, 40)} {value}" for name, value in identity.items())
        yield f"calls itself {safe_line(told, 300)}"
    yield f"signed in    as {endpoint.user}"
    secured = protection(session)
    yield f"protection   {secured or 'none'}"
    if not secured:
        warn("nothing hides the password and the mail from whoever listens on the way")


def _tell_speed(session: Session, warn: Callable[[str], None]) -> Iterator[str]:
    seconds = measure_round_trip(session)
    yield f"round trip   {seconds * 1000:.1f} ms"
    if seconds > _SLOW_ROUND_TRIP:
        warn("every key that asks the server waits for that round trip, and most for two")
    try:
        measured = measure_throughput(session)
    except CommandRefused as error:
        yield "throughput   unknown"
        warn(f"the INBOX cannot be read: {error}")
        return
    if measured is None:
        yield "throughput   unknown: the INBOX is empty"
        return
    speed = measured.octets / max(measured.seconds, 0.001)
    of = f"{format_messages(measured.messages)}, {format_size(measured.octets)}"
    yield f"throughput   {format_size(int(speed))}/s on one connection (measured with {of})"
    if speed < _SLOW_THROUGHPUT:
        warn("saving many messages will take long on this line")


def _tell_connections(sign_in: SignIn, wanted: int, warn: Callable[[str], None]) -> Iterator[str]:
    """Whether so many may be open at a time."""
    others: list[Session] = []
    reason = ""
    try:
        while len(others) + 1 < wanted:
            others.append(sign_in.connect())
    except ConnectError as error:
        reason = str(error)
    finally:
        for other in others:
            other.close()
    yield f"connections  {len(others) + 1} of {wanted}"
    if reason:
        warn(f"only {len(others) + 1} of {wanted} connections can be open together: {reason}")
