"""Lists/lantern-dev and Lists/knots: people who agree on nothing, at length."""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

_FIELDS = """\
List-Id: <NAME.DOMAIN>
List-Post: <mailto:NAME@DOMAIN>
List-Unsubscribe: <https://DOMAIN/options/NAME>,
 <mailto:NAME-request@DOMAIN?subject=unsubscribe>
Precedence: list
"""


LANTERN_DEV = parse_sheet(
    """
@ 2026-08-04 10:00 priya | LEP 12: significant trailing whitespace
Abstract: leading whitespace has had its turn. This proposal gives meaning to
the whitespace at the end of the line, where it cannot be seen and therefore
cannot be argued about.
@ 2026-08-04 10:09 soren | Re: LEP 12: significant trailing whitespace
I would like to argue about it.
@ 2026-08-04 11:30 gus | Re: LEP 12: significant trailing whitespace
My editor removes trailing whitespace. Would that make it an optimiser?
@ 2026-08-04 12:12 lev | Re: LEP 12: significant trailing whitespace
+1, if two spaces mean "comment" and three mean "sorry".
@ 2026-08-05 08:20 ambrose | Re: LEP 12: significant trailing whitespace
May I point out that the draft itself ends in nineteen spaces, which under
its own rules makes it a loop?
@ 2026-08-05 09:00 priya | Re: LEP 12: significant trailing whitespace
It is a loop. That is how I knew it was ready.
@ 2026-08-19 13:00 soren | [PATCH 0/3] lexer: make comments optional
The lexer now asks before it skips a comment, in case it was good.
@ 2026-08-19 13:01 soren | [PATCH 1/3] lexer: read comments
+ scone.patch
Reads them. Does not judge.
@ 2026-08-19 13:02 soren | [PATCH 2/3] lexer: laugh at the funny ones
Adds --laugh=[never|auto|always].
@ 2026-08-19 18:40 priya | Re: [PATCH 2/3] lexer: laugh at the funny ones
NAK. It laughed at my parser.
@ 2026-09-08 16:00 gus | [RFC] Should [square] brackets be [round]?
They would roll better. I have a boat to finish, so somebody else would have
to sand the corners off.
@ 2026-09-08 16:45 lev | Re: [RFC] Should [square] brackets be [round]?
Then what do we do with the round ones? There are so many.
@ 2026-09-09 06:06 hana | Re: [RFC] Should [square] brackets be [round]?
日本語の「」はいかがですか。角が一つずつしかないので、平和的です。
@ 2026-09-09 10:30 priya | Re: [RFC] Should [square] brackets be [round]?
This is the best idea that this list has ever had and we will not do it.
@ 2026-10-13 20:20 ambrose | Deprecating "maybe"
The keyword has been "maybe deprecated" since 0.4. I move that we settle it.
@ 2026-10-13 20:31 soren | Re: Deprecating "maybe"
Maybe.
@ 2026-10-13 20:35 ambrose | Re: Deprecating "maybe"
Precisely the problem, dear colleague.
@ 2026-11-10 12:00 lev | Benchmark results from the ship
Lantern is 12 % faster when the ship leans to port. To starboard, it leaks.
@ 2026-11-10 14:22 priya | Re: Benchmark results from the ship | new
Please file a bug and a lifebelt.
@ 2026-11-19 09:30 hana | 名前の提案：Lantern 1.0「あかり」 | new
1.0の愛称は「あかり」でどうでしょう。小さくて、消し忘れないものです。
@ 2026-11-23 22:05 gus | Re: LEP 12: significant trailing whitespace | new
I have now read the whole thread, from the sea. I withdraw my editor.
""",
    to="lantern",
    fields=_FIELDS.replace("NAME", "lantern-dev").replace("DOMAIN", "lists.example.org"),
)

KNOTS = parse_sheet(
    """
@ 2026-04-08 07:30 renee | Nœud ou œuvre d’art ?
J’ai fait un nœud que je ne sais plus défaire. Il est sur mon poignet.
@ 2026-04-08 12:02 gus | Re: Nœud ou œuvre d’art ?
Wear it to the left for three days. It will either loosen or be jewellery.
@ 2026-06-03 18:18 tobias | Knot 17 in the old handbook
+ knot 17.txt
Does anybody understand the last step?
@ 2026-06-03 20:20 ambrose | Re: Knot 17 in the old handbook
It is not a step. It is a confession.
@ 2026-10-22 16:10 gus | Untied
My boat was moored with knot 17. The walking club has brought it back.
@ 2026-11-21 08:55 tobias | Re: Untied | new
May I recommend the bowline? And a second goat-proof bowline?
""",
    to="knots",
    fields=_FIELDS.replace("NAME", "knots").replace("DOMAIN", "lists.example.net"),
)
