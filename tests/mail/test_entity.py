"""Messages taken apart by offsets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mail.sections import walk_sections
from tests.patience import patience
from tuimail.mail.entity import MAX_DEPTH, Entity, find_section, parse_entity


def mime(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def outline(raw: bytes, entity: Entity | None = None) -> object:
    """Leaves as their bodies, multiparts as lists, a message as {type: what it holds}."""
    entity = entity or parse_entity(raw)
    if entity.has_parts:
        return [outline(raw, child) for child in entity.children]
    if entity.message is not None:
        return {entity.media_type: outline(raw, entity.message)}
    return raw[entity.body_start : entity.end].decode("latin-1")


def check_bounds(entity: Entity, low: int, high: int) -> None:
    """Offsets nest, ascend and stay inside."""
    assert low <= entity.start <= entity.body_start <= entity.end <= high
    position = entity.body_start
    for child in entity.children:
        check_bounds(child, position, entity.end)
        position = child.end


def test_a_message_without_parts() -> None:
    raw = b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi</p>\r\n"
    entity = parse_entity(raw)
    assert raw[entity.start : entity.body_start].endswith(b"utf-8\r\n\r\n")
    assert raw[entity.body_start : entity.end] == b"<p>Hi</p>\r\n"
    assert (entity.media_type, entity.parameters) == ("text/html", {"charset": "utf-8"})
    assert (entity.encoding, entity.disposition, entity.children) == ("7bit", None, ())


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_parts_end_before_the_boundarys_line_end(newline: str) -> None:
    text = mime(
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "preamble",
        "--b",
        "",
        "one",
        "--b",
        "Content-Type: image/png",
        "",
        "two",
        "",
        "--b--",
        "epilogue",
    )
    raw = text.replace(b"\r\n", newline.encode())
    assert outline(raw) == ["one", f"two{newline}"]
    assert [child.media_type for child in parse_entity(raw).children] == ["text/plain", "image/png"]


REUSED_BOUNDARY = mime(
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Type: multipart/alternative; boundary=b",
    "",
    "--b",
    "",
    "plain",
    "--b",
    "",
    "html",
    "--b--",
    "--b",
    "",
    "attachment",
    "--b--",
    "",
)

DIGEST = mime(
    "Content-Type: multipart/digest; boundary=b",
    "",
    "--b",
    "",
    "Subject: one",
    "",
    "first",
    "--b",
    "Content-Type: text/plain",
    "",
    "second",
    "--b--",
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(REUSED_BOUNDARY, [["plain", "html"], "attachment"], id="boundary reused"),
        pytest.param(DIGEST, [{"message/rfc822": "first"}, "second"], id="digest"),
        pytest.param(
            mime(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "two"
            ),
            ["one", "two"],
            id="never closed",
        ),
        pytest.param(
            mime("Content-Type: multipart/mixed; boundary=b", "", "--b", "X: y", "--b", "", "two"),
            ["", "two"],
            id="header cut off by a boundary",
        ),
        pytest.param(
            mime("Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "--b--"),
            ["", ""],
            id="empty parts",
        ),
        pytest.param(
            mime("Content-Type: multipart/mixed; boundary=b", "", "--b  ", "", "one", "--b-- "),
            ["one"],
            id="space behind the boundary",
        ),
        pytest.param(
            mime(
                *("Content-Type: multipart/mixed; boundary=b", "", "--b"),
                *("Content-Type: multipart/mixed; boundary=bb", "", "--bb", "", "inner", "--bb--"),
                *("--b", "", "outer", "--b--"),
            ),
            [["inner"], "outer"],
            id="one boundary begins another",
        ),
        pytest.param(
            mime(
                *("Content-Type: multipart/mixed; boundary=b", "", "--b"),
                *("Content-Type: multipart/mixed; boundary=c", "", "--c", "", "inner"),
                *("--b", "", "outer", "--b--"),
            ),
            [["inner"], "outer"],
            id="inner multipart never closed",
        ),
        pytest.param(
            mime(
                *("Content-Type: multipart/mixed; boundary=b", "", "--b"),
                *("Content-Type: message/rfc822", "", "Subject: s"),
                *("Content-Type: multipart/mixed; boundary=c", "", "--c", "", "in", "--c--"),
                *("--b", "", "outer", "--b--"),
            ),
            [{"message/rfc822": ["in"]}, "outer"],
            id="multipart in a message in a multipart",
        ),
        pytest.param(
            mime("Content-Type: multipart/mixed; boundary=b", "", "no boundary"),
            "no boundary",
            id="no part at all",
        ),
        pytest.param(
            mime("Content-Type: multipart/mixed", "", "--b", "", "one", "--b--"),
            "--b\r\n\r\none\r\n--b--",
            id="no boundary parameter",
        ),
        pytest.param(
            mime(
                "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", "UzogeA=="
            ),
            "UzogeA==",
            id="encoded message stays whole",
        ),
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"\r\nbody", "body", id="no header"),
        pytest.param(b"Subject: x", "", id="no body"),
        pytest.param(
            b"\xef\xbb\xbfContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--",
            ["one"],
            id="byte order mark",
        ),
    ],
)
def test_outline(raw: bytes, expected: object) -> None:
    assert outline(raw) == expected
    check_bounds(parse_entity(raw), 0, len(raw))


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    raw = b"\xef\xbb\xbfSubject: x\r\n\r\nbody"
    entity = parse_entity(raw)
    assert raw[entity.start : entity.body_start] == b"Subject: x\r\n\r\n"


@pytest.mark.parametrize(
    ("field", "encoding"),
    [
        ("BASE64", "base64"),
        ("quoted-printable;", "quoted-printable"),
        ("8bit (as it came)", "8bit"),
        ('"base64"', "base64"),
        ("8 bit", "7bit"),
        ("text/html", "7bit"),
        ("", "7bit"),
    ],
)
def test_encoding(field: str, encoding: str) -> None:
    assert parse_entity(mime(f"Content-Transfer-Encoding: {field}", "", "")).encoding == encoding


def test_what_a_part_says_of_itself() -> None:
    entity = parse_entity(
        mime(
            "Content-Type: image/png; name=plain.png",
            "Content-Disposition: INLINE; filename*=utf-8''%C3%BC.png",
            "Content-ID:  <logo@example.org> ",
            "Content-Type: text/plain",
            "",
            "",
        )
    )
    assert entity.media_type == "image/png"
    assert entity.disposition is not None
    assert entity.disposition.value == "inline"
    assert entity.content_id == "logo@example.org"
    assert entity.filename == "ü.png"


@pytest.mark.parametrize("level", ["Content-Type: multipart/mixed; boundary={0}\r\n\r\n--{0}\r\n",
                                   "Content-Type: message/rfc822\r\n\r\n"])  # fmt: skip
def test_nesting_ends_at_the_cap_and_nothing_is_lost(level: str) -> None:
    raw = "".join(level.format(f"b{depth}x") for depth in range(500)).encode() + b"\r\nthe end"
    entities = list(parse_entity(raw).walk())
    assert len(entities) == MAX_DEPTH + 1
    deepest = entities[-1]
    assert deepest.children == ()
    assert raw[deepest.body_start : deepest.end].endswith(b"the end")


@pytest.mark.parametrize(
    "piece",
    [
        b"--b\r\n",
        b"--b\r\nX: y\r\n",
        b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        b"--\r\n",
        b"--c\r\n",
        b"X: y\r\n",
        b"\r\n",
    ],
)
def test_hostile_messages_take_linear_time(piece: bytes) -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + piece * 40_000
    with patience():
        parse_entity(raw)


# Sections


NESTED = mime(
    *("Content-Type: multipart/mixed; boundary=a", "", "--a", "", "1"),
    *("--a", "Content-Type: message/rfc822", "", "Subject: in"),
    *("Content-Type: multipart/alternative; boundary=c", ""),
    *("--c", "", "2.1", "--c", "Content-Type: text/html", "", "2.2", "--c--"),
    *("--a", "Content-Type: message/rfc822", "", "Subject: plain", "", "3.1"),
    *("--a", "Content-Type: multipart/related; boundary=d", "", "--d", "", "4.1", "--d--"),
    "--a--",
)


def test_section_numbers() -> None:
    sections = dict(walk_sections(parse_entity(NESTED)))
    assert list(sections) == ["1", "2", "2.1", "2.2", "3", "3.1", "4", "4.1"]
    for section in ("1", "2.1", "2.2", "3.1", "4.1"):
        entity = sections[section]
        assert NESTED[entity.body_start : entity.end] == section.encode()


@pytest.mark.parametrize("numbers", [(0,), (5,), (1, 1), (2, 3), (3, 2), (3, 1, 1), (4, 2), (2, 0)])
def test_sections_that_do_not_exist(numbers: tuple[int, ...]) -> None:
    assert find_section(parse_entity(NESTED), numbers) is None


def test_a_message_without_parts_is_its_own_part_1() -> None:
    entity = parse_entity(b"\r\nbody")
    assert find_section(entity, ()) is entity
    assert find_section(entity, (1,)) is entity
    assert find_section(entity, (1, 1)) is None
    assert find_section(entity, (2,)) is None


# Whatever comes


_LINES = st.sampled_from(
    [
        b"--a",
        b"--a--",
        b"--b",
        b"--b--",
        b"",
        b"text",
        b"Content-Type: multipart/mixed; boundary=a",
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: message/rfc822",
        b"Content-Type: multipart/digest; boundary=a",
    ]
)


@given(st.lists(_LINES, max_size=40), st.sampled_from([b"\n", b"\r\n"]))
def test_offsets_nest_and_every_section_is_found_again(lines: list[bytes], newline: bytes) -> None:
    raw = newline.join(lines)
    check_message(raw)


@given(st.binary(max_size=200))
def test_any_octets(raw: bytes) -> None:
    check_message(raw)


def check_message(raw: bytes) -> None:
    root = parse_entity(raw)
    check_bounds(root, 0, len(raw))
    assert root.end == len(raw)
    for section, entity in walk_sections(root):
        assert find_section(root, [int(number) for number in section.split(".")]) is entity
    for entity in root.walk():
        if entity.has_parts:
            check_gaps(raw, entity)


_BOUNDARY_LINE = re.compile(rb"(?:\r?\n)?--[^\n]*\n?")


def check_gaps(raw: bytes, multipart: Entity) -> None:
    """Between two parts stands one boundary line and nothing else: no octet is lost."""
    for part, following in zip(multipart.children, multipart.children[1:], strict=False):
        assert _BOUNDARY_LINE.fullmatch(raw, part.end, following.start)


def test_corpus(corpus: list[Path]) -> None:
    for path in corpus:
        raw = path.read_bytes()
        check_message(raw)
        check_message(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
