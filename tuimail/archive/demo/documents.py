"""Small files of many kinds, made without any library that could make them differently one day."""

from __future__ import annotations

from html import escape
from struct import pack


def make_text(text: str, charset: str = "utf-8") -> bytes:
    """Text with CRLF line ends."""
    return text.replace("\n", "\r\n").encode(charset)


def make_tide_table(days: int) -> bytes:
    """A CSV of a made-up sea: four tides a day, each an hour later than the last wanted to be."""
    rows = ["day,tide,time,metres,remark\r\n"]
    for day in range(days):
        for tide in range(4):
            minutes = (day * 50 + tide * 373) % 1440
            centimetres = 240 + (1 if tide % 2 else -1) * (100 + abs(day % 28 - 14) * 8)
            remark = "goat at risk" if centimetres > 430 else ""
            rows.append(
                f"{day + 1},{'high' if tide % 2 else 'low'},{minutes // 60:02}:{minutes % 60:02},"
                f"{centimetres // 100}.{centimetres % 100:02},{remark}\r\n"
            )
    return "".join(rows).encode()


def make_pdf(page: str) -> bytes:
    """A PDF of one page of ASCII."""
    escaped = page.replace("(", "\\(").replace(")", "\\)")
    text = " T* ".join(f"({line}) Tj" for line in escaped.splitlines())
    stream = f"BT /F1 14 Tf 20 TL 56 780 Td {text} ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    )
    pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    table = b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(pdf)
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + b"xref\n0 6\n" + table + trailer


def make_zip(members: dict[str, bytes]) -> bytes:
    """A ZIP file, stored and not deflated, of members that were all saved at the same moment."""
    import io
    import zipfile  # costs more than the rest of this package, and few ask for it

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, octets in members.items():
            member = zipfile.ZipInfo(name, (2026, 11, 2, 8, 30, 0))
            member.create_system = 3
            member.external_attr = 0o600 << 16
            archive.writestr(member, octets)
    return file.getvalue()


def make_odt(text: str) -> bytes:
    """The smallest OpenDocument text: a ZIP whose first member says what it is."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    names = "urn:oasis:names:tc:opendocument:xmlns"
    media_type = "application/vnd.oasis.opendocument.text"
    body = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.splitlines())
    content = (
        f'{head}<office:document-content xmlns:office="{names}:office:1.0"'
        f' xmlns:text="{names}:text:1.0" office:version="1.2"><office:body><office:text>{body}'
        "</office:text></office:body></office:document-content>"
    )
    manifest = (
        f'{head}<manifest:manifest xmlns:manifest="{names}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return make_zip(
        {
            "mimetype": media_type.encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def make_melody(notes: tuple[int, ...]) -> bytes:
    """A standard MIDI file of quarter notes, for whom the fog horn is not enough."""
    events = b"".join(bytes((0, 0x90, note, 96, 96, 0x80, note, 0)) for note in notes)
    track = b"\x00\xc0\x3a" + events + b"\x00\xff\x2f\x00"
    return b"MThd" + pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + pack(">I", len(track)) + track
