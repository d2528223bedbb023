"""INBOX: the lighthouse, its trust, its accounts and its goat."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

LETTERS = parse_sheet("""
@ 2026-03-02 09:14 tobias | The goat is in the server room
Morning Mira,

the goat is in the server room again. It has not eaten anything important
as far as I can see, but it is looking at the blue cables with interest.

Could we have a door?
@ 2026-03-02 16:40 tobias | Re: The goat is in the server room | answered
Update: it has eaten the label that said which cable is which.
@ 2026-03-05 11:02 ottilie | Belege für Februar
+ Rechnung März 2026.pdf
Liebe Mira,

anbei die Rechnung. Ich vermisse noch drei Belege: die Lampe, die Überfahrt
und "1 Zaun, ziegenfest (?)". Das Fragezeichen stand so auf dem Zettel.

Viele Grüße aus Zürich
@ 2026-03-09 08:30 harbour | Notice to mariners 14: buoy renamed
The green buoy east of Gull Rock will be known as the other green buoy.
The former other green buoy has been removed to avoid confusion.
@ 2026-03-11 19:55 tobias | Steps recounted | answered
I counted them again for the leaflet. Fifty-four going up, fifty-three
coming down. I have done it four times. Please advise.
@ 2026-03-12 07:48 ambrose / tobias | Re: Steps recounted
A well-known effect. One arrives at the top of a step that one has not yet
left. I shall write a monograph. Expect it never.
@ 2026-03-20 10:00 board / tobias ottilie | Agenda for Thursday | answered
1. Minutes of the last meeting, if found
2. Paint: whose turn
3. The goat: asset or liability?
4. Any other biscuits
@ 2026-04-01 06:01 fog | FOG SIGNAL 2: nothing to report
There is no fog. This message is sent every year on the first of April to
prove that fog signal 2 has a sense of humour.
@ 2026-04-07 12:12 ottilie | Die Ziege in der Buchhaltung | flagged
+ Protokoll der außerordentlichen Sitzung über die Ziege.pdf
Liebe Mira,

nach langer Prüfung: Die Ziege ist ein "bewegliches Wirtschaftsgut mit
eigenem Willen". Abschreibung über acht Jahre, Heu sofort absetzbar.

Größter Fall meiner Laufbahn. Danke!
@ 2026-04-21 09:09 tobias | Paint | answered
The red has arrived. It says "Lobster Whisper" on the tin. Is that ours?
@ 2026-04-21 17:30 gus > tobias mira | Re: Paint
"Lobster Whisper" is a perfectly good red. My old boat wore it, and
nobody has run into me since, except that one time, which was a wharf, and
arguably I ran into it.
@ 2026-05-04 18:22 tobias | Sunset from the gallery | flagged forwarded
+ sunset-from-the-gallery.png
Not a bad office. Picture attached. The thing in the water is a rock, the
thing on the rock is me.
@ 2026-05-11 08:15 visitors | Entry in the visitors' book
"We came for the lighthouse and stayed for the fog. Eleven hours."
Walking Club of the Lower Marsh
@ 2026-05-19 10:48 shop | Your lens has shipped
One Fresnel lens (second order, used once) is on its way to you by boat,
cart, boat again, and finally two people called Steve.
@ 2026-05-27 14:05 tobias | The lens is here!
Both Steves are lying down. So am I. It is the most beautiful thing I have
ever carried up fifty-four steps (or fifty-three).
@ 2026-05-28 09:00 shop | Invoice 0042 | flagged
+ lens-invoice-0042.pdf
Thank you for your order. Please find the invoice attached, and the moon in
the sky; the invoice is payable before it is full.
@ 2026-06-08 07:07 fog | FOG SIGNAL 2: fog
Fog.
@ 2026-06-08 07:09 fog | FOG SIGNAL 2: more fog
More fog.
@ 2026-06-08 07:15 tobias | Can you make it stop writing letters?
It honks AND it writes. One of the two would do.
@ 2026-06-15 16:33 ambrose | A proposal for a small museum | answered
+ museum-proposal.odt
My dear Mira,

