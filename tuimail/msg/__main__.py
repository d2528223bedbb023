"""Convert messages to Outlook's .msg: `python -m tuimail.msg FILE.eml [OUT.msg]`.

Without an argument it reads JSON Lines from stdin, one message each: `eml` and `msg` are paths,
`internal_date` (RFC 3339) and `flags` what a server knows of it, both optional. For each it writes
a line to stdout once the file is whole: `msg`, `size`, `sha256` of the file in hexadecimal digits
and `lost`, or `msg`, `error` and `errno`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tuimail.errors import MessageUnreadable
from tuimail.files.mapped import open_octets
from tuimail.msg.writer import MsgReport, write_msg

_USAGE = "usage: python -m tuimail.msg [FILE.eml [OUT.msg]]"


def main(arguments: Sequence[str]) -> int:
    """Gives the exit status: 0, 1 where a file could not be converted, 2 for wrong usage."""
    if len(arguments) > 2 or any(argument.startswith("-") for argument in arguments):
        _say(_USAGE)
        return 2
    if arguments:
        return _convert_one(arguments)
    status = 0
    for line in sys.stdin.buffer:
        answer = _answer(json.loads(line))
        status |= "error" in answer
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    return status


def convert(
    eml: str, msg: str, internal_date: datetime | None = None, flags: Sequence[str] = ("\\Seen",)
) -> MsgReport:
    """Convert a file; what is written there is replaced. Raises OSError, MessageUnreadable."""
    keywords = [flag for flag in flags if not flag.startswith(("\\", "$"))]
    with (
        open(eml, "rb") as source,
        open_octets(source) as octets,
        open(msg, "wb", opener=_open_no_link) as out,
    ):
        return write_msg(octets, out, internal_date=internal_date, flags=flags, keywords=keywords)


def _convert_one(arguments: Sequence[str]) -> int:
    eml = arguments[0]
    msg = arguments[1] if len(arguments) > 1 else str(Path(eml).with_suffix(".msg"))
    part = f"{msg}.part"
    try:
        if os.path.exists(msg) and os.path.samefile(eml, msg):
            _say("it cannot be converted into itself; name another file")
            return 2
        report = convert(eml, part)
        os.replace(part, msg)
    except (OSError, MessageUnreadable) as error:
        with suppress(OSError):
            os.unlink(part)
        _say(str(error))
        return 1
    for clause in report.lost:
        _say(f"{clause}")
    return 0


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _say(sentence: str) -> None:
    sys.stderr.write(f"tuimail.msg: {sentence}\n")


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    moment = order.get("internal_date")
    try:
        report = convert(
            order["eml"],
            order["msg"],
            datetime.fromisoformat(moment) if moment else None,
            order.get("flags", ("\\Seen",)),
        )
        with open(order["msg"], "rb", opener=_open_no_link) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except Exception as error:  # noqa: BLE001 - a stranger's message may find a fault of ours
        if not isinstance(error, OSError | MessageUnreadable):
            error = MessageUnreadable(f"cannot be converted ({type(error).__name__})")
        number = error.errno if isinstance(error, OSError) else None
        sentence = os.strerror(number) if number else str(error)
        return {"msg": order["msg"], "error": sentence, "errno": number}
    return {"msg": order["msg"], "size": report.size, "sha256": sha256, "lost": report.lost}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
