"""Newsletters: one of every kind of List-Unsubscribe, and some that ended up in INBOX."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

LETTERS = parse_sheet("""
@ 2026-01-09 07:00 barnacle | The Weekly Barnacle, no. 201: Hold on
This week: ten things that barnacles never let go of. (All of them.)

Also: is your hull lonely? Our quiz has one question and you are stuck on it.
@ 2026-02-01 08:00 ropework | Knot of the Month: the Granny
She has seen everything and slips only when it matters. Left over right,
left over right, then act surprised.
@ 2026-02-20 12:00 teapot | Steam no. 9: to warm the pot, or to be warmed by it?
Our readers are divided into two pots. Please pour responsibly.
@ 2026-03-01 09:00 moth | Moth & Lamp Quarterly: the attraction issue
Twelve moths tell us what they see in lamps. Interviews were short.
@ 2026-03-13 10:00 buch | Neu im Frühjahr: Bücher, die nach Salz riechen
Drei Romane über das Meer, ein Kochbuch über Algen und eine Biographie der
Möwe "Günther", von ihr selbst diktiert. Lesungen: täglich bei Flut.
@ 2026-03-20 05:30 deals | Everything must glow: 20 % off
Twenty per cent off all bulbs, twenty per cent more glow on the rest.
@ 2026-03-27 16:00 gazette | Compiler Gazette 33: Names for variables, ranked
1. i
2. x
3. the name of the author's cat, in capitals
@ 2026-04-01 00:10 senryu | 週刊うさぎ 第十号
今週の一句。
「うさぎ跳ね コーヒーこぼれ また月曜」
@ 2026-04-10 07:00 barnacle | The Weekly Barnacle, no. 214: Letters
A reader asks whether we ever move on. We do not, but thank you.
@ 2026-06-26 05:30 deals | Mehr Licht! -25 % auf alles, was leuchtet ✨
We have been told that these are somebody's last words. Prices end Sunday.
@ 2026-08-21 07:00 barnacle | The Weekly Barnacle, no. 233: On being scraped
A frank conversation with a shipyard. Some readers may find it abrasive.
@ 2026-09-01 09:00 moth | Moth & Lamp Quarterly: who left it on?
An investigation. We circled the matter for three months.
@ 2026-09-05 08:00 ropework | Knot of the Month: the Not
The knot you decide against. Advanced.
@ 2026-10-09 12:00 teapot | Steam no. 16: cosies that went too far
Includes a pattern for a cosy for the whole kitchen (wool: all of it).
@ 2026-10-23 05:30 deals | Only today (and tomorrow): lamps for people who nap
They dim when you yawn. They are all out of stock since everybody did.
@ 2026-11-06 10:00 buch | Vorfreude: der Kalender mit 25 Türchen und einer Ziege
Hinter jedem Türchen ein Kapitel. Hinter dem sechsten: nichts mehr.
@ 2026-11-13 16:00 gazette | Compiler Gazette 41: It compiles itself | new
On a small compiler with unused doubt. Our story of the year.
@ 2026-11-20 07:00 barnacle | The Weekly Barnacle, no. 246: Still here | new
So are we.
""")

IN_INBOX = parse_sheet("""
@ 2026-09-18 07:00 barnacle | The Weekly Barnacle, no. 237: Lighthouses we have admired
Gull Rock is number four. The judges mention "a goat of presence".
@ 2026-10-30 12:00 teapot | Steam no. 17: tea at height, with a thermometer
A lighthouse keeper writes: at step 54 it is perfect. We went. It is.
@ 2026-11-19 05:30 deals | Black Fogday: honk now, pay later | new
All fog horns reduced by two semitones.
@ 2026-11-21 09:00 moth | Moth & Lamp Quarterly: the lighthouse issue | new
Forty pages, of which thirty-eight are about how big it is.
@ 2026-11-23 16:00 gazette | Compiler Gazette 42: The answer | new
We have it. The question did not compile.
""")
