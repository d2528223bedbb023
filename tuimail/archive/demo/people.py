"""Who writes in the demo mailbox, and how each one's mail program writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["plain", "flowed", "html", "both"]


@dataclass(frozen=True, slots=True)
class Person:
    """A sender, human or not."""

    name: str
    address: str
    zone: int = 0
    """Minutes east of UTC; nobody here observes summer time."""
    charset: str = "utf-8"
    encoding: str = "8bit"
    """The Content-Transfer-Encoding; 8bit becomes 7bit where the text is ASCII."""
    shape: Shape = "plain"
    signature: str = ""
    fields: str = ""
    """Further header fields, folded as they shall stand; `{token}` becomes the letter's token."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


_ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
_ROBOT = "Auto-Submitted: auto-generated\n"

PEOPLE: dict[str, Person] = {
    # The Gull Rock Light Trust
    "mira": Person(
        "Mira Halloran", "mira@gullrock.example", signature="Mira, computers and stamps"
    ),
    "tobias": Person(
        "Tobias Fernley",
        "tobias@gullrock.example",
        signature="Tobias Fernley, keeper\n54 steps up, no lift, bring biscuits",
    ),
    "ottilie": Person(
        "Ottilie Zürn",
        "ottilie@zuern-treuhand.example",
        60,
        "iso-8859-1",
        "quoted-printable",
        signature="Ottilie Zürn · Zürn Treuhand, Zürich\nEvery receipt is loved here.",
    ),
    "board": Person("Gull Rock Board", "board@gullrock.example"),
    "nobody": Person("", "old-friend@nowhere.example"),
    "visitors": Person("Visitors' Book", "visitors@gullrock.example", 0, "utf-8", "base64"),
    # Friends and family
    "hana": Person("佐藤 はな", "hana@kissa-usagi.example", 540, "iso-2022-jp"),
    "kenji": Person("山田 健二", "kenji@example.org", 540, "iso-2022-jp"),
    "lev": Person("Лев Морозов", "lev@ledokol.example", 180, "koi8-r", signature="Лёва, радист"),
    "lin": Person("林小雨", "lin@chalou.example", 480, "gb18030", "base64"),
    "renee": Person(
        "Renée Châtelain",
        "renee@atelier-chatelain.example",
        60,
        "windows-1252",
        "quoted-printable",
        signature="Renée — Atelier Châtelain",
    ),
    "gus": Person("Marlowe, Gus", "gus@marlowe.example", -300, shape="flowed", signature="Gus"),
    "ambrose": Person(
        "Prof. Ambrose Pettigrew",
        "ambrose@college.example",
        encoding="quoted-printable",
        shape="html",
        signature="A. Pettigrew (emeritus, but not sorry)",
    ),
    "priya": Person("Priya Raman", "priya@compilers.example", 330, signature="Priya; semicolon"),
    "soren": Person("Søren Bækgaard", "soren@example.net", 60, "utf-8", "base64"),
    "edith": Person(
        "Edith Halloran", "edith@example.org", 0, "utf-8", "quoted-printable", "both", "Mum x"
    ),
    "nils": Person("NILS (9 and a half)", "nils@example.org"),
    "hotel": Person(
        "Hotel zum Käuzchen",
        "empfang@kaeuzchen.example",
        60,
        "iso-8859-1",
        "quoted-printable",
        "both",
        "Hotel zum Käuzchen, Zürich (ruhig, außer dem Käuzchen)",
    ),
    # Machines, shops and offices
    "ci": Person("Pelican CI", "ci@pelican.test", fields=_ROBOT),
    "printer": Person(
        "Printer, Second Floor", "printer@gullrock.example", fields="X-Mood: low on magenta\n"
    ),
    "backup": Person("backup", "backup@gullrock.example", fields=_ROBOT),
    "fog": Person("Fog Signal 2", "fog2@gullrock.example", fields="Importance: high\n"),
    "bank": Person("Harbour Bank", "statements@harbourbank.example", shape="both"),
    "harbour": Person("Harbour Office", "office@harbour.example"),
    "ferry": Person("Skerry Ferries", "tickets@skerryferries.example", shape="both"),
    "shop": Person("Lamp & Lens", "orders@lampandlens.example", shape="both"),
    "library": Person("Town Library", "desk@library.example.org"),
    "daemon": Person("Mail Delivery System", "MAILER-DAEMON@gullrock.example"),
    # Mailing lists
    "lantern": Person("", "lantern-dev@lists.example.org"),
    "knots": Person("", "knots@lists.example.net"),
    # Newsletters, each with another kind of List-Unsubscribe (RFC 2369, RFC 8058)
    "barnacle": Person(
        "The Weekly Barnacle",
        "news@barnacle.example",
        0,
        "utf-8",
        "quoted-printable",
        "both",
        fields=f"""\
List-Id: The Weekly Barnacle <weekly.barnacle.example>
List-Unsubscribe: <mailto:leave@barnacle.example?subject=leave%20{{token}}>,
 <https://barnacle.example/leave/{{token}}?from=footer&issue=latest>
{_ONE_CLICK}""",
    ),
    "moth": Person(
        "Moth & Lamp Quarterly",
        "editor@mothandlamp.example",
        shape="both",
        fields=f"List-Unsubscribe: <https://mothandlamp.example/u/{{token}}>\n{_ONE_CLICK}",
    ),
    "teapot": Person(
        "Teapot Enthusiast",
        "steam@teapots.example",
        fields="""\
List-Unsubscribe: (No hard feelings) <https://teapots.example/goodbye?k={token}>
\t(or by post, i.e. mail),
\t<mailto:goodbye@teapots.example?subject=No%20more%20tea&body=It%20was%20the%20scones>
""",
    ),
    "ropework": Person(
        "Knot of the Month",
        "splice@ropework.example",
        fields="List-Unsubscribe: <mailto:untie@ropework.example?subject=untie>\n",
    ),
    "buch": Person(
        "Bücher am Meer",
        "post@buecher-am-meer.example",
        60,
        "iso-8859-1",
        "quoted-printable",
        "both",
        fields="List-Unsubscribe: <https://xn--bcher-kva.example/abmelden/{token}>\n",
    ),
    "gazette": Person(
        "Compiler Gazette",
        "gazette@compilers.example",
        330,
        "utf-8",
        "base64",
        "both",
        fields=f"""\
List-Unsubscribe:
 <https://gazette.compilers.example/preferences/unsubscribe/{{token}}{{token}}{{token}}?utm=letter>
{_ONE_CLICK}""",
    ),
    "deals": Person(
        "Lamp & Lens Offers",
        "offers@lampandlens.example",
        shape="html",
        fields="""\
List-Unsubscribe: <https://lampandlens.example/fewer/{token}>,
 <https://lampandlens.example/none/{token}>, <mailto:none@lampandlens.example>
""",
    ),
    "senryu": Person(
        "週刊うさぎ",
        "news@kissa-usagi.example",
        540,
        "iso-2022-jp",
        fields="List-Unsubscribe: <http://kissa-usagi.example/stop?id={token}>\n",
    ),
    # Strangers in Junk
    "prince": Person("Honourable Prince of Elsewhere", "prince@elsewhere.test"),
    "notbank": Person(
        "[@click=app.quit]Harbour Bank[/] security@harbourbank.example",
        "totally-the-bank@phish.test",
        shape="html",
        fields="""\
Reply-To: <drop@phish.test>
List-Unsubscribe: <javascript:alert(1)>, <https://harbourbank.example@phish.test/u>
""",
    ),
    "lucky": Person(
        "\u202eyrettol\u202c Lottery",
        "winner@prize.test",
        0,
        "utf-8",
        "base64",
        fields="X-Mailer: \x1b]0;Lottery OS\x07 [/]\n",
    ),
    "seo": Person("Chad from Growth", "chad@growth.test", shape="html"),
}
