"""ENVELOPE as RFC 9051 (7.5.2) writes it."""

from __future__ import annotations

from tuimail.archive.envelope import write_envelope
from tuimail.mail.header_block import read_fields


def envelope(*lines: bytes) -> bytes:
    return write_envelope(read_fields(b"\r\n".join((*lines, b"", b""))))


def test_the_example_of_the_rfc() -> None:
    assert envelope(
        b"Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
        b"From: Terry Gray <gray@cac.washington.edu>",
        b"Subject: IMAP4rev2 WG mtg summary and minutes",
        b"To: imap@cac.washington.edu",
        b"cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>",
        b"Message-Id: <B27397-0100000@cac.washington.edu>",
    ) == (
        b'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'((NIL NIL "imap" "cac.washington.edu")) '
        b'((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) '
        b'NIL NIL "<B27397-0100000@cac.washington.edu>")'
    )


def test_nothing_known() -> None:
    assert envelope(b"X: y") == b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"


def test_folds_go_and_encoded_words_stay() -> None:
    written = envelope(b"Subject: =?utf-8?q?one?=\r\n two")
    assert written.startswith(b'(NIL "=?utf-8?q?one?= two" ')


def test_raw_8_bit_is_a_literal() -> None:
    assert envelope(b"Subject: \xfcber").startswith(b"(NIL {4}\r\n\xfcber ")


def test_a_name_that_is_not_ascii_is_an_encoded_word() -> None:
    written = envelope("From: Ünal <u@example.org>".encode())
    assert b'(("=?utf-8?B?w5xuYWw=?=" NIL "u" "example.org"))' in written


def test_what_is_no_address_has_an_empty_host() -> None:
    # With NIL it would begin a group.
    assert b'((NIL NIL "postmaster" ""))' in envelope(b"From: postmaster")
