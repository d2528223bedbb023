"""HTML mail as plain text, for reading in a terminal. Nothing that it refers to is loaded."""

from __future__ import annotations

import re

from tuimail.mail.html_tags import Tag, read_attribute, read_html

INPUT_LIMIT = 1_000_000
"""Characters of HTML that are read."""
OUTPUT_LIMIT = 500_000
"""Characters of text after which no further piece is read: more than a screen shows."""

_PARAGRAPHS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre")
)
BLOCKS = _PARAGRAPHS.union(
    ("address", "article", "aside", "body", "caption", "center", "dd", "div", "dt", "fieldset"),
    ("figure", "footer", "form", "header", "hr", "legend", "li", "main", "nav", "section", "tr"),
)
"""Elements that begin and end a line."""
_LISTS = frozenset({"ul", "ol"})
_DEPTH_LIMIT = 8
_LINK_LENGTH_LIMIT = 2_000
_LINK = re.compile(r"(?:https?://|mailto:).", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"\A(?:https?://|mailto:)", re.ASCII | re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK = " \u00a0\u200c\u200d"
# Hints to a renderer about where to break, and what newsletters fill their preview with.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u034f\u200b\u2060\ufeff"))


def html_to_text(html: str) -> str:
    """The text of an HTML document, lines ended by LF; never raises, takes linear time.

    Links are shown as `text <https://…>` where the text is another one, images as `[alt]`, the
    rows of tables as lines, quotes behind `> `.
    """
    page = _Page()
    for piece in read_html(html[:INPUT_LIMIT]):
        if isinstance(piece, str):
            page.write(piece.translate(_INVISIBLE))
        elif piece.closing:
            page.close(piece.name)
        else:
            page.open(piece)
        if page.size > OUTPUT_LIMIT:
            break
    return page.finish()


class _Page:
    """The lines written, and the one being written."""

    def __init__(self) -> None:
        self.size = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._wants_blank = False
        self._gap = ""
        self._mark = ""
        self._quotes = 0
        self._quotes_above = 0
        self._pre = 0
        self._lists: list[int | None] = []
        self._link = ""
        self._link_text: list[str] = []

    def open(self, tag: Tag) -> None:
        name = tag.name
        if name in BLOCKS:
            self._end_line()
            self._part(name)
        if name == "br":
            self._end_line(even_empty=True)
        elif name == "hr":
            self.write("----------")
            self._end_line()
        elif name == "a":
            self._close_link()
            self._link = read_attribute(tag, "href").strip()
        elif name == "img":
            alt = " ".join(read_attribute(tag, "alt").split())
            self.write(f"[{alt}]" if alt else "")
        elif name in ("td", "th"):
            if self._line:
                self._line[-1] = self._line[-1].rstrip(" ")
                self._gap = "  "
        elif name == "blockquote":
            self._quotes += 1
        elif name == "pre":
            self._pre += 1
        elif name in _LISTS:
            self._lists.append(0 if name == "ol" else None)
        elif name == "li":
            self._mark = self._next_mark()

    def close(self, name: str) -> None:
        if name == "a":
            self._close_link()
        if name not in BLOCKS:
            return
        self._end_line()
        self._mark = ""
        if name == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif name == "pre":
            self._pre = max(0, self._pre - 1)
        elif name in _LISTS and self._lists:
            self._lists.pop()
        self._part(name)

    def write(self, text: str) -> None:
        if not self._pre:
            text = _SPACES.sub(" ", text)
            if self._gap or not self._line or self._line[-1].endswith(" "):
                text = text.lstrip(" ")
            self._append(text)
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._append(first)
        for other in others:
            self._end_line(even_empty=True)
            self._append(other)

    def finish(self) -> str:
        self._close_link()
        self._end_line()
        text = "\n".join(self._lines).strip("\n")
        return f"{text}\n" if text else ""

    def _append(self, text: str) -> None:
        if not text:
            return
        self._line.append(self._gap + text)
        self.size += len(self._line[-1])
        self._gap = ""
        if self._link:
            self._link_text.append(text)

    def _part(self, name: str) -> None:
        """Leave a blank line where a paragraph begins or ends; a list within a list has none."""
        if name in _PARAGRAPHS and not (name in _LISTS and self._lists):
            self._wants_blank = True

    def _end_line(self, *, even_empty: bool = False) -> None:
        text = "".join(self._line)
        text = text.rstrip() if self._pre else text.strip(_BLANK)
        self._line.clear()
        self._gap = ""
        if text:
            if self._wants_blank:
                self._add_blank()
            self._lines.append(self._quote_mark() + self._indent() + text.replace("\u00a0", " "))
            self._quotes_above = self._quotes
            self.size += len(self._lines[-1]) - len(text) + len("\n")
        elif even_empty:
            self._add_blank()

    def _add_blank(self) -> None:
        self._wants_blank = False
        if self._lines and (self._pre or self._lines[-1].strip("> ")):
            self._lines.append(self._quote_mark(self._quotes_above).rstrip())
            self.size += len(self._lines[-1]) + len("\n")

    def _quote_mark(self, limit: int = _DEPTH_LIMIT) -> str:
        return "> " * min(self._quotes, limit, _DEPTH_LIMIT)

    def _indent(self) -> str:
        if not self._lists and not self._mark:
            return ""
        mark, self._mark = self._mark or "  ", ""
        return "  " * (min(len(self._lists), _DEPTH_LIMIT) - 1) + mark

    def _next_mark(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "

    def _close_link(self) -> None:
        link, text = self._link, "".join(self._link_text).strip(_BLANK)
        self._link, self._link_text = "", []
        if len(link) > _LINK_LENGTH_LIMIT or not _LINK.match(link):
            return
        if text and _without_scheme(text) != _without_scheme(link):
            self.write(f" <{link}>")


def _without_scheme(link: str) -> str:
    return _SCHEME.sub("", link).rstrip("/").lower()
