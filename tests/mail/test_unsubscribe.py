"""Links to leave a list by, as safe to copy as to show (RFC 2369, RFC 8058)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.header_block import read_values
from tuimail.mail.unsubscribe import LINK_LIMIT, Link, parse_list_unsubscribe

ONE_CLICK = b"List-Unsubscribe=One-Click"


def only_link(value: bytes) -> Link:
    links = parse_list_unsubscribe(value).links
    assert len(links) == 1, links
    return links[0]


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        # RFC 2369, 3.2
        (
            b"<mailto:list@host.com?subject=unsubscribe>",
            ["mailto:list@host.com?subject=unsubscribe"],
        ),
        (
            b"(Use this command to get off the list)\r\n"
            b"     <mailto:list-manager@host.com?body=unsubscribe%20list>",
            ["mailto:list-manager@host.com?body=unsubscribe%20list"],
        ),
        (b"<mailto:list-off@host.com>", ["mailto:list-off@host.com"]),
        (
            b"<http://www.host.com/list.cgi?cmd=unsub&lst=list>,\r\n"
            b"   <mailto:list-request@host.com?subject=unsubscribe>",
            [
                "http://www.host.com/list.cgi?cmd=unsub&lst=list",
                "mailto:list-request@host.com?subject=unsubscribe",
            ],
        ),
        # RFC 8058, 8
        (
            b"<mailto:listrequest@example.com?subject=unsubscribe>,\r\n    <https://example.com/unsubscribe.html?opaque=123456789>",
            [
                "mailto:listrequest@example.com?subject=unsubscribe",
                "https://example.com/unsubscribe.html?opaque=123456789",
            ],
        ),
        # folded within the link
        (b"<https://example.org/leave?\r\n u=1&\r\n\tv=2>", ["https://example.org/leave?u=1&v=2"]),
        # encoded words, as large senders write them
        (
            b"=?us-ascii?Q?=3Chttps=3A=2F=2Fexample=2Eorg=2Fleave=3Fu=3D?=\r\n"
            b" =?us-ascii?Q?1234567890=3E?=",
            ["https://example.org/leave?u=1234567890"],
        ),
        # without brackets, or with one
        (b"https://example.org/leave", ["https://example.org/leave"]),
        (
            b"https://example.org/a, mailto:b@example.org",
            ["https://example.org/a", "mailto:b@example.org"],
        ),
        (b"<https://example.org/leave", ["https://example.org/leave"]),
        (b"https://example.org/leave>", ["https://example.org/leave"]),
        (b"leave by https://example.org/leave or reply", ["https://example.org/leave"]),
        ("https://example.org/leave\u3000又は".encode(), ["https://example.org/leave"]),
        # with brackets, what stands outside is no link
        (b"<https://example.org/a> http://evil.test/", ["https://example.org/a"]),
        (b"<https://example.org/a> (not http://evil.test/)", ["https://example.org/a"]),
        # schemes and hosts have no case
        (b"<HTTPS://Example.ORG/Leave>", ["HTTPS://Example.ORG/Leave"]),
        (b"<MailTo:Ada@Example.org>", ["mailto:Ada@Example.org"]),
        # no links
        (b"", []),
        (b"NO", []),
        (b"<>", []),
        (b"<javascript:alert(1)>", []),
        (b"<file:///etc/passwd>", []),
        (b"<data:text/html,hi>", []),
        (b"<ftp://example.org/leave>", []),
        (b"<tel:+123>, <ssh://host>, <x-man-page://ls>", []),
        (b"javascript:alert(1)", []),
        (b"<https:///leave>", []),
        (b"<https://>", []),
        (b"<https:example.org>", []),
        (b"<//example.org/leave>", []),
        (b"<example.org/leave>", []),
        (b"<https://user@/leave>", []),
        (b"<https://exam ple%41.org/>", []),
        (b"<https://[::1/>", []),
        (b"<https://[zz]/>", []),
        (b"<https://example.org:port/>", []),
        (b"<https://example.org:99999/>", []),
        (b"<https://good.test\\@evil.test/>", []),
        (b"<https://-$(reboot).test/>", []),
        ("<https://exa℀mple.org/>".encode(), []),
        # ſ and ı are letters that regular expressions take for s and i
        ("<http\u017f://example.org/>".encode(), []),
        ("<ma\u0131lto:ada@example.org>".encode(), []),
        ("http\u017f://example.org/".encode(), []),
        (b"<https://" + b"a" * 300 + b".org/>", []),
        (b"<https://example.org/\x1b]52;c;eA==\x07>", []),
        (b"<https://example.org/\x00>", []),
        (b"<https://example.org/=?utf-8?Q?=0D=0A?=\x7f>", []),
        (b"<mailto:>", []),
        (b"<mailto:?to=a@b.org>", []),
        (b"<mailto:ada>", []),
        (b"<mailto:@example.org>", []),
        (b"<mailto:a%0Ab@example.org>", []),
        (b"<mailto:a%1Bb@example.org>", []),
        (b"<mailto:a b@c d>", ["mailto:ab@cd"]),
    ],
)
def test_finds_links(value: bytes, urls: list[str]) -> None:
    assert [link.url for link in parse_list_unsubscribe(value).links] == urls


@pytest.mark.parametrize(
    ("written", "url", "shown"),
    [
        # a host that is not ASCII is shown both ways, and copied in punycode
        (
            "https://münchen.example/x",
            "https://xn--mnchen-3ya.example/x",
            "https://münchen.example/x (xn--mnchen-3ya.example)",
        ),
        (
            "https://аррӏе.example/",
            "https://xn--80ak6aa92e.example/",
            "https://аррӏе.example/ (xn--80ak6aa92e.example)",
        ),
        (
            "http://münchen.example:8080/ä?ö=ü",
            "http://xn--mnchen-3ya.example:8080/%C3%A4?%C3%B6=%C3%BC",
            "http://münchen.example:8080/ä?ö=ü (xn--mnchen-3ya.example)",
        ),
        # the Kelvin sign, a long s and a dotless i, which are k, s and i to some
        (
            "https://ban\u212a.example/x",
            "https://bank.example/x",
            "https://banK.example/x (bank.example)",
        ),
        (
            "https://ma\u0131l.example/",
            "https://xn--mal-kua.example/",
            "https://ma\u0131l.example/ (xn--mal-kua.example)",
        ),
        (
            "https://example.org/\u017fec\u212aret",
            "https://example.org/%C5%BFec%E2%84%AAret",
            "https://example.org/\u017fecKret",
        ),
        # what is not legal in a URL is encoded, invisible characters too
        (
            "https://example.org/a\u200b\u202eb",
            "https://example.org/a%E2%80%8B%E2%80%AEb",
            "https://example.org/a\ufffd\ufffdb",
        ),
        (
            'https://example.org/"`{|}^\\',
            "https://example.org/%22%60%7B%7C%7D%5E%5C",
            'https://example.org/"`{|}^\\',
        ),
        ("https://example.org/100%", "https://example.org/100%", "https://example.org/100%"),
        (
            "https://[2001:db8::1]:8443/x",
            "https://[2001:db8::1]:8443/x",
            "https://[2001:db8::1]:8443/x",
        ),
        ("https://example.org", "https://example.org", "https://example.org"),
        ("https://example.org?u=1#f", "https://example.org?u=1#f", "https://example.org?u=1#f"),
        # mailto is an address and its parameters
        ("mailto:ada@example.org", "mailto:ada@example.org", "ada@example.org"),
        (
            "mailto:ada@example.org?subject=leave%20me&body=a%0D%0Ab",
            "mailto:ada@example.org?subject=leave%20me&body=a%0D%0Ab",
            "ada@example.org (subject: leave me, body: a  b)",
        ),
        ("mailto:a%2Bb@example.org", "mailto:a%2Bb@example.org", "a+b@example.org"),
        ("mailto:a@x.org,b@x.org?", "mailto:a@x.org,b@x.org?", "a@x.org,b@x.org"),
        (
            "mailto:a@x.org?subject=é",
            "mailto:a@x.org?subject=%C3%A9",
            "a@x.org (subject: é)",
        ),
    ],
)
def test_copied_and_shown(written: str, url: str, shown: str) -> None:
    link = only_link(f"<{written}>".encode())
    assert link.url == url
    assert str(link.shown) == shown
    assert link.warning is None


@pytest.mark.parametrize(
    ("written", "site"),
    [
        ("https://bank.example@evil.test/leave", "evil.test"),
        ("https://bank.example:x@evil.test/leave", "evil.test"),
        ("https://bank.example%2F@evil.test:81/", "evil.test"),
        ("https://bank.example@xn--mnchen-3ya.test/", "xn--mnchen-3ya.test"),
        ("https://bänk.example@münchen.test/", "xn--mnchen-3ya.test"),
    ],
)
def test_warns_of_a_user_before_the_host(written: str, site: str) -> None:
    warning = only_link(f"<{written}>".encode()).warning
    assert warning == f"The site is {site}; what stands before the @ is not."


@pytest.mark.parametrize(
    ("value", "best"),
    [
        (
            b"<mailto:a@x.org>, <http://x.org/>, <https://x.org/1>, <https://x.org/2>",
            "https://x.org/1",
        ),
        (b"<mailto:a@x.org>, <http://x.org/>", "http://x.org/"),
        (b"<mailto:a@x.org>, <mailto:b@x.org>", "mailto:a@x.org"),
    ],
)
def test_best(value: bytes, best: str) -> None:
    link = parse_list_unsubscribe(value).best
    assert link is not None
    assert link.url == best


def test_nothing_is_best_of_nothing() -> None:
    assert parse_list_unsubscribe(b"<javascript:x>").best is None


@pytest.mark.parametrize(
    ("value", "post", "one_click"),
    [
        (b"<https://x.org/>", ONE_CLICK, True),
        (b"<mailto:a@x.org>, <https://x.org/>", ONE_CLICK, True),
        (b"<https://x.org/>", b" list-unsubscribe = one-click\r\n", True),
        (b"<https://x.org/>", None, False),
        (b"<https://x.org/>", b"", False),
        (b"<https://x.org/>", b"List-Unsubscribe=Two-Clicks", False),
        (b"<http://x.org/>", ONE_CLICK, False),
        (b"<mailto:a@x.org>", ONE_CLICK, False),
        (b"<https:///>", ONE_CLICK, False),
    ],
)
def test_one_click(value: bytes, post: bytes | None, one_click: bool) -> None:
    assert parse_list_unsubscribe(value, post).one_click is one_click


def test_raw_is_the_field_unfolded() -> None:
    raw = parse_list_unsubscribe(b"<https://x.org/\r\n a>,\r\n <javascript:x>").raw
    assert raw.decoded == "<https://x.org/ a>, <javascript:x>"


def test_a_bomb_of_links_is_read_in_part() -> None:
    assert len(parse_list_unsubscribe(b"<https://x.org/>" * 4_000).links) == LINK_LIMIT
    assert parse_list_unsubscribe(b"<https://x.org/>" * 40_000).links == ()


@pytest.mark.parametrize("unit", [b"<", b"(", b"<https://", b"http://", b"mailto:", b"<mailto:a@"])
def test_a_bomb_takes_linear_time(unit: bytes) -> None:
    parse_list_unsubscribe(unit * (65_536 // len(unit)))


def assert_safe_to_copy(link: Link) -> None:
    assert link.url.isascii()
    assert link.url.isprintable()
    assert not set(link.url) & set(' <>"`\\{}|^')
    assert link.scheme in ("https", "http", "mailto")
    if link.scheme == "mailto":
        assert "@" in link.url
    else:
        assert urlsplit(link.url).hostname


@given(st.text(alphabet="<>()https:/mailo@x.org?%0aé\u200b\x1b\\ ,[]#", max_size=60))
def test_never_raises_and_every_link_is_safe(text: str) -> None:
    for link in parse_list_unsubscribe(text.encode(), ONE_CLICK).links:
        assert_safe_to_copy(link)


@given(st.sampled_from(["https://", "http://a.org/", "mailto:a@b.org?x="]), st.text(max_size=40))
def test_whatever_a_stranger_adds_every_link_is_safe(start: str, text: str) -> None:
    value = f"<{start}{text}>".encode("utf-8", "surrogatepass")
    for link in parse_list_unsubscribe(value).links:
        assert_safe_to_copy(link)


def test_every_link_of_the_corpus_is_safe(corpus: list[Path]) -> None:
    links: list[Link] = []
    for path in corpus:
        value = read_values(path.read_bytes()).get("list-unsubscribe")
        if value:
            links += parse_list_unsubscribe(value).links
    assert len(links) > 10
    for link in links:
        assert_safe_to_copy(link)
