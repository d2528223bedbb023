"""The files that are attached to the demo's letters, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuimail.archive.demo.documents import (
    make_melody,
    make_odt,
    make_pdf,
    make_text,
    make_tide_table,
    make_zip,
)
from tuimail.archive.demo.pictures import draw_lighthouse


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds, and how a mail program declares and names it."""

    media_type: str
    make: Callable[[], bytes]
    encoding: str = "base64"
    name_charset: str = ""
    """Of a name in encoded words; RFC 2231 writes a name that is not ASCII where this is empty."""


_INVOICE = """\
LAMP & LENS               Invoice 0042

1 Fresnel lens, second order   8,400.00
1 goat-proof cover                39.00
1 careful delivery               120.00
                       Total   8,559.00

Payable before the next full moon.
"""
_TICKET = "SKERRY FERRIES\n\nOne adult, one goat (small), return. Weather permitting."
_MUSEUM = """\
A museum in the oil store
Room 1: Wicks. Room 2: More wicks. Room 3: The goat's portrait.
Admission is a biscuit, or two for families & their dogs.
"""
_PATCH = "--- a/scone\n+++ b/scone\n@@ -1 +1 @@\n-cream first\n+jam first\n"
_PLANKS = "".join(
    f"Plank {number:03}: oak, {18 + number % 5} mm, bent by steam, patience and two cousins.\n"
    for number in range(1, 121)
)


def _make_boat_plans() -> bytes:
    return make_zip(
        {
            "README.txt": make_text("Build from the outside in. No, the other way.\n"),
            "plans/planks.txt": make_text(_PLANKS),
            "plans/lighthouse.png": draw_lighthouse(64, 48, "noon"),
            "LICENCE": make_text("You may copy this boat. The boat may not copy you.\n"),
        }
    )


_CSV = "text/csv; charset=us-ascii"
_PDF = "application/pdf"
_JIS = "iso-2022-jp"

FILES: dict[str, File] = {
    "tides-2026-12.csv": File(_CSV, lambda: make_tide_table(31)),
    "tide-log-2021-2026.csv": File(_CSV, lambda: make_tide_table(1900)),
    "sunset-from-the-gallery.png": File("image/png", lambda: draw_lighthouse(240, 160, "dusk")),
    "night-watch.png": File("image/png", lambda: draw_lighthouse(480, 320, "night")),
    "goat, fleeing.png": File("image/png", lambda: draw_lighthouse(160, 100, "noon")),
    "lens-invoice-0042.pdf": File(_PDF, lambda: make_pdf(_INVOICE)),
    "ferry-ticket.pdf": File(_PDF, lambda: make_pdf(_TICKET)),
    "Rechnung März 2026.pdf": File(_PDF, lambda: make_pdf("Rechnung\n\n12 Stunden Belege")),
    "Protokoll der außerordentlichen Sitzung über die Ziege.pdf": File(
        _PDF, lambda: make_pdf("Protokoll\n\nDie Ziege war anwesend.\nEnde: 21:40 Uhr")
    ),
    "museum-proposal.odt": File(
        "application/vnd.oasis.opendocument.text", lambda: make_odt(_MUSEUM)
    ),
    "boat-plans.zip": File("application/zip", _make_boat_plans),
    "foghorn-in-b-flat.mid": File("audio/midi", lambda: make_melody((58, 58, 46, 58, 46, 34))),
    "firmware-2.0.bin": File(
        "application/octet-stream", lambda: b"GULLROCK" + bytes(range(256)) * 800
    ),
    "議事録.txt": File(
        f"text/plain; charset={_JIS}",
        lambda: make_text("議題一 うさぎのパン\n議題二 灯台の茶会\n", _JIS),
        name_charset=_JIS,
    ),
    "радиограмма.txt": File(
        "text/plain; charset=koi8-r",
        lambda: make_text("ЛЁД КРЕПКИЙ ТЧК ЧАЙ ГОРЯЧИЙ ТЧК МЕДВЕДЬ ВЕЖЛИВЫЙ ТЧК\n", "koi8-r"),
        name_charset="koi8-r",
    ),
    "scone.patch": File("text/x-patch", lambda: make_text(_PATCH), "7bit"),
    "knot 17.txt": File("text/plain", lambda: make_text("over, under, around, regret\n"), "7bit"),
    # Names that an export has to make harmless; the contents are.
    "invoice_\u202efdp.exe": File(
        "application/x-msdownload", lambda: make_text("This is a text, and no program.\n")
    ),
    "../../etc/passwd": File(
        "text/plain", lambda: make_text("root:x:0:0:a goat:/field:/bin/munch\n")
    ),
    "CON.txt": File("text/plain", lambda: make_text("Not a console either.\n")),
}
