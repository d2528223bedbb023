"""What is said to the process that writes an export's files: frames, many to a pipe.

A frame is a head of 13 octets and, for OPEN and DATA, octets behind it.
The files of one folder that come over one connection are a stream, and streams go in turns. What
the process answers is one line of JSON for each FINISH.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from struct import Struct
from typing import Any, NamedTuple

HEAD = Struct("!BIQ")
"""What it is, the number of its stream, and one more number."""
OPEN = 1
"""A stream begins. Its length, and then JSON: the folder's path and the messages."""
BEGIN = 2
"""The file of a message begins. Which of the stream's messages, from 0."""
DATA = 3
"""Octets of that file. How many, and then they."""
DROP = 4
"""That file is not to be."""
END = 5
"""That file is whole."""
FINISH = 6
"""What is whole in the stream is to be finished. The number that the answer bears."""
CLOSE = 7
"""The stream has come to its end, what is not finished is not to be."""
STOP = 8
"""Nobody waits any longer: nothing more is converted to MSG."""
BYE = 9
"""All streams are closed. A pipe that ends without it is that of a killed program."""


class Message(NamedTuple):
    """What the file of a message is named by, and dated."""

    uid: int
    internal_date: str | None
    """RFC 3339 with the server's zone."""
    subject: str
    """Safe text of one line."""
    flags: Sequence[str]

    @property
    def received_at(self) -> datetime | None:
        """INTERNALDATE, with its zone."""
        return None if self.internal_date is None else datetime.fromisoformat(self.internal_date)


class Written(NamedTuple):
    """A file that stands under its name."""

    message: int
    """Which of the stream's messages, from 0."""
    name: str
    size: int
    """Of the file."""
    sha256: str
    """Of the message, in hexadecimal digits."""
    file_sha256: str
    remark: str | None
    """One clause or more, where something about it is strange."""


class Answer(NamedTuple):
    """What became of the files of one FINISH."""

    number: int
    """What the frame had."""
    written: Sequence[Written]
    error: str | None
    """The first thing that went wrong, in one sentence; what is written is written all the same."""


def open_frame(stream: int, path: str, messages: Sequence[Message]) -> bytes:
    """The whole frame that begins a stream."""
    said = json.dumps([path, messages]).encode("ascii")
    return HEAD.pack(OPEN, stream, len(said)) + said


def read_opening(said: bytes) -> tuple[str, list[Message]]:
    """The path and the messages of an OPEN frame."""
    path, messages = json.loads(said)
    return path, [Message(*message) for message in messages]


def answer_line(answer: Answer) -> bytes:
    return json.dumps(answer).encode("ascii") + b"\n"


def read_answer(line: bytes) -> Answer:
    """Raises ValueError for what is no whole answer."""
    told: list[Any] = json.loads(line)
    number, written, error = told
    return Answer(number, [Written(*one) for one in written], error)
