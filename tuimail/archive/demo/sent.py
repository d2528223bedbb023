"""Sent and Drafts: what Mira wrote, and what she nearly did."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

SENT = parse_sheet("""
@ 2026-03-02 10:02 mira > tobias | Re: The goat is in the server room
Please move it to a room without electricity. I will look for a door.
@ 2026-03-06 09:00 mira > ottilie | Re: Belege für Februar
Dear Ottilie, the question mark was mine. The fence was not proof.
@ 2026-03-12 11:30 mira > tobias ambrose | Re: Steps recounted
Could the missing step be the goat? It lies on the stairs in the afternoon.
@ 2026-04-25 19:00 mira > nils | Re: QUESTION
Dear Nils, it has a clock. Love, Aunt Mira
@ 2026-05-05 08:40 mira > edith gus | Fwd: Sunset from the gallery
+ sunset-from-the-gallery.png
Look what the keeper did instead of painting!
@ 2026-06-08 09:20 mira > tobias | Re: Can you make it stop writing letters?
I have asked it politely, over the serial line. It said "fog".
@ 2026-07-14 11:05 mira > tobias ottilie | Re: Notice to mariners 31: swimming goat
That is a return ticket. She planned this.
@ 2026-08-04 09:15 mira > board | Re: Summer accounts, and a request
I am one of the visitors who eat three scones.
@ 2026-09-13 08:00 mira > kenji | Re: 灯台の写真集について
Dear Mr Yamada, with pleasure: はい、喜んで！ The goat charges extra.
@ 2026-10-27 12:15 mira > tobias | Re: All the tides since 2021
Thank you! I had hoped for "roughly twice a day", but this is thorough.
@ 2026-11-19 21:00 mira > priya | Compiler notes
Read all of it on the ferry. Does it compile itself yet?
@ 2026-11-21 10:00 mira > nobody | Invitation to the winter party
Dear friend of the lighthouse, there will be soup on 12 December.
@ 2026-11-23 19:10 mira > tobias | Re: The goat is in the server room
Round knob, not a handle. I am ordering one now.
""")

DRAFTS = parse_sheet("""
@ 2026-05-08 23:59 mira > gus | Re: I am building a boat | draft
Dear Gus, about the front: I have been thinking, and
@ 2026-08-30 22:10 mira > board | Resignation (do not send) | draft
Dear board, after the incident with the third scone
@ 2026-10-12 20:45 mira > nils | Re: I HAVE A BOAT TOO | draft
Dear Captain, for a bath of up to two metres you need
@ 2026-11-22 23:30 mira > tobias ottilie ambrose gus hana lev lin renee priya | | draft
(Everyone! The party! Find out first whether there are enough chairs.)
@ 2026-11-24 07:45 mira > lin | Re: 冬天的茶会 | draft
Tin of fog: ask Tobias. Does fog go through customs?
""")
