"""The base subject, by which subjects are sorted and threaded (RFC 5256, 2.1)."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\r\n]+")
_BLOB = r"(?:\[[^\[\]]*\] *)"
_LEADER = re.compile(rf" +|{_BLOB}*+(?:re|fwd?) *{_BLOB}?:", re.IGNORECASE)
_BLOBS = re.compile(rf"{_BLOB}*+")
_FORWARD = "[fwd:"
_TRAILER = "(fwd)"


def base_subject(subject: str) -> str:
    """The subject without replies, forwards and list tags; never raises.

    Encoded words are already decoded. Case is kept: how to compare is the caller's business. A
    tag may hold any character but brackets, though the ABNF has ASCII only, as servers do.
    """
    text = _SPACES.sub(" ", subject)
    while True:
        text = _strip_leaders(_strip_trailers(text))
        if not (text[: len(_FORWARD)].lower() == _FORWARD and text.endswith("]")):
            return text
        text = text[len(_FORWARD) : -1]


def _strip_trailers(text: str) -> str:
    end = len(text)
    while True:
        if text.endswith(" ", 0, end):
            end -= 1
        elif text[max(end - len(_TRAILER), 0) : end].lower() == _TRAILER:
            end -= len(_TRAILER)
        else:
            return text[:end]


def _strip_leaders(text: str) -> str:
    start = 0
    while (leader := _LEADER.match(text, start)) is not None:
        start = leader.end()
    # No reply follows the tags that stand here, so none is looked for behind each of them.
    tags = _BLOBS.match(text, start)
    end = tags.end() if tags else start
    if end == start or end < len(text):
        return text[end:]
    return text[text.rindex("[") :]  # what would leave nothing stays
