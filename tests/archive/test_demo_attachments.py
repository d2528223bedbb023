"""The demo's attachments, and what in it looks dangerous, are what they should be."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from struct import unpack

import pytest

from tuimail.archive.demo import demo_mailbox

LETTERS: list[tuple[str, EmailMessage]] = [
    (folder.name, message_from_bytes(message.load(), policy=policy.default))
    for folder in demo_mailbox().folders
    for message in folder.messages
]

GOLDEN: list[tuple[str, str, dict[str, tuple[int, str]]]] = [
    # folder, subject, {file name: (octets, beginning of their SHA-256)}
    ("INBOX", "Belege für Februar", {"Rechnung März 2026.pdf": (628, "9ffd14584c91fe19")}),
    (
        "INBOX",
        "Die Ziege in der Buchhaltung",
        {
            "Protokoll der außerordentlichen Sitzung über die Ziege.pdf": (
                660,
                "015e35c1abdf9850",
            )
        },
    ),
    ("INBOX", "Your booking: 2 adults, 1 goat", {"ferry-ticket.pdf": (676, "4763f4a5155c2907")}),
    (
        "INBOX",
        "Fwd: what we should have told you in 2019",
        {"ferry-ticket.pdf": (676, "4763f4a5155c2907")},
    ),
    (
        "INBOX",
        "Sunset from the gallery",
        {"sunset-from-the-gallery.png": (38682, "a4ff8838c812b723")},
    ),
    ("INBOX", "Re: 新しい喫茶店のこと", {"議事録.txt": (64, "6695809903284df8")}),
    ("INBOX", "Радиограмма", {"радиограмма.txt": (54, "5b79682e1683fa5a")}),
    ("INBOX", "Invoice 0042", {"lens-invoice-0042.pdf": (877, "62bfa9f86c41cb63")}),
    ("INBOX", "Plans, at last", {"boat-plans.zip": (11573, "6d8e5b0f32ee7e7e")}),
    (
        "INBOX",
        "A proposal for a small museum",
        {"museum-proposal.odt": (1225, "be420931da8ac5ba")},
    ),
    (
        "INBOX",
        "Re: Notice to mariners 31: swimming goat",
        {"goat, fleeing.png": (16222, "9af18643340af737")},
    ),
    ("INBOX", "About your password", {"smime.p7s": (1219, "98567a76a3d91d04")}),
    ("INBOX", "Carte postale", {"sunset-from-the-gallery.png": (38682, "a4ff8838c812b723")}),
    ("INBOX", "Firmware 2.0 is available", {"firmware-2.0.bin": (204808, "0a1645d0d0b64e89")}),
    (
        "INBOX",
        "Fwd: FOG SIGNAL 2: I have been updated",
        {"foghorn-in-b-flat.mid": (77, "397342ffdbde236e")},
    ),
    ("INBOX", "Winter timetable of the tides", {"tides-2026-12.csv": (2727, "1a69505b955a3bb3")}),
    ("INBOX", "All the tides since 2021", {"tide-log-2021-2026.csv": (174713, "c71967820a349b40")}),
    ("INBOX", "Night watch", {"night-watch.png": (154052, "2ef45699b1178d56")}),
    (
        "Sent",
        "Fwd: Sunset from the gallery",
        {"sunset-from-the-gallery.png": (38682, "a4ff8838c812b723")},
    ),
    ("Lists/knots", "Knot 17 in the old handbook", {"knot 17.txt": (29, "bfbda8b3310923be")}),
    (
        "Lists/lantern-dev",
        "[PATCH 1/3] lexer: read comments",
        {"scone.patch": (65, "6e473e43b08b0466")},
    ),
    ("Reisen/Zürich", "Rechnung Zimmer 7", {"Rechnung März 2026.pdf": (628, "9ffd14584c91fe19")}),
    ("日本", "写真ができました", {"sunset-from-the-gallery.png": (38682, "a4ff8838c812b723")}),
    (
        "Junk",
        "Your invoice \u202efdp.exe is ready",
        {"invoice_\u202efdp.exe": (33, "0681bdfd64ccf9ad")},
    ),
    (
        "Junk",
        "Free folders inside",
        {"../../etc/passwd": (37, "e9ba2191e868ed30"), "CON.txt": (23, "36904c5b543094b2")},
    ),
]


def files_of(message: EmailMessage) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_filename()
        if name is not None:
            octets = part.get_payload(decode=True)
            assert isinstance(octets, bytes)
            files[name] = octets
    return files


FILES = {name: octets for _, letter in LETTERS for name, octets in files_of(letter).items()}


def test_attachments() -> None:
    found = [
        (
            folder,
            letter["Subject"],
            {
                name: (len(octets), hashlib.sha256(octets).hexdigest()[:16])
                for name, octets in files.items()
            },
        )
        for folder, letter in LETTERS
        if (files := files_of(letter))
    ]
    assert found == GOLDEN


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("knot 17.txt", b"over, under, around, regret\r\n"),
        (
            "scone.patch",
            b"--- a/scone\r\n+++ b/scone\r\n@@ -1 +1 @@\r\n-cream first\r\n+jam first\r\n",
        ),
        ("CON.txt", b"Not a console either.\r\n"),
        ("議事録.txt", "議題一 うさぎのパン\r\n議題二 灯台の茶会\r\n".encode("iso-2022-jp")),
        ("firmware-2.0.bin", b"GULLROCK" + bytes(range(256)) * 800),
    ],
)
def test_octets_of_a_file(name: str, octets: bytes) -> None:
    assert FILES[name] == octets


def test_tide_tables_are_square() -> None:
    for name, tides in (("tides-2026-12.csv", 31 * 4), ("tide-log-2021-2026.csv", 1900 * 4)):
        rows = FILES[name].decode("ascii").splitlines()
        assert len(rows) == 1 + tides
        assert {row.count(",") for row in rows} == {4}


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("sunset-from-the-gallery.png", 240, 160),
        ("night-watch.png", 480, 320),
        ("goat, fleeing.png", 160, 100),
    ],
)
def test_png(name: str, width: int, height: int) -> None:
    octets = FILES[name]
    assert octets.startswith(b"\x89PNG\r\n\x1a\n")
    chunks = dict(read_chunks(octets[8:]))
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert unpack(">IIBB", chunks[b"IHDR"][:10]) == (width, height, 8, 3)
    pixels = zlib.decompress(chunks[b"IDAT"])
    assert len(pixels) == height * (1 + width)
    assert max(pixels) < len(chunks[b"PLTE"]) // 3


def read_chunks(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG (RFC 2083, 3.2), their checksums checked."""
    while octets:
        size = int.from_bytes(octets[:4], "big")
        kind, content = octets[4:8], octets[8 : 8 + size]
        assert zlib.crc32(kind + content).to_bytes(4, "big") == octets[8 + size : 12 + size]
        yield kind, content
        octets = octets[12 + size :]


