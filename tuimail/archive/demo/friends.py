"""INBOX: friends and family, in the charsets that their mail programs love."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

LETTERS = parse_sheet("""
@ 2026-03-04 02:20 hana | 新しい喫茶店のこと | answered
ミラさん、お元気ですか。

新しいメニューができました。名前は「灯台ソーダ」です。青くて、
上にさくらんぼの明かりがのっています。写真はまだありません。
先に飲んでしまいました。
@ 2026-03-15 12:40 lev | Привет со льда | answered
Мира, привет!

У нас минус тридцать, лёд крепкий, чай горячий. Медведь приходил, посмотрел
на антенну, вздохнул и ушёл. Связь хорошая, когда она есть.
@ 2026-03-28 03:15 lin | 春茶到了
米拉：

今年的春茶到了，我给你留了半斤。包装纸是旧海图，请先看海图再喝茶，
不要反过来。
@ 2026-04-03 14:14 gus | I am building a boat
You will have heard it from the neighbours, who have heard it from the saw,
but I am building a boat. It is going to be eighteen feet long, or sixteen
if I make another mistake like Tuesday's.

There is a place for you at the front. There is no front yet.
@ 2026-04-04 09:12 edith / gus | Re: I am building a boat
Gus, does it have a kettle? Then it is not a boat, it is a raft with ideas.
@ 2026-04-12 07:30 priya | Compiler notes: the case for goto
I promised you the notes on our little compiler. Chapter one is about goto,
which we do not have, and why everybody asks where it went.
@ 2026-04-18 21:45 soren | Hygge under opsejling 🕯️
Kære Mira, jeg har købt 40 stearinlys og en sofa. Du er inviteret til at
sidde i den ene og kigge på de andre. Rød grød følger.
@ 2026-04-25 16:16 nils | QUESTION
HOW DOES THE LIGHT KNOW WHEN IT IS NIGHT. PLEASE ANSWER BEFORE NIGHT
@ 2026-04-26 08:05 nils | Re: QUESTION
OK BUT HOW DOES THE CLOCK KNOW
@ 2026-05-06 23:10 hana | Re: 新しい喫茶店のこと
+ 議事録.txt
会議の議事録を送ります。参加者は私と猫でした。議題二で意見が分かれました。
@ 2026-05-23 13:05 lev | Радиограмма
+ радиограмма.txt
По старой памяти — телеграфным стилем. Файл прилагаю ТЧК
@ 2026-06-01 05:55 lin | 关于灯塔的一个问题 | answered
灯塔里能不能放茶桌？如果楼梯有五十四级，茶上去的时候应该正好不烫了。
@ 2026-06-02 14:44 tobias > lin mira | Re: 关于灯塔的一个问题
I had it translated, and then I measured. The tea arrives at exactly the
right temperature. This changes everything.
@ 2026-06-12 20:00 gus | Plans, at last
+ boat-plans.zip
I have put the plans in a ZIP file, because there are a hundred and twenty
planks and each of them has opinions. The licence is in there as well.
@ 2026-07-08 17:17 nils | I WILL VISIT TOMORROW
MUM SAYS ASK FIRST. I AM ASKING. I AM ALSO ON THE FERRY
@ 2026-07-21 09:19 priya | Re: Compiler notes: the case for goto
Chapter two: error messages. Ours now says sorry. It turned out to be the
most requested feature after the compiler working.
@ 2026-08-08 15:30 gus | She floats
She floats. Not the way up that I had in mind, but we turned her over with
the help of the walking club, and she floats that way as well.
@ 2026-08-09 07:50 edith / gus | Re: She floats
And the kettle?
@ 2026-09-12 22:22 kenji | 灯台の写真集について | answered
はじめまして。山田と申します。はなさんの紹介でご連絡します。
灯台の写真集を作っています。ヤギの写真も必要だと言われました。
@ 2026-09-15 03:33 lin | 海图上的茶渍
你寄回来的海图收到了。那个圆圈不是岛，是你的杯子。我已经给它起了名字。
@ 2026-10-02 08:08 renee | Re: Affiche pour le phare
La chèvre a mangé le coin gauche ? C’était ma signature. Je suis flattée.
@ 2026-10-11 19:20 nils | I HAVE A BOAT TOO
IT IS A BATH. BUT I AM THE CAPTAIN. DO I NEED A LICENCE
@ 2026-10-24 10:10 edith | Knitting for a lighthouse 🧶
How many yards round is it at the top? I have started at the bottom and I
am not stopping now.
@ 2026-11-06 13:40 gus | Kettle installed
Tell your mother. It whistles in B flat; the fog horn answered. We are now,
the harbour office informs me, a duet, and need a permit.
@ 2026-11-16 02:02 hana | 冬のメニュー、味見のお願い | new
冬の新作は「霧のラテ」です。カップの中が何も見えません。成功だと思います。
来月いらっしゃるとき、ぜひ味見をしてください。
@ 2026-11-20 09:14 priya | Re: Compiler notes | answered
It compiles itself now. I asked it how it felt and it printed one warning:
"unused variable: doubt". I am going to frame that.
@ 2026-11-21 06:30 lev | С корабля | new
Качает. Чай солёный, но это, оказывается, так задумано. В декабре буду в
порту: готовь свои пятьдесят четыре ступеньки.
@ 2026-11-22 17:05 edith | The jumper is finished 🧶 | new flagged
All forty yards. It has a hole for the light and one for the goat. When is
the lighthouse at home?
@ 2026-11-23 12:48 lin | 冬天的茶会 | new
一月在茶楼有个小茶会，主题是"雾"。请带一点真正的雾来，罐头也行。
""")
