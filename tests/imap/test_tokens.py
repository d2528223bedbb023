"""Responses as nested lists."""

from __future__ import annotations

import pytest

from tuimail.errors import MessageUnreadable
from tuimail.imap.tokens import Token, read_tokens


@pytest.mark.parametrize(
    ("parts", "tokens"),
    [
        ([b"a (b c) NIL\r\n"], [b"a", [b"b", b"c"], None]),
        ([b'"a b" "NIL" ""\r\n'], [b"a b", b"NIL", b""]),
        ([b'"say \\"hi\\" \\\\ there"\r\n'], [b'say "hi" \\ there']),
        ([b"(x {5}\r\n", b"l(t)l", b" y)\r\n"], [[b"x", b"l(t)l", b"y"]]),
        ([b"({0}\r\n", b"", b")\r\n"], [[b""]]),
        ([b"BODY[HEADER.FIELDS (FROM TO)] {1}\r\n", b"x", b"\r\n"],
         [b"BODY[HEADER.FIELDS (FROM TO)]", b"x"]),
        ([b"BODY[]<0> NIL\r\n"], [b"BODY[]<0>", None]),
        ([b"(())(\\Seen $Label1)\r\n"], [[[]], [b"\\Seen", b"$Label1"]]),
        ([b'("a""b")\r\n'], [[b"a", b"b"]]),
        ([b"a{b c\r\n"], [b"a{b", b"c"]),
        # Gmail's labels, whose brackets are letters and hold nothing together
        ([b"([Box] [half BODY[x) BODY[HEADER.FIELDS (TO)]<0> 5\r\n"],
         [[b"[Box]", b"[half", b"BODY[x"], b"BODY[HEADER.FIELDS (TO)]<0>", b"5"]),
        ([b"body[1.2.mime] BINARY.SIZE[2] 9\r\n"], [b"body[1.2.mime]", b"BINARY.SIZE[2]", b"9"]),
    ],
)  # fmt: skip
def test_read_tokens(parts: list[bytes], tokens: list[Token]) -> None:
    assert read_tokens(parts) == tokens


@pytest.mark.parametrize(
    "line",
    [b"(a\r\n", b"a)\r\n", b'"open\r\n', b"(" * 5000 + b"\r\n", b"(" * 200 + b")" * 200 + b"\r\n"],
)
def test_what_does_not_close_is_unreadable(line: bytes) -> None:
    with pytest.raises(MessageUnreadable):
        read_tokens([line])


def test_single_stops_behind_the_first_token() -> None:
    assert read_tokens([b"x (a (b)) rest)\r\n"], 2, single=True) == [[b"a", [b"b"]]]
