"""Aspose.Email as a worker, for tests/bench/msg_aspose.py; runs in a Python that has it.

One JSON object a line on stdin, one on stdout: `eml` and `msg`, two paths, to convert; `msg` alone
to open that file and say what is in it.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import aspose.email
from aspose.email.mapi import MapiMessage

_TYPES = ("", "to", "cc", "bcc")


def convert(eml: str, msg: str) -> dict[str, Any]:
    """Write the .msg."""
    message = aspose.email.MailMessage.load(eml)
    message.save(msg, aspose.email.SaveOptions.default_msg_unicode)
    return {"msg": msg}


def describe(msg: str) -> dict[str, Any]:
    """What Aspose finds in a .msg; dates in the zone of the machine."""
    message = MapiMessage.load(msg)
    return {
        "class": message.message_class,
        "flags": int(message.flags),
        "date": _utc(message.client_submit_time),
        "message_id": message.internet_message_id or "",
        "recipients": [
            [_TYPES[int(recipient.recipient_type)], recipient.email_address]
            for recipient in message.recipients
        ],
    }


def _utc(date: datetime) -> str | None:
    # .NET's first moment stands for none.
    return date.strftime("%Y-%m-%dT%H:%M:%S") if date.year > 1 else None


def main() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = convert(**order) if "eml" in order else describe(**order)
        # What a .NET library raises has no common base here.
        except Exception as error:  # noqa: BLE001
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
