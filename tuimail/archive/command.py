"""Commands of a client: read from the connection, taken apart into their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from tuimail.archive.response import bad

LINE_LIMIT = 65_536
"""Octets of one line of a command; a set of some 10,000 numbers."""
LITERAL_LIMIT = 1_000_000
"""Octets of one literal; nothing that a read-only server is asked needs more."""

_DEPTH_LIMIT = 50
_LITERAL = re.compile(rb"\{(\d{1,10})(\+?)\}\r?\n\Z")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_SPECIAL = re.compile(rb'(["\\])')
# An atom may hold a section: BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.100>.
_TOKEN = re.compile(
    rb"""\ *+(?:
      (?P<open>\() | (?P<close>\)) | (?P<end>\r?\n?\Z)
    | "(?P<quoted>(?:[^"\\]++|\\.)*+)"
    | (?P<atom>(?:[^\s()"\[]++|\[(?:[^"\]]++|"(?:[^"\\]++|\\.)*+")*+\])++)
    )""",
    re.DOTALL | re.VERBOSE,
)

Argument = bytes | list["Argument"]
"""An atom or a string, as octets, or a parenthesised list of arguments."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `uid` tells `UID FETCH` from `FETCH`."""

    tag: bytes
    name: str
    """Upper case, without UID."""
    arguments: list[Argument]
    uid: bool = False

    def strings(self, count: int) -> list[bytes]:
        """The arguments, when there are exactly so many and none is a list."""
        strings = [argument for argument in self.arguments if isinstance(argument, bytes)]
        if len(strings) != len(self.arguments) or len(strings) != count:
            raise bad(f"{self.name} takes {count} arguments")
        return strings


class CommandReader:
    """Reads whole commands, literals included (RFC 9051, 4.3; RFC 7888).

    Raises EOFError when the client is gone, or sends what has no end.
    """

    def __init__(self, stream: BinaryIO, go_ahead: Callable[[], None]) -> None:
        """`go_ahead` sends the continuation that a synchronising literal waits for."""
        self._stream = stream
        self._go_ahead = go_ahead

    def read_line(self) -> bytes:
        """One line with its end."""
        line = self._stream.readline(LINE_LIMIT)
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def read_text(self) -> bytes:
        """One command; a literal in it stands as a quoted string, whatever octets it has."""
        pieces: list[bytes] = []
        while True:
            line = self.read_line()
            literal = _LITERAL.search(line)
            if literal is None:
                pieces.append(line)
                return b"".join(pieces)
            size = int(literal[1])
            if size > LITERAL_LIMIT or sum(map(len, pieces)) > LITERAL_LIMIT:
                raise EOFError
            if not literal[2]:
                self._go_ahead()
            octets = self._stream.read(size)
            if len(octets) < size:
                raise EOFError
            pieces.append(line[: literal.start()])
            pieces.append(b'"' + _SPECIAL.sub(rb"\\\1", octets) + b'"')


def parse_command(text: bytes) -> Command:
    """Take a command apart; raises CommandError for what is none."""
    arguments = parse_arguments(text)
    match arguments:
        case [bytes(tag), bytes(first), bytes(second), *rest] if first.upper() == b"UID":
            return Command(tag, _read_name(second), rest, uid=True)
        case [bytes(tag), bytes(first), *rest]:
            return Command(tag, _read_name(first), rest)
    raise bad("A command has a tag and a name")


def parse_arguments(text: bytes) -> list[Argument]:
    """Atoms, strings and lists of a line; raises CommandError where it breaks the grammar."""
    arguments: list[Argument] = []
    lists = [arguments]
    position = 0
    while token := _TOKEN.match(text, position):
        position = token.end()
        match token.lastgroup:
            case "open":
                lists[-1].append([])
                inner = lists[-1][-1]
                assert isinstance(inner, list)
                lists.append(inner)
                if len(lists) > _DEPTH_LIMIT:
                    raise bad("Too many parentheses")
            case "close":
                lists.pop()
                if not lists:
                    raise bad("Unexpected )")
            case "quoted":
                lists[-1].append(_ESCAPE.sub(rb"\1", token["quoted"]))
            case "atom":
                lists[-1].append(token["atom"])
            case _:
                if len(lists) > 1:
                    raise bad("Missing )")
                return arguments
    raise bad("Unreadable argument")


def _read_name(name: bytes) -> str:
    return name.upper().decode("ascii", "replace")
