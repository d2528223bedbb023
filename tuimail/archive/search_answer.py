"""What SEARCH and SORT answer: a list, or what RETURN asks for (RFC 9051, 6.4.4; RFC 5267)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tuimail.archive.command import Argument, Command
from tuimail.archive.message_set import write_message_set
from tuimail.archive.response import bad, write_string

_PARTIAL = re.compile(rb"(-?)([1-9]\d{0,9}):(-?)([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class ReturnOptions:
    """What RETURN asks for; an empty one means ALL."""

    names: tuple[str, ...]
    partial: bytes = b""
    """`1:50`, or `-1:-50` counted from the end (RFC 9394)."""


def take_return_options(arguments: list[Argument]) -> tuple[ReturnOptions | None, list[Argument]]:
    """RETURN's options, None where there is no RETURN, and what follows; raises CommandError."""
    match arguments:
        case [bytes(word), list(options), *rest] if word.upper() == b"RETURN":
            return _parse_options(options), rest
    return None, arguments


def write_answer(command: Command, options: ReturnOptions | None, numbers: Sequence[int]) -> bytes:
    """The untagged answer; `numbers` are sequence numbers or UIDs, in the order found."""
    if options is None:
        listed = "".join(f" {number}" for number in numbers)
        return f"* {command.name}{listed}\r\n".encode("ascii")
    pieces = [b"* ESEARCH (TAG %b)" % write_string(command.tag)]
    if command.uid:
        pieces.append(b"UID")
    if "PARTIAL" in options.names:
        window = write_message_set(_cut(numbers, options.partial)) or b"NIL"
        pieces.append(b"PARTIAL (%b %b)" % (options.partial, window))
    if "COUNT" in options.names:
        pieces.append(b"COUNT %d" % len(numbers))
    if numbers:
        if "MIN" in options.names:
            pieces.append(b"MIN %d" % numbers[0])
        if "MAX" in options.names:
            pieces.append(b"MAX %d" % numbers[-1])
        if "ALL" in options.names:
            pieces.append(b"ALL " + write_message_set(numbers))
    return b" ".join(pieces) + b"\r\n"


def _parse_options(options: list[Argument]) -> ReturnOptions:
    words = [option.upper() for option in options if isinstance(option, bytes)]
    if len(words) != len(options):
        raise bad("Unknown search return option")
    partial = b""
    if b"PARTIAL" in words:
        at = words.index(b"PARTIAL")
        partial = words.pop(at + 1) if at + 1 < len(words) else b""
        match = _PARTIAL.fullmatch(partial)
        if match is None or match[1] != match[3]:
            raise bad("Invalid PARTIAL range")
    if not set(words) <= {b"ALL", b"COUNT", b"MIN", b"MAX", b"PARTIAL"}:
        raise bad("Unknown search return option")
    return ReturnOptions(tuple(word.decode("ascii") for word in words) or ("ALL",), partial)


def _cut(numbers: Sequence[int], partial: bytes) -> Sequence[int]:
    first, last = sorted(abs(int(end)) for end in partial.split(b":"))
    if partial.startswith(b"-"):
        return numbers[max(len(numbers) - last, 0) : max(len(numbers) - first + 1, 0)]
    return numbers[first - 1 : last]
