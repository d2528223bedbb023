"""Archive/2023, Archive/2024 and Archive/2025: how it all came about."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet
from tuimail.archive.demo.machines import write_statements

YEAR_2023 = parse_sheet("""
@ 2023-01-16 09:00 board | You are hired (computers, stamps)
Dear Mira, you were the only applicant who did not ask about the stairs.
@ 2023-01-17 10:20 tobias | Welcome aboard
Tea is on the second floor, biscuits on the fourth. There is a reason.
@ 2023-02-02 08:30 printer | Hello
I am new here too. Are you going to press things?
@ 2023-03-08 20:02 edith | How is the lighthouse? 🗼
Is it warm enough? Is it straight?
@ 2023-05-06 07:15 hana | はじめまして
灯台に住んでいると聞きました。本当ですか。郵便はどこに入れますか。
@ 2023-07-04 12:00 tobias | A goat?
There is a goat on the ferry with a label round its neck that says "Gull
Rock". Did you order anything?
@ 2023-07-04 12:25 tobias | Re: A goat? | flagged
It has eaten the label. I suppose she lives here now.
@ 2023-07-19 09:50 ottilie | Eine Position "Ziege, geschenkt"
Geschenkt von wem? Ich brauche einen Beleg oder eine sehr gute Geschichte.
@ 2023-09-09 09:09 lev | Связь проверяю
Проверка связи. Раз, два, три. Если слышишь — поставь чайник.
@ 2023-10-05 08:00 ci | [gullrock/lamp] Build #1 failed
There is no lamp yet. There is hope.
@ 2023-12-24 17:00 tobias > board mira | Merry Christmas from the top
54 candles on 53 steps. I am not going to think about it tonight.
""") + write_statements(2023)

YEAR_2024 = parse_sheet("""
@ 2024-02-14 08:14 gus | Valentine for the goat
She has sent my hat back. I consider that encouraging.
@ 2024-02-29 12:00 priya | Leap day build | flagged
Our date parser did not believe in today. I took it out for lunch and it
still does not.
@ 2024-03-15 15:15 ottilie | Prüfung bestanden
Die Revisorin hat gelacht, dann gezeichnet, dann wieder gelacht.
@ 2024-04-06 07:00 lin | 第一批茶
第一批茶昨天寄出了。邮局问里面是什么，我说："安静。"
@ 2024-05-17 09:40 tobias | Gull counted | answered
One. It is always the same one.
@ 2024-06-27 06:30 fog | FOG SIGNAL 2: hello world
I am the new one. What happened to fog signal 1?
@ 2024-06-27 08:00 tobias / fog | Re: FOG SIGNAL 2: hello world
We do not speak of it. It was loud.
@ 2024-08-09 16:00 nils | I AM SEVEN
AND A QUARTER. WHEN CAN I WORK AT THE LIGHTHOUSE
@ 2024-09-18 10:30 ferry | About your goat
She has now collected enough points for a cabin.
""") + write_statements(2024)

YEAR_2025 = parse_sheet("""
@ 2025-01-08 09:30 ottilie | Vorsätze fürs neue Jahr
1. Weniger Fragezeichen auf Zetteln. 2. Mehr Zettel.
@ 2025-02-03 08:57 printer | Two copies, you said?
I will think about it.
@ 2025-02-26 12:21 tobias | The gull is back | answered
With a second gull. We counted twice to be sure.
@ 2025-03-14 15:09 priya | Happy pi day
I wrote a circle in Lantern. It is a square, but very convincing.
@ 2025-04-02 16:10 gus | Saw for sale
One saw, hardly used, as will be obvious from my shelves. Or I could use it
for something bigger. How hard can a boat be?
@ 2025-06-18 10:10 hana | うさぎ三周年
店が三周年を迎えました。最初のお客さまは雨でした。
@ 2025-08-01 09:00 visitors | Entry in the visitors' book
"I proposed at the top. She said yes at the bottom. Between: 54 steps."
J. and (now also) J.
@ 2025-08-24 19:50 lev | Отпуск на юге
Я на юге: плюс пять. Все в шапках, я один в панаме.
@ 2025-10-31 22:15 tobias | Ghost
Reported on the stairs at ten. It was the goat in a sheet. I do not know
who helped her with the sheet.
@ 2025-11-19 17:05 edith | Christmas: who brings what 🎄
You: lights. Obviously.
@ 2025-12-31 23:59 tobias | Last light of the year | flagged
All well. Lamp bright, sea loud, goat asleep on the tape drive.
""") + write_statements(2025)
