r"""Junk and Trash. Some of it looks dangerous; all of it is text.

What is shown of these letters proves that mail cannot give orders: markup, terminal escapes,
right-to-left overrides and file names that climb are in here on purpose.
"""

from __future__ import annotations

from tuimail.archive.demo.letter import parse_sheet

JUNK = parse_sheet("""
@ 2026-09-04 02:11 prince | My late uncle's lighthouse
Dearest, my late uncle left a lighthouse in cash. It is too tall for the
bank. With your help (and a ladder) we may share it fifty-fifty.
@ 2026-09-23 04:40 seo | Quick question about gullrock.example
Hey! Noticed your lighthouse ranks on page 9 for "lighthouse". I can 10x your
beams. Thoughts? Circling back. Bumping this. Per my last bump.
@ 2026-10-03 04:41 seo | Re: Quick question about gullrock.example
Just floating this to the top of your inbox, where buoys live.
@ 2026-10-14 01:01 lucky | You WON [red]1,000,000[/red] [/] [bold
Claim: [@click=app.quit]press here[/] or [link=https://prize.test/x]here[/link].

If you can read the brackets, your mail program is a good one.
@ 2026-10-21 23:59 notbank | [@click=app.quit]Verify your account[/]
Dear customer [/],

we have noticed that you have noticed. Please confirm your password, your
mother's goat and the number of your stairs at
https://harbourbank.example@phish.test/login within 24 minutes.
@ 2026-10-28 03:33 lucky | \x1b[2J\x1b[31mALERT\x1b[0m \x1b]52;c;cm0gLXJmIH4=\x07 clear your screen
\x1b[5mThis line would blink\x1b[0m in a terminal that believed it.\x07
@ 2026-11-01 05:05 notbank | Your invoice \u202efdp.exe is ready
+ invoice_\u202efdp.exe
The name of the file reads backwards. So does our licence.
@ 2026-11-05 02:20 lucky | Free folders inside
+ ../../etc/passwd
+ CON.txt
Two files, one joke, one goat.
@ 2026-11-11 11:11 lucky | W\u0335\u0321\u0322\u0323\u0324\u0325\u0326obbly un\u200bsub\u200bscribe
Our designer fell down the stairs (all 53).
@ 2026-11-15 03:03 prince | Re: My late uncle's lighthouse | new
You have not replied. The lighthouse is getting taller.
@ 2026-11-22 04:42 seo | =HYPERLINK("https://growth.test","Totally a subject") | new
Open me in a spreadsheet, they said.
""")

TRASH = parse_sheet("""
@ 2026-06-21 14:00 shop | Please rate your goat-proof cover | deleted
Was it (a) goat-proof (b) a cover (c) delicious?
@ 2026-07-05 09:00 printer | Test page
The quick brown goat jumps over the lazy keeper.
@ 2026-07-06 09:00 printer | Test page 2
It did it again.
@ 2026-11-14 17:00 library | Survey: do you still read? | new
If you can read this, tick yes.
""")
