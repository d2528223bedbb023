"""HTML cut into text and tags, in linear time whatever a stranger wrote.

Not `html.parser`: it looks for the end of every unclosed `<!--` or `<a` anew, and so takes time
that grows with the square of their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
# A quote hides a `>` only where a value may begin.
_TAG_END = re.compile(r"""(?:[^>=]|=\s*"[^"]*"|=\s*'[^']*'|=)*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")

_NO_TEXT = frozenset({"script", "style", "template", "title", "iframe", "noframes", "noembed"})
"""Elements whose content a reader never sees."""
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _NO_TEXT}


class Tag(NamedTuple):
    """A start tag, or an end tag: `closing` then is true."""

    name: str
    """In lower case."""
    closing: bool
    attributes: str
    """As written; `read_attribute` reads one."""


def read_html(html: str) -> Iterator[str | Tag]:
    """Runs of text, entities resolved, and tags, in their order.

    Comments, declarations and the content of scripts, styles and the like are left out. What is
    not closed goes on to the end, as in a browser.
    """
    position = 0
    believes_quotes = True
    while True:
        start = html.find("<", position)
        if start < 0:
            break
        if start > position:
            yield resolve_entities(html[position:start])
        name = _TAG_NAME.match(html, start)
        if name is None:
            position = _markup_end(html, start)
            if position == start:
                yield "<"
                position += 1
            continue
        end = _TAG_END.match(html, name.end()) if believes_quotes else None
        if end is None:
            # The quotes hide every `>` that is left: looking for it again at each tag is what
            # takes quadratic time.
            believes_quotes = False
        position = end.end() if end else html.find(">", name.end()) + 1
        if not position:
            return
        tag = Tag(name[1].lower(), html[start + 1] == "/", html[name.end() : position - 1])
        yield tag
        if tag.name in _NO_TEXT and not tag.closing:
            closing = _CLOSING[tag.name].search(html, position)
            position = closing.start() if closing else len(html)
    if position < len(html):
        yield resolve_entities(html[position:])


def read_attribute(tag: Tag, name: str) -> str:
    """The value of an attribute, entities resolved; "" where it has none."""
    for attribute in _ATTRIBUTE.finditer(tag.attributes):
        if attribute[1].lower() == name:
            return resolve_entities(attribute[2] or attribute[3] or attribute[4] or "")
    return ""


def resolve_entities(text: str) -> str:
    """`&amp;` and its kind as characters; never raises."""
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:  # a number of more digits than int() takes
        return text


def _markup_end(html: str, start: int) -> int:
    """Where a comment or a declaration that begins at `start` ends; `start` where none does."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 2)
        return end + 3 if end >= 0 else len(html)
    if html.startswith(("<!", "<?", "</"), start):
        end = html.find(">", start)
        return end + 1 if end >= 0 else len(html)
    return start
