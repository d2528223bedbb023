"""A long list of messages, asked for piece by piece."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tuimail.imap.job import Request

T = TypeVar("T")

CHUNKS_AHEAD = 1
"""Beside a screen. Rows of three connections are read no sooner than those of two, and each thread
more is one that the screen's waits for: a key took 90 ms then, and 54 ms with two."""


def pull_chunks(
    uids: Sequence[int], ask: Callable[[Sequence[int]], Request[T]], chunk: int, ahead: int
) -> Iterator[tuple[int, T]]:
    """The answers of all chunks in their order, each with how many messages it was asked for.

    Pulled by the caller: `ahead` chunks are under way before it needs them, so memory stays flat.
    """
    starts = iter(range(0, len(uids), chunk))
    asked: deque[tuple[int, Request[T]]] = deque()
    try:
        while True:
            while len(asked) <= ahead:
                start = next(starts, None)
                if start is None:
                    break
                some = uids[start : start + chunk]
                asked.append((len(some), ask(some)))
            if not asked:
                return
            count, request = asked.popleft()
            yield count, request.result()
    finally:
        for _, request in asked:
            request.cancel()
