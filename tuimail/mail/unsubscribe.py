"""How to leave a mailing list: List-Unsubscribe (RFC 2369) and its one-click post (RFC 8058).

What is copied goes from a stranger's header into a browser, so a link is printable ASCII without
spaces: white space from folding is dropped, other characters are percent-encoded as RFC 3987 says,
the host is in punycode. What has a control character, or no host or address, is no link.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tuimail.mail.encoded_words import decode_words
from tuimail.text import MailText

LINK_LIMIT = 20
"""Links read of one field."""
LENGTH_LIMIT = 65_536
"""Octets of the field; a longer one has no links."""

_PREFERENCE = ("https", "http", "mailto")
_ANGLE = re.compile(r"\([^()<>]*\)|<([^<>]*)(?:>|\Z)")
_BARE = re.compile(r"(?:https?://|mailto:)[^\s,<>]+", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]")
_MAILBOX = re.compile(r"[^@\s,]+@[^@\s,]+")
_LEGAL = "!#$%&'()*+,-./:;=?@[]_~"
_HOST_LIMIT = 253


@dataclass(frozen=True, slots=True)
class Link:
    """One way to leave the list."""

    scheme: str
    """`https`, `http` or `mailto`."""
    url: str
    """Printable ASCII without spaces: safe to show and to copy."""
    shown: MailText
    """What a person reads: the link and its host in punycode, or the address and parameters."""
    warning: str | None = None
    """One sentence, when the link may not lead where it seems to."""


@dataclass(frozen=True, slots=True)
class ListUnsubscribe:
    """The field as it was written, unfolded, and the links in it, in their order."""

    raw: MailText
    links: tuple[Link, ...]
    one_click: bool
    """One POST to the https link is enough, without a page to confirm on (RFC 8058)."""

    @property
    def best(self) -> Link | None:
        """The first https link, else http, else mailto; None without any."""
        for scheme in _PREFERENCE:
            for link in self.links:
                if link.scheme == scheme:
                    return link
        return None


def parse_list_unsubscribe(value: bytes, post: bytes | None = None) -> ListUnsubscribe:
    """Read raw values of List-Unsubscribe and List-Unsubscribe-Post; never raises."""
    if len(value) > LENGTH_LIMIT:
        return ListUnsubscribe(MailText(decode_words(value[:LENGTH_LIMIT])), (), one_click=False)
    text = decode_words(value)
    written = [angle[1] for angle in _ANGLE.finditer(text) if angle[1] is not None]
    if not written:
        written = _BARE.findall(text)
    links = tuple(link for link in map(_read_link, written[:LINK_LIMIT]) if link is not None)
    wants_post = (
        post is not None and b"".join(post.split()).lower() == b"list-unsubscribe=one-click"
    )
    one_click = wants_post and any(link.scheme == "https" for link in links)
    return ListUnsubscribe(MailText(text), links, one_click)


def _read_link(written: str) -> Link | None:
    url = _SPACE.sub("", written)
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in url):
        return None
    scheme = url.partition(":")[0].lower()
    if scheme == "mailto":
        return _read_mailto(url)
    if scheme in ("https", "http"):
        return _read_web_link(url)
    return None


def _read_mailto(url: str) -> Link | None:
    to, _, query = url[len("mailto:") :].partition("?")
    address = unquote(to)
    if not all(_MAILBOX.fullmatch(one.strip()) for one in address.split(",")):
        return None
    shown = address
    parameters = [parameter.partition("=") for parameter in query.split("&") if parameter]
    if parameters:
        told = ", ".join(f"{name}: {unquote(text)}" for name, _, text in parameters)
        shown = f"{address} ({told})"
    return Link("mailto", quote(url, safe=_LEGAL), MailText(shown))


def _read_web_link(url: str) -> Link | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host or len(host) > _HOST_LIMIT or "\\" in parts.netloc:
            return None
        # idna is the codec of RFC 3490; it refuses what no name can be.
        punycode = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    bracketed = f"[{punycode}]" if ":" in punycode else punycode
    if not _HOST.fullmatch(bracketed):
        return None
    return _make_web_link(url, parts, bracketed, port)


def _make_web_link(url: str, parts: SplitResult, host: str, port: int | None) -> Link:
    user, at, _ = parts.netloc.rpartition("@")
    netloc = f"{quote(user, safe=_LEGAL)}{at}{host}" + (f":{port}" if port is not None else "")
    rest = url[url.index("//") + 2 + len(parts.netloc) :]
    copied = f"{parts.scheme}://{netloc}{quote(rest, safe=_LEGAL)}"
    shown = url if parts.netloc.isascii() else f"{url} ({host})"
    warning = f"The site is {host}; what stands before the @ is not." if at else None
    return Link(parts.scheme, copied, MailText(shown), warning)
