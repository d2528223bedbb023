"""INBOX: the shapes of mail that no ordinary mail program writes by itself."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from tuimail.archive.demo.entities import entity, file_entity, html_entity, multipart, text_entity
from tuimail.archive.demo.letter import Letter, parse_sheet
from tuimail.archive.demo.message import write_body, write_header, write_message
from tuimail.archive.demo.people import PEOPLE

_CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Gull Rock//Calendar of Tides//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:winter-party-2026@gullrock.example
DTSTAMP:20261118T090000Z
DTSTART:20261212T170000Z
DTEND:20261212T230000Z
SUMMARY:Winter party (soup, goat, light)
LOCATION:Oil store, all three rooms of it
ORGANIZER;CN=Tobias Fernley:mailto:tobias@gullrock.example
ATTENDEE;RSVP=TRUE;CN=Mira Halloran:mailto:mira@gullrock.example
END:VEVENT
END:VCALENDAR
"""


def write_related(letter: Letter) -> bytes:
    """Text, or a page with a picture inside it (RFC 2387)."""
    content_id = f"tower.{letter.token}@{letter.sender.domain}"
    picture = f'<img src="cid:{content_id}" alt="The tower, drawn at dusk">'
    page = html_entity(letter.subject, letter.text, "utf-8", "quoted-printable", picture)
    file = file_entity("sunset-from-the-gallery.png", "inline", content_id)
    related = multipart("related", [page, file], '; type="text/html"')
    return multipart("alternative", [text_entity(letter.text), related])


def write_invitation(letter: Letter) -> bytes:
    """Text, or a calendar's request (RFC 6047)."""
    calendar = text_entity(_CALENDAR, subtype="calendar", parameters="; method=REQUEST")
    return multipart("alternative", [write_body(letter), calendar])


def write_signed(letter: Letter) -> bytes:
    """A clear-signed S/MIME entity (RFC 8551, 3.5.3); its signature signs nothing."""
    noise = b"".join(
        zlib.crc32(letter.text.encode(), number).to_bytes(4, "big") for number in range(300)
    )
    # ContentInfo { signedData, [0] }, in DER; what stands inside is noise.
    oid = bytes.fromhex("06092a864886f70d010702")
    inner = b"\xa0\x82" + len(noise).to_bytes(2, "big") + noise
    der = b"\x30\x82" + (len(oid) + len(inner)).to_bytes(2, "big") + oid + inner
    signature = entity(
        'application/pkcs7-signature; name="smime.p7s"',
        der,
        "base64",
        b'Content-Disposition: attachment; filename="smime.p7s"\r\n',
    )
    return multipart(
        "signed",
        [text_entity(letter.text, encoding="quoted-printable"), signature],
        '; protocol="application/pkcs7-signature"; micalg=sha-256',
    )


def write_nested(letter: Letter, enclosed: Letter) -> bytes:
    """Text and a whole message with its own attachment (RFC 2046, 5.2.1)."""
    fields = b"Content-Disposition: attachment\r\n"
    return multipart(
        "mixed",
        [write_body(letter), entity("message/rfc822", write_message(enclosed), "8bit", fields)],
    )


def write_bounce(letter: Letter, returned: Letter) -> bytes:
    """A delivery status notification (RFC 3464)."""
    address = returned.to[0].address
    status = (
        "Reporting-MTA: dns; mail.gullrock.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.2\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.2 {returned.to[0].domain}: no such place\r\n"
    )
    return multipart(
        "report",
        [
            write_body(letter),
            entity("message/delivery-status", status.encode()),
            entity("text/rfc822-headers", write_header(returned)),
        ],
        "; report-type=delivery-status",
    )


def write_unlabelled(letter: Letter) -> bytes:
    """UTF-8 under a label that says nothing of it."""
    text = f"{letter.text}\n".replace("\n", "\r\n")
    return b"Content-Type: text/plain\r\n\r\n" + text.encode()


_ENCLOSED = Letter(
    datetime(2019, 8, 14, 6, 20, tzinfo=UTC),
    PEOPLE["harbour"],
    "The goat (please read before you accept it)",
    "It opens doors. It is not allowed near tape. Ticket attached.",
    (PEOPLE["board"],),
    files=("ferry-ticket.pdf",),
)
_RETURNED = Letter(
    datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
    PEOPLE["mira"],
    "Invitation to the winter party",
    to=(PEOPLE["nobody"],),
)
_SHEET = """
@ 2026-04-29 11:00 harbour | Fwd: what we should have told you in 2019
This letter has been in our drawer, with a letter in it, with a ticket in it.
@ 2026-05-15 06:06 gus |
(No subject. It is that kind of morning.)
@ 2026-06-25 13:00 ambrose > mira / tobias ottilie board | Concerning, in no particular order, \
the stairs, the goat, the stairs again, the difference between a lamp and a light, whether fog \
may be said to begin, the third scone, your kind letter of the ninth, my less kind reply of the \
tenth, the chair, and the question (which I leave open, as one should a window, but not a gate) \
of what a lighthouse does in the daytime
It waits.
@ 2026-07-25 19:19 edith | 🐐🌊🗼🥧❓👩‍👧‍👦
❤️
@ 2026-08-15 10:00 fog | No date, no time, only fog | undated
What is a date to a fog signal?
@ 2026-08-28 09:45 bank | About your password
We have signed this message so that you can see that it is from us. We will
never ask you for your password. We would, however, like the recipe.
@ 2026-09-19 12:30 renee | Carte postale
La voici, collée dans la lettre, pas attachée : regarde le ciel !
@ 2026-10-16 04:00 lev | Письмо шло шесть дней | late
Антенна замёрзла, пришлось ждать среды.
@ 2026-10-21 15:15 printer | ☕ Kaffee, œuf, чай, 茶
The header of this one is raw UTF-8, and so is the rest: æøå äöü 灯台.
@ 2026-11-18 09:00 tobias | Invitation: winter party, 12 December | flagged
Soup at five, speeches never. Please bring a chair if you like chairs.
@ 2026-11-21 10:01 daemon | Undelivered mail returned to sender | new
I looked everywhere. There is no nowhere.example. I am sorry; I read it, and
it was a nice invitation.
"""
_RAW_SUBJECT = "☕ Kaffee, œuf, чай, 茶"
_CONTENTS: dict[str, Callable[[Letter], bytes]] = {
    "Fwd: what we should have told you in 2019": partial(write_nested, enclosed=_ENCLOSED),
    "About your password": write_signed,
    "Carte postale": write_related,
    _RAW_SUBJECT: write_unlabelled,
    "Invitation: winter party, 12 December": write_invitation,
    "Undelivered mail returned to sender": partial(write_bounce, returned=_RETURNED),
}
LETTERS = tuple(
    replace(
        letter,
        content=_CONTENTS.get(letter.subject),
        fields=f"Subject: {_RAW_SUBJECT}\n" if letter.subject == _RAW_SUBJECT else "",
    )
    for letter in parse_sheet(_SHEET)
)