def test_pdf_finds_its_objects() -> None:
    pdfs = [octets for name, octets in FILES.items() if name.endswith(".pdf")]
    assert len(pdfs) == 4
    for octets in pdfs:
        assert octets.startswith(b"%PDF-1.4\n")
        assert octets.endswith(b"%%EOF\n")
        start = int(re.findall(rb"startxref\n(\d+)\n", octets)[0])
        assert octets[start:].startswith(b"xref\n0 6\n")
        places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n \n", octets[start:])]
        assert [octets[place : place + 7] for place in places] == [
            b"%d 0 obj" % number for number in range(1, 6)
        ]
        length = int(re.findall(rb"/Length (\d+)", octets)[0])
        assert len(octets.partition(b"stream\n")[2].partition(b"\nendstream")[0]) == length


def test_archives_open() -> None:
    with zipfile.ZipFile(io.BytesIO(FILES["boat-plans.zip"])) as plans:
        assert plans.testzip() is None
        assert plans.namelist() == [
            "README.txt",
            "plans/planks.txt",
            "plans/lighthouse.png",
            "LICENCE",
        ]
        assert plans.read("plans/planks.txt").count(b"\r\n") == 120
    with zipfile.ZipFile(io.BytesIO(FILES["museum-proposal.odt"])) as proposal:
        assert proposal.testzip() is None
        # OpenDocument 1.2, part 3, 3.3: first, stored, and without an extra field.
        assert FILES["museum-proposal.odt"][30:].startswith(
            b"mimetypeapplication/vnd.oasis.opendocument.text"
        )
        assert b"for families &amp; their dogs." in proposal.read("content.xml")


def test_signature_is_der_on_the_outside() -> None:
    octets = FILES["smime.p7s"]
    assert octets[:2] == b"\x30\x82"
    assert int.from_bytes(octets[2:4], "big") == len(octets) - 4
    assert octets[4:15] == bytes.fromhex("06092a864886f70d010702")


