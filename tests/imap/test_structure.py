"""BODYSTRUCTURE as servers send it."""

from __future__ import annotations

import pytest

from tuimail.imap.structure import Part, attachments, read_structure, text_part
from tuimail.imap.tokens import read_tokens


def part(text: str) -> Part:
    (token,) = read_tokens([text.encode() + b"\r\n"])
    return read_structure(token)


PLAIN = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 120 4 NIL NIL NIL NIL)'
HTML = '("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 400 9 NIL NIL NIL NIL)'
PDF = (
    '("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 1368 NIL'
    ' ("ATTACHMENT" ("FILENAME" "Report 2024.pdf")) NIL NIL)'
)
PICTURE = (
    '("image" "png" NIL "<pic@x>" NIL "base64" 136 NIL ("inline" ("filename" "p.png")) NIL NIL)'
)
RELATED = f'({HTML}{PICTURE} "related" ("boundary" "r") NIL NIL NIL)'
ALTERNATIVE = f'({PLAIN}{RELATED} "alternative" ("boundary" "a") NIL NIL NIL)'
MIXED = f'({ALTERNATIVE}{PDF} "mixed" ("boundary" "m") NIL NIL NIL)'
ENVELOPE = '(NIL "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" NIL NIL NIL NIL NIL NIL NIL NIL)'
FORWARDED = f'("message" "rfc822" NIL NIL NIL "7bit" 3000 {ENVELOPE} {MIXED} 60 NIL NIL NIL NIL)'


def test_sections_of_nested_multiparts() -> None:
    sections = [(p.section, p.media_type) for p in part(MIXED).walk()]
    assert sections == [
        ("", "multipart/mixed"),
        ("1", "multipart/alternative"),
        ("1.1", "text/plain"),
        ("1.2", "multipart/related"),
        ("1.2.1", "text/html"),
        ("1.2.2", "image/png"),
        ("2", "application/pdf"),
    ]


def test_sections_of_a_nested_message() -> None:
    root = part(f'({PLAIN}{FORWARDED} "mixed" NIL NIL NIL NIL)')
    assert [p.section for p in root.walk() if not p.is_multipart] == [
        "1", "2", "2.1.1", "2.1.2.1", "2.1.2.2", "2.2",
    ]  # fmt: skip


def test_a_single_nested_part_has_a_number_of_its_own() -> None:
    root = part(f'("message" "rfc822" NIL NIL NIL "7bit" 300 {ENVELOPE} {PLAIN} 6)')
    assert [p.section for p in root.walk()] == ["1", "1.1"]


def test_attachments_have_names_types_and_sizes() -> None:
    found = attachments(part(MIXED))
    assert [(str(a.name), str(a.media_type), a.inline) for a in found] == [
        ("p.png", "image/png", True),
        ("Report 2024.pdf", "application/pdf", False),
    ]
    # 1,368 octets of base64 in lines of 76: 18 lines of 57 octets
    assert found[1].size == pytest.approx(1000, abs=30)


@pytest.mark.parametrize(
    ("structure", "names"),
    [
        (PLAIN, []),
        (HTML, []),
        (PDF, ["Report 2024.pdf"]),
        (PLAIN.replace("NIL NIL NIL NIL)", 'NIL ("attachment" NIL) NIL NIL)'), ["part 1"]),
        (f'({PLAIN}{FORWARDED} "mixed" NIL NIL NIL NIL)', ["Grüße.eml"]),
        (f'({PLAIN}("application" "octet-stream" NIL NIL NIL "base64" 10) "mixed")', ["part 2"]),
        ('("text" "calendar" ("name" "invite.ics") NIL NIL "7bit" 10 1)', ["invite.ics"]),
        # as Dovecot tells of a part with an empty Content-Type
        (
            '("" "" NIL NIL NIL "base64" 9 NIL ("attachment" ("filename" "a.jpg")) NIL NIL)',
            ["a.jpg"],
        ),
    ],
)
def test_what_counts_as_an_attachment(structure: str, names: list[str]) -> None:
    assert [str(a.name) for a in attachments(part(structure))] == names


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ('("name*" "UTF-8\'\'Rechnung%20M%C3%A4rz.pdf")', "Rechnung März.pdf"),
        ('("name" "=?utf-8?q?M=C3=A4rz.pdf?=")', "März.pdf"),
        ('("name*0*" "utf-8\'\'a%20" "name*1" "b.pdf")', "a b.pdf"),
    ],
)
def test_names_are_decoded(parameters: str, name: str) -> None:
    root = part(f'("application" "pdf" {parameters} NIL NIL "base64" 10)')
    assert root.filename == name


