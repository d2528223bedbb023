"""Mailbox names on the wire (RFC 3501, 5.1.3)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.mailbox_names import decode_mailbox_name, encode_mailbox_name, is_inbox


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", ""),
        (b"INBOX", "INBOX"),
        (b"Archive/2024", "Archive/2024"),
        # RFC 3501, 5.1.3
        (b"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
        (b"Hi Mom -&Jjo--!", "Hi Mom -☺-!"),
        (b"Entw&APw-rfe", "Entwürfe"),
        (b"R&AOk-union &- caf&AOk-", "Réunion & café"),
        (b"&-", "&"),
        (b"&-&-", "&&"),
        (b"&2D3cqQ-", "💩"),
        (b'we "ird\\', 'we "ird\\'),
    ],
)
def test_both_ways(raw: bytes, name: str) -> None:
    assert decode_mailbox_name(raw) == name
    assert encode_mailbox_name(name) == raw


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        # encoded although it need not be: read, never written
        (b"&AGE-", "a"),
        (b"&AGEAYg-", "ab"),
        # raw UTF-8, as servers with UTF8=ACCEPT send it; there & means itself
        ("Entwürfe".encode(), "Entwürfe"),
        ("Entwürfe & more".encode(), "Entwürfe & more"),
        # controls come through; MailText is what makes them harmless
        (b"a\x00b\x1b", "a\x00b\x1b"),
        (b"../../etc", "../../etc"),
    ],
)
def test_reads_more_than_it_writes(raw: bytes, name: str) -> None:
    assert decode_mailbox_name(raw) == name


@pytest.mark.parametrize(
    "raw",
    [
        b"&",
        b"a&",
        b"&Jjo",
        b"&Jjo!-",
        b"&Jj/o-",
        b"&J-",
        b"&Jj-",
        b"&Jjo=-",
        b"&AGE&AGE-",
        b"&2D0-",  # half of a pair
        b"&3Kk-",
        b"Entw\xfcrfe",
        b"\xed\xa0\x80",
    ],
)
def test_what_is_broken_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_mailbox_name(raw)


def test_controls_are_encoded() -> None:
    assert encode_mailbox_name("a\r\nb\x7f") == b"a&AA0ACg-b&AH8-"


def test_a_lone_surrogate_has_no_name() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode_mailbox_name("\ud800")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
def test_every_name_comes_back(name: str) -> None:
    raw = encode_mailbox_name(name)
    assert raw.isascii()
    assert all(32 <= c < 127 for c in raw)
    assert decode_mailbox_name(raw) == name


@given(st.one_of(st.binary(max_size=40), st.from_regex(rb"[a&A-Za-z0-9+,/=-]{0,20}")))
def test_raises_nothing_but_value_error(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        decode_mailbox_name(raw)


@pytest.mark.parametrize("name", ["INBOX", "inbox", "InBox"])
def test_inbox_in_any_case(name: str) -> None:
    assert is_inbox(name)


@pytest.mark.parametrize(
    "name", ["", "INBOX/a", " INBOX", "\u0131nbox", "\u0130NBOX", "ＩＮＢＯＸ"]
)
def test_what_only_looks_like_inbox(name: str) -> None:
    assert not is_inbox(name)