@pytest.mark.parametrize(
    ("folder", "subject"),
    [
        ("INBOX", ""),
        ("INBOX", "🐐🌊🗼🥧❓👩‍👧‍👦"),
        ("Junk", "You WON [red]1,000,000[/red] [/] [bold"),
        ("Junk", "[@click=app.quit]Verify your account[/]"),
        ("Junk", "\x1b[2J\x1b[31mALERT\x1b[0m \x1b]52;c;cm0gLXJmIH4=\x07 clear your screen"),
        ("Junk", "Your invoice \u202efdp.exe is ready"),
        ("Junk", '=HYPERLINK("https://growth.test","Totally a subject")'),
    ],
)
def test_subject_is_as_hostile_as_planned(folder: str, subject: str) -> None:
    assert subject in [letter["Subject"] for name, letter in LETTERS if name == folder]


def test_a_very_long_subject() -> None:
    longest = max((str(letter["Subject"]) for _, letter in LETTERS), key=len)
    assert longest.startswith(
        "Concerning, in no particular order, the stairs, the goat, the stairs"
    )
    assert longest.endswith("of what a lighthouse does in the daytime")
    assert len(longest) == 363


def test_unsubscribe_fields() -> None:
    fields = {
        letter["From"].addresses[0].addr_spec: (
            str(letter["List-Unsubscribe"]),
            str(letter["List-Unsubscribe-Post"]),
        )
        for folder, letter in LETTERS
        if letter["List-Unsubscribe"] and not folder.startswith("Lists/")
    }
    token = "[0-9a-f]{8}"
    one_click = "List-Unsubscribe=One-Click"
    expected = {
        "news@barnacle.example": (
            rf"<mailto:leave@barnacle.example\?subject=leave%20{token}>,"
            rf" <https://barnacle.example/leave/{token}\?from=footer&issue=latest>",
            one_click,
        ),
        "editor@mothandlamp.example": (rf"<https://mothandlamp.example/u/{token}>", one_click),
        "steam@teapots.example": (
            rf"\(No hard feelings\) <https://teapots.example/goodbye\?k={token}>"
            r"\t\(or by post, i.e. mail\),"
            r"\t<mailto:goodbye@teapots.example\?subject=No%20more%20tea&body=It%20was%20the%20scones>",
            "None",
        ),
        "splice@ropework.example": (
            r"<mailto:untie@ropework.example\?subject=untie>",
            "None",
        ),
        "post@buecher-am-meer.example": (
            rf"<https://xn--bcher-kva.example/abmelden/{token}>",
            "None",
        ),
        "gazette@compilers.example": (
            rf" ?<https://gazette.compilers.example/preferences/unsubscribe/({token}){{3}}"
            r"\?utm=letter>",
            one_click,
        ),
        "offers@lampandlens.example": (
            rf"<https://lampandlens.example/fewer/{token}>,"
            rf" <https://lampandlens.example/none/{token}>, <mailto:none@lampandlens.example>",
            "None",
        ),
        "news@kissa-usagi.example": (rf"<http://kissa-usagi.example/stop\?id={token}>", "None"),
        "totally-the-bank@phish.test": (
            r"<javascript:alert\(1\)>, <https://harbourbank.example@phish.test/u>",
            "None",
        ),
    }
    assert set(fields) == set(expected)
    for sender, (links, post) in expected.items():
        assert re.fullmatch(links, fields[sender][0]), fields[sender]
        assert fields[sender][1] == post


RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test)", re.IGNORECASE)
HOST = re.compile(
    r"(?:@|//|\bby |\bfrom (?=mx\.)|dns; )\[?((?:[\w-]+\.)+[A-Za-z][\w-]*)"
    r"|\b((?:[\w-]+\.)+(?:com|org|net|info|io|de|ch|fr|jp|ru|cn|dk|uk|eu))\b"
)


def test_every_domain_is_reserved() -> None:
    hosts: set[str] = set()
    for _, letter in LETTERS:
        texts = [str(value) for part in letter.walk() for value in part.values()]
        texts += [
            str(part.get_content())
            for part in letter.walk()
            if part.get_content_maintype() == "text"
        ]
        for text in texts:
            hosts.update(host for pair in HOST.findall(text) for host in pair if host)
    assert {"mail.gullrock.example", "example.org", "lists.example.net", "pelican.test"} <= hosts
    assert {host for host in hosts if not RESERVED.fullmatch(host)} == set()


def test_opening_the_demo_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from tuimail.archive.demo import demo_mailbox\n"
        "demo_mailbox()\n"
        "heavy = {'textual', 'rich', 'email', 'zipfile', 'imapclient', 'ssl'}\n"
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