@pytest.mark.parametrize(
    ("structure", "section"),
    [
        (PLAIN, "1"),
        (HTML, "1"),
        (MIXED, "1.1"),
        (RELATED, "1"),
        (PDF, None),
        (f'({PDF}{HTML} "mixed" NIL)', "2"),
        (f'({PLAIN.replace("utf-8", "x")}{FORWARDED} "mixed")', "1"),
        (FORWARDED, None),
    ],
)
def test_text_part(structure: str, section: str | None) -> None:
    found = text_part(part(structure))
    assert (found and found.section) == section


def test_a_server_that_leaves_the_end_out() -> None:
    root = part('("TEXT" "PLAIN" NIL NIL NIL NIL NIL)')
    assert (root.media_type, root.encoding, root.size) == ("text/plain", "7bit", 0)


def test_a_disposition_without_its_list() -> None:
    root = part('("APPLICATION" "PDF" NIL NIL NIL "BASE64" 10 NIL "attachment" NIL NIL)')
    assert root.disposition == "attachment"


GMAIL_ATTACHED = '("RELATED" NIL ("ATTACHMENT" NIL) NIL)'


@pytest.mark.parametrize(
    ("structure", "parts"),
    [
        # as Gmail and others have sent multiparts without any part
        ('("ALTERNATIVE")', [("1", "multipart/alternative")]),
        ('(NIL "mixed" ("boundary" "x") NIL NIL NIL)', [("1", "multipart/mixed")]),
        ('("MIXED" ("BOUNDARY" "x") NIL NIL)', [("1", "multipart/mixed")]),
        (
            f'({PLAIN}{GMAIL_ATTACHED}{GMAIL_ATTACHED} "MIXED" ("BOUNDARY" "x") NIL NIL)',
            [
                ("", "multipart/mixed"),
                ("1", "text/plain"),
                ("2", "multipart/related"),
                ("3", "multipart/related"),
            ],
        ),
        (
            f'({PLAIN}("message" "rfc822" NIL NIL NIL "7bit" 29 {ENVELOPE} ("ALTERNATIVE") 51)'
            ' "REPORT")',
            [
                ("", "multipart/report"),
                ("1", "text/plain"),
                ("2", "message/rfc822"),
                ("2.1", "multipart/alternative"),
            ],
        ),
    ],
)
def test_a_multipart_without_parts(structure: str, parts: list[tuple[str, str]]) -> None:
    assert [(p.section, p.media_type) for p in part(structure).walk()] == parts


def test_a_multipart_without_parts_that_is_attached_can_be_saved() -> None:
    root = part(f'({PLAIN}{GMAIL_ATTACHED}{GMAIL_ATTACHED} "MIXED" ("BOUNDARY" "x") NIL NIL)')
    assert [str(a.name) for a in attachments(root)] == ["part 2", "part 3"]
    found = text_part(root)
    assert found is not None
    assert found.section == "1"


@pytest.mark.parametrize("encoding", ["NIL", '"NIL"', '""'])
def test_an_encoding_that_is_not_told(encoding: str) -> None:
    root = part(f'("application" "pdf" ("name" "a.pdf") NIL NIL {encoding} 1000 NIL NIL NIL NIL)')
    assert root.encoding == "7bit"
