"""The base subject, by which subjects are sorted and threaded (RFC 5256, 2.1)."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\r\n]+")
_BLOBS = r"(?:\[[^\[\]]*\] *)"
_LEADER = re.compile(rf" +|{_BLOBS}*+(?:re|fwd?) *{_BLOBS}?:", re.IGNORECASE)
_BLOB = re.compile(_BLOBS)


def base_subject(subject: str) -> str:
    """The subject without replies, forwards and list tags; encoded words are already decoded.

    Case is kept: comparing is the caller's business.
    """
    text = _SPACES.sub(" ", subject)
    while True:
        text = _strip_leaders(_strip_trailers(text))
        if not (text[:5].lower() == "[fwd:" and text.endswith("]")):
            return text
        text = text[5:-1]


def _strip_trailers(text: str) -> str:
    end = len(text)
    while True:
        if text[end - 1 : end] == " ":
            end -= 1
        elif text[max(end - 5, 0) : end].lower() == "(fwd)":
            end -= 5
        else:
            return text[:end]


def _strip_leaders(text: str) -> str:
    start = 0
    while True:
        leader = _LEADER.match(text, start)
        if leader:
            start = leader.end()
            continue
        blob = _BLOB.match(text, start)
        if blob is None or blob.end() == len(text):
            return text[start:]
        start = blob.end()
