"""How to leave a mailing list: List-Unsubscribe (RFC 2369) and its one-click post (RFC 8058).

What is copied goes from a stranger's header into a browser. So a link is printable ASCII without
spaces: white space in the brackets comes from folding and is dropped, a host is in punycode, and
what is not legal in a URL is percent-encoded (RFC 3987, 3.1), invisible characters too. A link
with a control character, without a host or an address, or with another scheme, is no link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tuimail.mail.encoded_words import decode_words
from tuimail.text import MailText

LINK_LIMIT = 20
"""Links read of one field."""
LENGTH_LIMIT = 65_536
"""Octets of the field; a longer one has no links."""

_PREFERENCE = ("https", "http", "mailto")
# Links stand in angle brackets, comments in round ones.
_BRACKETS = re.compile(r"\([^()<>]*\)|<([^<>]*)(?:>|\Z)")
# ASCII, or the long s and the Kelvin sign would be an s and a k.
_CASELESS = re.ASCII | re.IGNORECASE
_BARE = re.compile(r"(?ai:https?://|mailto:)[^\s,<>]+")
# Cc and Cs of Unicode; asking for the category of each character took 3 us a row.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]+")
_LEGAL = "!#$%&'()*+,-./:;=?@[]_~"
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]", _CASELESS)
_HOST_LENGTH_LIMIT = 253
# What nearly all are; urlsplit and quote would make nothing else of it.
_PLAIN = re.compile(
    r"(https?)://[a-z0-9](?:[a-z0-9._-]{0,200}[a-z0-9])?(?::[0-9]{1,4})?(?:[/?#][a-z0-9!#$%&'()*+,./:;=?@_~-]*)?",
    _CASELESS,
)
_MAILBOX = re.compile(r"[^@\s,\x00-\x1f\x7f]+@[^@\s,\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Link:
    """One way to leave the list."""

    scheme: str
    """`https`, `http` or `mailto`."""
    url: str
    """Printable ASCII without spaces: safe to show and to copy."""
    shown: MailText
    """For reading: the link, its host in punycode too, or the address and the parameters."""
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
    """Read raw values of List-Unsubscribe and List-Unsubscribe-Post; never raises.

    Encoded words are against RFC 2047 here and are decoded, since large senders write them. Links
    without brackets are read where there is none with them.
    """
    if len(value) > LENGTH_LIMIT:
        return ListUnsubscribe(MailText(decode_words(value[:LENGTH_LIMIT])), (), one_click=False)
    text = decode_words(value)
    written = [link for link in _BRACKETS.findall(text) if link] or _BARE.findall(text)
    links = tuple([link for link in map(_read_link, written[:LINK_LIMIT]) if link is not None])
    wants_post = (
        post is not None and b"".join(post.split()).lower() == b"list-unsubscribe=one-click"
    )
    one_click = wants_post and any(link.scheme == "https" for link in links)
    return ListUnsubscribe(MailText(text), links, one_click)


def _read_link(written: str) -> Link | None:
    plain = _PLAIN.fullmatch(written)
    if plain:
        return Link(plain[1].lower(), written, MailText(written))
    url = _SPACE.sub("", written)
    if _CONTROL.search(url):
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
    parameters = [parameter.partition("=") for parameter in query.split("&") if parameter]
    told = ", ".join(f"{name}: {unquote(text)}" for name, _, text in parameters)
    shown = f"{address} ({told})" if told else address
    return Link("mailto", f"mailto:{_encode(url[len('mailto:') :])}", MailText(shown))


def _read_web_link(url: str) -> Link | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        # Browsers take a backslash for a slash, and so see another host than urlsplit.
        if "\\" in parts.netloc or len(host) > _HOST_LENGTH_LIMIT:
            return None
        if not host.isascii():
            host = host.encode("idna").decode("ascii")  # RFC 3490; refuses what no name can be
    except ValueError:
        return None
    if ":" in host:
        host = f"[{host}]"
    return _make_web_link(url, parts, host, port) if _HOST.fullmatch(host) else None


def _make_web_link(url: str, parts: SplitResult, host: str, port: int | None) -> Link:
    user, at, _ = parts.netloc.rpartition("@")
    netloc = f"{_encode(user)}{at}{host}" + ("" if port is None else f":{port}")
    rest = url[url.index("//") + len("//") + len(parts.netloc) :]
    shown = url if parts.netloc.isascii() else f"{url} ({host})"
    warning = f"The site is {host}; what stands before the @ is not." if at else None
    return Link(parts.scheme, f"{parts.scheme}://{netloc}{_encode(rest)}", MailText(shown), warning)


def _encode(text: str) -> str:
    return quote(text, safe=_LEGAL)
