"""Address lists are taken apart (RFC 5322, 3.4)."""

from __future__ import annotations

from email.utils import getaddresses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.mail.addresses import ADDRESS_LIMIT, parse_addresses
from tuimail.mail.header_block import read_values

BOMBS = {
    "brackets": b"(" * 65_536,
    "nested comments": b"(" * 30_000 + b")" * 30_000 + b" a@b",
    "unclosed angles": b"<" * 65_536,
    "angles without end": b"<a,b" * 16_384,
    "quotes": b'"' * 65_535,
    "escaped quotes": b'"' + b'\\"' * 32_000,
    "escaped quotes in angles": b'<"' + b'<\\"' * 21_000,
    "quotes and escapes beside an address": b'a@b" ' + b'a\\" ' * 16_000,
    "backslashes": b"\\" * 65_535,
    "no address": b"a" * 65_536,
    "leading spaces": b" " * 65_000 + b"[;",
    "spaces": b"a@b " + b" " * 65_000 + b"c",
    "spaced comments": b"a@b" + b"() " * 20_000,
    "colons": b":" * 65_536,
    "ats": b"@" * 65_536,
    "dots": b"a@b . . . . " * 5_000,
    "nearly encoded words": b"=?a?q?" * 10_000,
    "domain literals": b"[" * 65_536,
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", []),
        (b"  \r\n ", []),
        (b"ada@example.org", [("", "ada@example.org")]),
        (b"<ada@example.org>", [("", "ada@example.org")]),
        (b"Ada Lovelace <ada@example.org>", [("Ada Lovelace", "ada@example.org")]),
        (b"Ada<ada@example.org>", [("Ada", "ada@example.org")]),
        (b'"Lovelace, Ada" <ada@example.org>', [("Lovelace, Ada", "ada@example.org")]),
        (b"a@x.org,b@x.org , c@x.org", [("", "a@x.org"), ("", "b@x.org"), ("", "c@x.org")]),
        # RFC 5322, A.1
        (
            b'"Joe Q. Public" <john.q.public@example.com>',
            [("Joe Q. Public", "john.q.public@example.com")],
        ),
        (
            b"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            [("Mary Smith", "mary@x.test"), ("", "jdoe@example.org"), ("Who?", "one@y.test")],
        ),
        (
            b'<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
            [("", "boss@nil.test"), ('Giant; "Big" Box', "sysservices@example.net")],
        ),
        (
            b"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            [("Ed Jones", "c@a.test"), ("", "joe@where.test"), ("John", "jdoe@one.test")],
        ),
        (b"Undisclosed recipients:;", []),
        # RFC 5322, A.5
        (
            b"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            [("Pete", "pete@silly.test")],
        ),
        (
            b"A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
            b"         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); "
            b"(the end of the group)",
            [
                ("Chris Jones", "c@public.example"),
                ("", "joe@example.org"),
                ("John", "jdoe@one.test"),
            ],
        ),
        (b"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", []),
        # RFC 5322, A.6.1
        (
            b"Joe Q. Public <john.q.public@example.com>",
            [("Joe Q. Public", "john.q.public@example.com")],
        ),
        (
            b"Mary Smith <@node.test,@other.test:mary@example.net>, , jdoe@test . example",
            [("Mary Smith", "mary@example.net"), ("", "jdoe@test.example")],
        ),
        # RFC 5322, A.6.3
        (b"John Doe <jdoe@machine(comment).  example>", [("John Doe", "jdoe@machine.example")]),
        (b"john . doe @ example . com", [("", "john.doe@example.com")]),
        # RFC 5321 local parts and literals
        (b'"john doe"@example.org', [("", '"john doe"@example.org')]),
        (b'<"john, doe"@example.org>', [("", '"john, doe"@example.org')]),
        (b"a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        (
            b"Ada <a@[IPv6:2001:db8::1]>, b@x.org",
            [("Ada", "a@[IPv6:2001:db8::1]"), ("", "b@x.org")],
        ),
        # the name is a comment, as before 1982
        (b"ada@example.org (Ada Lovelace)", [("Ada Lovelace", "ada@example.org")]),
        (b"ada@example.org (Ada (the first) L.)", [("Ada (the first) L.", "ada@example.org")]),
        (b"<ada@example.org> (Ada)", [("Ada", "ada@example.org")]),
        (b"root (Cron Daemon)", [("Cron Daemon", "root")]),
        (b"root", [("", "root")]),
        # encoded words: a comma in one separates nothing, decoded or raw
        (b"=?utf-8?Q?Doe=2C_John?= <j@x.org>", [("Doe, John", "j@x.org")]),
        (b"=?utf-8?Q?Doe, John?= <j@x.org>, b@x.org", [("Doe, John", "j@x.org"), ("", "b@x.org")]),
        (b"=?utf-8?Q?a@b,_c?= <j@x.org>", [("a@b, c", "j@x.org")]),
        (b'"=?utf-8?Q?caf=C3=A9?=" <j@x.org>', [("café", "j@x.org")]),
        (b"=?utf-8?Q?caf=C3=A9?=\r\n =?utf-8?Q?_bar?= <j@x.org>", [("café bar", "j@x.org")]),
        (b"=?utf-8?Q?evil=40bank=2Eorg?= <j@x.org>", [("evil@bank.org", "j@x.org")]),
        (b"=?utf-8?Q?Ada_=3Cada=40x.org=3E?=", [("Ada <ada@x.org>", "")]),
        # 8-bit
        ("Grüße <ü@exämple.org>".encode(), [("Grüße", "ü@exämple.org")]),
        (b"Gr\xfc\xdfe <a@x.org>", [("Grüße", "a@x.org")]),
        # wrong, and seen
        (b"a@x.org; b@x.org", [("", "a@x.org"), ("", "b@x.org")]),
        (b"Ada <a@x.org> Bob <b@x.org>", [("Ada", "a@x.org"), ("Bob", "b@x.org")]),
        (b"ada@x.org <ada@x.org>", [("ada@x.org", "ada@x.org")]),
        (b"'ada@x.org' <ada@x.org>", [("'ada@x.org'", "ada@x.org")]),
        (b'"ada@x.org"', [("", "ada@x.org")]),
        (b"Ada Lovelace ada@x.org", [("Ada Lovelace", "ada@x.org")]),
        (b"mailto:ada@x.org", [("", "ada@x.org")]),
        (b"Ada <ada@x.org", [("Ada", "ada@x.org")]),
        (b"Ada ada@x.org>", [("Ada", "ada@x.org>")]),
        (b"Ada <>", [("Ada", "")]),
        (b"<>", []),
        (b"Ada Lovelace", [("Ada Lovelace", "")]),
        (b"John Q. Public", [("John Q. Public", "")]),
        (b'"Ada <a@x.org>, b@x.org', [('"Ada', "a@x.org"), ("", "b@x.org")]),
        (b"Ada [work] <a@x.org>", [("Ada [work]", "a@x.org")]),
        (b"Ada (home <a@x.org>, b@x.org", [("Ada (home", "a@x.org"), ("", "b@x.org")]),
        (b", ,;,", []),
        (b"a@x.org,", [("", "a@x.org")]),
        (b"a b@x.org c", [("a  c", "b@x.org")]),
        (b"\\", [("", "\\")]),
        # controls come through; MailText is what makes them harmless
        (b"=?utf-8?Q?=1B]0=3Bx=07?= <a@x.org>", [("\x1b]0;x\x07", "a@x.org")]),
    ],
)
def test_takes_lists_apart(value: bytes, expected: list[tuple[str, str]]) -> None:
    found = [(one.name.decoded, one.address.decoded) for one in parse_addresses(value)]
    assert found == expected


