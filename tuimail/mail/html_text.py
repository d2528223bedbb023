"""HTML mail as plain text, for reading in a terminal. Nothing that it refers to is loaded."""

from __future__ import annotations

import re

from tuimail.mail.html_tags import Tag, read_attribute, read_html

INPUT_LIMIT = 2_000_000
"""Characters of HTML that are read."""
OUTPUT_LIMIT = 500_000
"""Characters of text that are written; more than a screen shows of one message."""

_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"}
)
_LINES = frozenset(
    {"address", "article", "aside", "body", "caption", "center", "dd", "div", "dt", "fieldset",
     "figure", "footer", "form", "header", "hr", "legend", "li", "main", "nav", "section", "tr"}
)  # fmt: skip
_DEPTH_LIMIT = 8
_LINK_LENGTH_LIMIT = 2_000
_LINK = re.compile(r"(?:https?://|mailto:).", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[ \t\r\n\f]+")
# Hints to a renderer, and what newsletters fill their preview with.
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
    """Lines of text, and the line being written."""

    def __init__(self) -> None:
        self.size = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._wants_blank = False
        self._wants_gap = ""
        self._mark = ""
        self._quotes = 0
        self._pre = 0
        self._lists: list[int | None] = []
        self._link = ""
        self._link_text: list[str] = []

    def open(self, tag: Tag) -> None:
        name = tag.name
        self._break_around(name)
        if name == "br":
            self._end_line(force=True)
        elif name == "hr":
            self.write("----------")
            self._end_line()
        elif name == "a":
            self._close_link()
            self._link = read_attribute(tag, "href").strip()[:_LINK_LENGTH_LIMIT]
        elif name == "img":
            alt = " ".join(read_attribute(tag, "alt").split())
            if alt:
                self.write(f"[{alt}]")
        elif name in ("td", "th"):
            self._wants_gap = "  " if self._line else ""
        elif name == "blockquote":
            self._quotes += 1
        elif name == "pre":
            self._pre += 1
        elif name in ("ul", "ol"):
            self._lists.append(0 if name == "ol" else None)
        elif name == "li":
            self._mark = self._next_mark()

    def close(self, name: str) -> None:
        if name == "a":
            self._close_link()
        self._break_around(name)
        if name == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif name == "pre":
            self._pre = max(0, self._pre - 1)
        elif name in ("ul", "ol") and self._lists:
            self._lists.pop()

    def write(self, text: str) -> None:
        if self._pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._append(first)
            for other in others:
                self._end_line(force=True)
                self._append(other)
            return
        text = _SPACES.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        self._append(text)

    def finish(self) -> str:
        self._close_link()
        self._end_line()
        return "\n".join(self._lines).strip("\n") + "\n" if self._lines else ""

    def _append(self, text: str) -> None:
        if not text:
            return
        if self._wants_gap and text != " ":
            text = self._wants_gap + text
            self._wants_gap = ""
        self._line.append(text)
        self.size += len(text)
        if self._link:
            self._link_text.append(text)

    def _break_around(self, name: str) -> None:
        if name in _PARAGRAPHS:
            self._end_line()
            # The list within a list stands close.
            self._wants_blank = self._wants_blank or not (name in ("ul", "ol") and self._lists)
        elif name in _LINES:
            self._end_line()

    def _end_line(self, *, force: bool = False) -> None:
        text = "".join(self._line)
        text = text.rstrip() if self._pre else text.strip(" \u00a0\u200c\u200d")
        self._line.clear()
        self._wants_gap = ""
        if not text and not force:
            return
        prefix = "> " * min(self._quotes, _DEPTH_LIMIT)
        if (self._wants_blank or not text) and self._lines and self._lines[-1].strip("> "):
            self._lines.append(prefix.rstrip())
        self._wants_blank = False
        if text:
            indent = "  " * (min(len(self._lists), _DEPTH_LIMIT) - 1) if self._lists else ""
            mark = self._mark or ("  " if self._lists else "")
            self._mark = ""
            self._lines.append(f"{prefix}{indent}{mark}{text}".replace("\u00a0", " "))
            self.size += len(prefix)

    def _next_mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _close_link(self) -> None:
        link, text = self._link, "".join(self._link_text).strip()
        self._link = ""
        self._link_text = []
        if text and _LINK.match(link) and not _is_same(text, link):
            self.write(f" <{link}>")


def _is_same(text: str, link: str) -> bool:
    def bare(url: str) -> str:
        return re.sub(r"^(?:https?://|mailto:)", "", url.strip().lower()).rstrip("/")

    return bare(text) == bare(link)
