"""HTML cut into text and tags, in linear time whatever a stranger wrote.

Not `html.parser`: it looks for the end of every unclosed `<!--` and `<a` anew (50 kB of `<!--`
took 2.8 s, in Python 3.11, and twice as many take four times that), and raises on `<![<`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
# A quote hides a `>` only where a value may begin.
_TAG_END = re.compile(r"""(?:[^>=]|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]++)\s*+(?:=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?""")

_NO_TEXT = frozenset({"script", "style", "template", "title", "iframe", "noframes", "noembed"})
"""Elements whose content a reader never sees."""
_CLOSING = {name: re.compile(rf"</{name}\b", re.ASCII | re.IGNORECASE) for name in _NO_TEXT}


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
    text_start = position = 0
    believes_quotes = True
    while (start := html.find("<", position)) >= 0:
        name = _TAG_NAME.match(html, start)
        if name is None:
            end = _markup_end(html, start)
            if end < 0:
                position = start + 1  # a `<` that is text
                continue
        else:
            found = _TAG_END.match(html, name.end()) if believes_quotes else None
            # Quotes that hide every `>` to the end are not believed any more: looking through
            # them at each tag is what takes quadratic time.
            believes_quotes = found is not None
            end = found.end() if found else html.find(">", name.end()) + 1 or len(html)
        if start > text_start:
            yield resolve_entities(html[text_start:start])
        if name is not None:
            tag = Tag(name[1].lower(), html[start + 1] == "/", html[name.end() : end - 1])
            yield tag
            if tag.name in _NO_TEXT and not tag.closing:
                closing = _CLOSING[tag.name].search(html, end)
                end = closing.start() if closing else len(html)
        text_start = position = end
    if text_start < len(html):
        yield resolve_entities(html[text_start:])


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
    """Where a comment or declaration that starts here ends; -1 where none starts."""
    if html.startswith("<!--", start):
        end = html.find("-->", start + 2)
        return end + 3 if end >= 0 else len(html)
    if html.startswith(("<!", "<?", "</"), start):
        return html.find(">", start) + 1 or len(html)
    return -1
