"""Reisen, Reisen/Zürich and 日本: journeys, planned and survived."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

TRAVELS = parse_sheet("""
@ 2025-01-12 18:00 mira > mira | Packing list, final
Socks, other socks, adapter, the good tea, the book about the bad tea.
@ 2025-05-20 09:30 edith | Re: Packing list, final
You forgot the socks. I have posted them to Switzerland, Switzerland.
""")

ZURICH = parse_sheet("""
@ 2025-05-02 08:00 hotel | Ihre Reservierung, Zimmer 7
Sehr geehrte Frau Halloran,

gern bestätigen wir Zimmer 7 mit Blick auf den See, sofern Sie sich weit
genug hinauslehnen. Frühstück ab 6:30 Uhr, Käuzchen ab 23 Uhr.
@ 2025-05-03 09:12 ottilie | Wenn du schon da bist
Ich zeige dir mein Archiv. Es hat eine eigene Straßenbahnhaltestelle.
@ 2025-05-18 16:44 ottilie | Re: Wenn du schon da bist
Bring keine Ziege mit. Das ist keine Regel, nur eine Bitte.
@ 2025-05-21 06:10 hotel | Ihr Paket mit Socken
Es ist ein Paket mit Socken angekommen. Wir haben sie über Nacht gewärmt.
@ 2025-05-22 19:30 soren | Er du i Zürich?
Jeg er der også! Jeg står ved søen og vinker. Nej, den anden sø.
@ 2025-05-23 10:00 hotel | Rechnung Zimmer 7
+ Rechnung März 2026.pdf
Vielen Dank für Ihren Besuch. Das Datum der Rechnung liegt in der Zukunft,
damit Sie wiederkommen.
""")

JAPAN = parse_sheet("""
@ 2024-10-01 00:30 hana | ようこそ日本へ！
空港からは青い電車に乗ってください。赤い電車も着きますが、遠回りで、
景色がよすぎて降りられなくなります。
@ 2024-10-03 01:15 kenji > mira / hana | 灯台めぐりの予定表
一日目：小さい灯台。二日目：もっと小さい灯台。三日目：灯台の形の餅。
@ 2024-10-05 09:00 mira > hana kenji | Re: 灯台めぐりの予定表
Day three was the best day of my life. I ate a lighthouse.
@ 2024-10-06 02:40 hana | 忘れ物
傘を忘れていますよ。雨の日だけ店に飾ります。
@ 2024-10-08 03:20 kenji | 写真ができました
+ sunset-from-the-gallery.png
夕焼けの写真です。岩の上にいるのは、たぶん先生です。
@ 2024-10-11 04:00 lin | 回程路过茶楼吗？
如果你从日本回来路过，茶已经在等你了。它比我有耐心。
@ 2024-10-14 06:30 hana | Re: 忘れ物 | flagged
雨が降りました。傘は人気者です。もう返したくありません。
""")