attached is my proposal for a museum in the old oil store. Three rooms, no
gift shop, one exceedingly good chair for the guard. I volunteer as guard.
@ 2026-06-16 09:41 tobias / ambrose | Re: A proposal for a small museum
I have been to the oil store with a tape measure. It is one room. Three, if
the professor does not mind the other two being outside.
@ 2026-06-30 21:12 tobias | Lightning | flagged
Hit at 20:58, right on the rod, nothing broken. The goat has not blinked
since. Neither have I, come to think of it.
@ 2026-07-09 12:30 visitors | Entry in the visitors' book
"IT IS VERY ROUND"
Nils, 9 and a half
@ 2026-07-14 10:10 harbour | Notice to mariners 31: swimming goat
Mariners are advised of a goat, swimming, between Gull Rock and the ferry
pier. It has right of way by custom.
@ 2026-07-14 10:54 tobias | Re: Notice to mariners 31: swimming goat | answered
+ goat, fleeing.png
Evidence attached. She took the ferry back. She had a ticket. I am not going
to ask.
@ 2026-08-03 08:44 board / tobias ottilie | Summer accounts, and a request
Visitors: 812. Scones: 1,930. Could somebody please look into these
visitors who eat three scones?
@ 2026-08-18 19:03 tobias | Whale
Whale. I have no more to add. Whale!
@ 2026-09-01 09:30 renee | Affiche pour le phare
Chère Mira,

l’affiche est prête : un phare, une chèvre, beaucoup de ciel. J’ai rallongé
la chèvre de 5 % « pour l’équilibre ». Ça coûtera 120 €, œufs compris.
@ 2026-09-21 06:50 fog | FOG SIGNAL 2: I have been updated
Firmware 2.0 installed. I now honk in B flat. Please enjoy.
@ 2026-09-21 07:20 gus | Fwd: FOG SIGNAL 2: I have been updated
+ foghorn-in-b-flat.mid
The whole harbour has it too, apparently, in every sense. I wrote it down for
piano, so that nobody on land has to miss out. Play it loud and look
apologetic, as the horn does.
@ 2026-10-05 13:13 ottilie | Inventur: eine Frage
Auf der Liste steht "Treppenstufe, lose, 1 Stück". Aktiv oder passiv?
@ 2026-10-05 15:02 tobias > ottilie mira | Re: Inventur: eine Frage | answered
Passive until stepped on. (That also explains the fifty-fourth.)
@ 2026-10-19 08:08 harbour | Winter timetable of the tides
+ tides-2026-12.csv
Please find attached the tides for December. The sea has been informed.
@ 2026-10-27 11:45 tobias | All the tides since 2021 | flagged
+ tide-log-2021-2026.csv
You asked for "the tide log, roughly". It is 7,600 lines. I have not been
rough.
@ 2026-11-03 17:21 visitors | Entry in the visitors' book
"The keeper says there are 54 steps. My phone says 53. We are not on
speaking terms with the phone."
Anonymous, but with good knees
@ 2026-11-09 09:50 board / tobias ottilie ambrose | Agenda for the winter meeting
1. Is the museum one room or three?
2. Heating: the idea of it
3. Election of a treasurer other than the goat
@ 2026-11-12 22:40 tobias | Night watch | flagged
+ night-watch.png
Could not sleep, drew the tower instead. You can tell which part I enjoyed.
@ 2026-11-20 16:05 ottilie | Jahresabschluss, erster Entwurf | new
Liebe Mira, wir haben einen Überschuss von genau einem Keks. Ich prüfe, ob
er schon gegessen ist.
@ 2026-11-23 18:47 tobias | The goat is in the server room | new flagged
Eight months later, same goat, new door. She has learnt handles.
@ 2026-11-24 08:02 tobias / board | Re: Agenda for the winter meeting | new
Nomination for treasurer: Ottilie. The goat has withdrawn for family
reasons (three kids, born 04:10, all well, one already on the stairs).
""")