def test_a_bomb_of_addresses_is_read_in_part() -> None:
    assert len(parse_addresses(b"a@b," * 100_000)) == ADDRESS_LIMIT
    assert len(parse_addresses(b"a@b;" * 100_000)) == ADDRESS_LIMIT
    assert len(parse_addresses(b"<a@b>" * 100_000)) == ADDRESS_LIMIT
    assert len(parse_addresses(b"g:a@b,;" * 100_000)) == ADDRESS_LIMIT


@pytest.mark.parametrize("value", BOMBS.values(), ids=BOMBS)
def test_a_bomb_takes_linear_time(value: bytes) -> None:
    with patience():
        parse_addresses(value)


@pytest.mark.parametrize("value", [b'""', b"<>", b"()", b'"" <>', b",", b"@", b'"",""'])
def test_nobody_is_no_address(value: bytes) -> None:
    assert all(one.name or one.address for one in parse_addresses(value))


@given(st.binary(max_size=200))
def test_never_raises(value: bytes) -> None:
    parse_addresses(value)


@given(st.text(alphabet="ab@.,;:<>()[]\"\\ =?\r\n\t'é", max_size=60))
def test_never_raises_on_what_is_nearly_a_list(value: str) -> None:
    for one in parse_addresses(value.encode()):
        assert one.name or one.address


ATOM = st.from_regex(r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]{1,8}", fullmatch=True)
NAME = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@given(st.lists(st.tuples(NAME, ATOM, ATOM), max_size=5))
def test_finds_every_address_that_was_written(written: list[tuple[str, str, str]]) -> None:
    items = []
    for name, local, domain in written:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        items.append(f'"{quoted}" <{local}@{domain}>')
    found = parse_addresses(", ".join(items).encode())
    assert [one.address.decoded for one in found] == [f"{a}@{b}" for _, a, b in written]
    plain = [name.strip() for name, _, _ in written if "=?" not in name]
    assert [n.name.decoded.strip() for n in found if "=?" not in n.name.decoded][
        : len(plain)
    ] == plain


def test_agrees_with_the_standard_library_on_the_corpus(corpus: list[Path]) -> None:
    compared = different = 0
    for path in corpus:
        values = read_values(path.read_bytes())
        for name in ("from", "to", "cc", "reply-to"):
            value = values.get(name, b"")
            if value.isascii() and b"=?" not in value:
                compared += 1
                theirs = [a for _, a in getaddresses([value.decode()]) if "@" in a]
                ours = [one.address.decoded for one in parse_addresses(value)]
                different += theirs != [a for a in ours if "@" in a]
    assert compared > 500
    assert different < compared // 50
