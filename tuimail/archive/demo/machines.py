"""INBOX: printers, backups, shops and other beings without hands."""

from __future__ import annotations

from tuimail.archive.demo.letter import Letter, parse_sheet

_MONTHS = "January February March April May June July August September October November December"
_REMARKS = (
    "You are rich, relatively.",
    "We at the bank have started to talk about you.",
    "The yarn (40 yards x 9): was that you, or your mother?",
    "Please stop posting us biscuits as collateral.",
    "One hoof print was found on the form. We have filed it.",
)


def write_statements(year: int, first: int = 1, last: int = 12) -> tuple[Letter, ...]:
    """The bank's letters of a year, from one month to another."""
    sheet = "".join(
        f"@ {year}-{month:02}-28 06:00 bank | Your statement for {name} {year} is ready\n"
        f"In: {(year * 37 + month * 211) % 900 + 90}.00 (scones). Out: {month * 61}.50 (flour).\n"
        f"{_REMARKS[(year + month) % 5]}\n"
        for month, name in enumerate(_MONTHS.split(), 1)
        if first <= month <= last
    )
    return parse_sheet(sheet)


LETTERS = parse_sheet("""
@ 2026-03-03 03:00 backup | Backup finished: 3 files changed, 1 chewed
disk1: ok
disk2: ok
tape:  chewed (see the goat)
@ 2026-03-10 08:59 printer | LOAD PAPER INTO PAPER
Dear user, I have been saying this for years and nobody has ever asked me
how I am.
@ 2026-03-18 14:02 ci | [gullrock/lamp] Build #1207 failed
FAILED tests/test_lamp.py::test_lamp_is_on
  AssertionError: expected on, got "it is daytime, go outside"
@ 2026-03-18 14:31 ci | [gullrock/lamp] Build #1208 passed
1 passed, 0 failed, 1 went outside
@ 2026-04-09 10:15 library | Overdue: "Goats and How to Reason with Them"
This is a friendly reminder. The book is now 112 days overdue. Nobody else
has asked for it.
@ 2026-04-16 11:00 ferry | Your booking: 2 adults, 1 goat
+ ferry-ticket.pdf
Thank you for booking with us. Small goats travel free when held.
@ 2026-05-07 09:01 printer | Low on magenta
It is not the ink. It is a feeling.
@ 2026-05-08 16:20 tobias > printer / mira | Re: Low on magenta
There, there.
@ 2026-06-19 09:40 library | Re: Overdue: "Goats and How to Reason with Them"
Thank you for returning the cover. We understand.
@ 2026-07-28 08:58 printer | I have printed it
You asked on 3 February for two copies. Here they are. I needed time.
@ 2026-09-20 22:00 fog | Firmware 2.0 is available
+ firmware-2.0.bin
New in this version: B flat. Fixed: A sharp.
@ 2026-10-01 03:00 backup | Backup finished: a record
0 files chewed in 30 days. I have made a small certificate and backed it up.
@ 2026-10-15 10:30 library | Reserved for you: "Doors, Handles and Hooves"
It is here until Friday. Please bring the book, not the reader.
@ 2026-10-29 14:55 ci | [gullrock/stairs] Build #54 failed (or #53)
counted 54 steps, expected 53; retried: counted 53 steps, expected 54
@ 2026-11-18 03:00 backup | Backup finished: 3 files changed | new
disk1: ok
disk2: ok
tape:  ok, but nervous
@ 2026-11-19 17:31 ci | [gullrock/lamp] Build #1301 passed | new
All green. The lamp is white; that is as intended.
@ 2026-11-22 08:57 printer | Paper jam in tray 2 | new
There is no tray 2. There is a jam. Raspberry, by the taste.
@ 2026-11-24 03:00 backup | Backup finished: 1 kid found on tape drive | new
It was asleep. I spun quietly.
""") + write_statements(2026, 3, 10)
