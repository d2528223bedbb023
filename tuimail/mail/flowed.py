"""Plain text whose lines flow (RFC 3676): soft line ends are undone, so that a screen can wrap."""

from __future__ import annotations


def join_flowed(text: str, *, delete_space: bool) -> str:
    """The text with each paragraph on one line, quotes behind `> `; lines end in LF.

    `delete_space` is the parameter DelSp=yes: the space that marks a soft line end is no text.
    """
    paragraphs: list[str] = []
    waiting: list[str] = []
    depth = 0
    for line in text.replace("\r\n", "\n").split("\n"):
        content = line.lstrip(">")
        own_depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content == "-- "
        if waiting and (own_depth != depth or is_signature):
            paragraphs.append(_quote("".join(waiting), depth))
            waiting = []
        depth = own_depth
        if content.endswith(" ") and not is_signature:
            waiting.append(content[:-1] if delete_space else content)
        else:
            paragraphs.append(_quote("".join((*waiting, content)), depth))
            waiting = []
    if waiting:
        paragraphs.append(_quote("".join(waiting), depth))
    return "\n".join(paragraphs)


def _quote(text: str, depth: int) -> str:
    return f"{'>' * depth} {text}" if depth else text
