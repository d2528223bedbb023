"""Parameters of MIME fields are put together and decoded (RFC 2231)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.mail.parameters import PARAMETER_LIMIT, decode_parameters


@pytest.mark.parametrize(
    ("pairs", "decoded"),
    [
        ([], {}),
        ([(b"CHARSET", b"UTF-8")], {"charset": "UTF-8"}),
        ([(b"name", b"a"), (b"name", b"b")], {"name": "a"}),
        # RFC 2231, 3 and 4
        (
            [(b"URL*0", b"ftp://"), (b"URL*1", b"cs.utk.edu/pub/moore/")],
            {"url": "ftp://cs.utk.edu/pub/moore/"},
        ),
        (
            [(b"title*", b"us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A")],
            {"title": "This is ***fun***"},
        ),
        (
            [
                (b"title*0*", b"us-ascii'en'This%20is%20even%20more%20"),
                (b"title*1*", b"%2A%2A%2Afun%2A%2A%2A%20"),
                (b"title*2", b"isn't it!"),
            ],
            {"title": "This is even more ***fun*** isn't it!"},
        ),
        # out of order, and ten pieces or more
        ([(b"a*1", b"y"), (b"a*0", b"x")], {"a": "xy"}),
        ([(b"a*%d" % n, b"%x" % n) for n in range(12)], {"a": "0123456789ab"}),
        # a character over two pieces
        ([(b"a*0*", b"utf-8''caf%C3"), (b"a*1*", b"%A9")], {"a": "café"}),
        # a piece is missing: what is there
        ([(b"a*0", b"x"), (b"a*2", b"z")], {"a": "xz"}),
        ([(b"a*1", b"y")], {"a": "y"}),
        # the charset's form wins, wherever it stands
        ([(b"filename", b"cafe"), (b"filename*", b"utf-8''caf%C3%A9")], {"filename": "café"}),
        ([(b"filename*", b"utf-8''caf%C3%A9"), (b"filename", b"cafe")], {"filename": "café"}),
        # without charset, without quotes, with one nobody knows, with NUL in it
        ([(b"a*", b"''caf%C3%A9")], {"a": "café"}),
        ([(b"a*", b"caf%C3%A9")], {"a": "café"}),
        ([(b"a*", b"x-what''caf%E9")], {"a": "café"}),
        ([(b"a*", b"utf\0-8''caf%C3%A9")], {"a": "café"}),
        ([(b"a*", b"utf-8''100%")], {"a": "100%"}),
        ([(b"a*", b"utf-8''it's")], {"a": "it's"}),
        # encoded words and raw 8-bit: forbidden, and common
        ([(b"name", b"=?utf-8?Q?caf=C3=A9.pdf?=")], {"name": "café.pdf"}),
        ([(b"a*0", b"=?utf-8?Q?caf"), (b"a*1", b"=C3=A9?=")], {"a": "café"}),
        ([(b"name", b"caf\xc3\xa9.pdf")], {"name": "café.pdf"}),
        ([(b"name", b"caf\xe9.pdf")], {"name": "café.pdf"}),
        # names that only look extended
        ([(b"*", b"x")], {"*": "x"}),
        ([(b"*0", b"x")], {"*0": "x"}),
        ([(b"", b"x")], {"": "x"}),
    ],
)
def test_decodes(pairs: list[tuple[bytes, bytes]], decoded: dict[str, str]) -> None:
    assert decode_parameters(pairs) == decoded


def test_a_bomb_of_parameters_is_read_in_part() -> None:
    decoded = decode_parameters((b"p%d" % n, b"x") for n in range(100_000))
    assert len(decoded) == PARAMETER_LIMIT


def test_a_bomb_of_pieces_is_read_in_part() -> None:
    decoded = decode_parameters((b"p*%d" % n, b"x") for n in range(100_000))
    assert decoded["p"] == "x" * PARAMETER_LIMIT


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"a", b"a*", b"a*0", b"a*0*", b"a*1*", b"a*01", b"*", b"a**"]),
            st.binary(max_size=20),
        ),
        max_size=6,
    )
)
def test_never_raises(pairs: list[tuple[bytes, bytes]]) -> None:
    decode_parameters(pairs)
