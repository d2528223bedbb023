"""The demo mailbox as the standard library's parser reads it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from tuimail.archive.demo import demo_mailbox
from tuimail.archive.mailbox import StoredMessage

COUNTS = {
    "INBOX": 111,
    "Drafts": 5,
    "Sent": 13,
    "Archive": 0,
    "Archive/2023": 23,
    "Archive/2024": 21,
    "Archive/2025": 23,
    "Lists": 0,
    "Lists/knots": 6,
    "Lists/lantern-dev": 21,
    "Newsletters": 18,
    "Reisen": 2,
    "Reisen/Zürich": 6,
    "日本": 7,
    "Junk": 11,
    "Trash": 4,
}
ATTRIBUTES = {
    "Drafts": ("\\Drafts",),
    "Sent": ("\\Sent",),
    "Archive": ("\\Archive",),
    "Lists": ("\\Noselect",),
    "Junk": ("\\Junk",),
    "Trash": ("\\Trash",),
}
# The whole mailbox, folder after folder. It changes with every letter that is edited, and must
# be the same on every Python.
DIGEST = "43fbfa8046db96f070b123e4ada45d9b02e0dd07419f308e36914029379a82c6"

MAILBOX = demo_mailbox()
STORED: dict[tuple[str, int], StoredMessage] = {
    (folder.name, message.uid): message for folder in MAILBOX.folders for message in folder.messages
}
RAW = {place: message.load() for place, message in STORED.items()}
PARSED: dict[tuple[str, int], EmailMessage] = {
    place: message_from_bytes(raw, policy=policy.default) for place, raw in RAW.items()
}


def find(folder: str, subject: str) -> EmailMessage:
    """The one letter of a folder with this subject, the latest where a thread repeats it."""
    return [m for (name, _), m in PARSED.items() if name == folder and m["Subject"] == subject][-1]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def tree_of(part: EmailMessage) -> str:
    inner = [tree_of(child) for child in part.iter_parts()] if part.is_multipart() else []  # type: ignore[arg-type]
    if part.get_content_type() == "message/rfc822":
        inner = [tree_of(part.get_content())]
    name = part.get_content_type().removeprefix("multipart/")
    return f"{name}({' '.join(inner)})" if inner else name


def test_folders() -> None:
    assert {folder.name: len(folder.messages) for folder in MAILBOX.folders} == COUNTS
    assert {f.name: f.attributes for f in MAILBOX.folders if f.attributes} == ATTRIBUTES
    assert len({folder.uid_validity for folder in MAILBOX.folders}) == len(COUNTS)


def test_uids_and_dates_ascend() -> None:
    for folder in MAILBOX.folders:
        uids = [message.uid for message in folder.messages]
        dates = [message.internal_date for message in folder.messages]
        assert uids == sorted(set(uids))
        assert dates == sorted(dates)
        assert all(date.tzinfo is UTC for date in dates)


def test_uids_have_gaps() -> None:
    uids = [uid for folder, uid in STORED if folder == "INBOX"]
    assert len(uids) < uids[-1] - uids[0] + 1


def test_same_octets_on_every_call() -> None:
    again = b"".join(m.load() for folder in demo_mailbox().folders for m in folder.messages)
    assert again == b"".join(RAW.values())
    assert hashlib.sha256(again).hexdigest() == DIGEST


def test_flags() -> None:
    flags = Counter(flag for message in STORED.values() for flag in message.flags)
    assert flags == {
        "\\Seen": 271 - 24,
        "\\Answered": 14,
        "\\Flagged": 13,
        "$Forwarded": 1,
        "\\Draft": 5,
        "\\Deleted": 1,
    }


def test_sizes() -> None:
    sizes = sorted(len(raw) for raw in RAW.values())
    assert 300 < sizes[0] < 500
    assert 250_000 < sizes[-1] < 300_000
    assert sum(sizes) < 1_500_000


def test_octets_are_clean() -> None:
    for place, raw in RAW.items():
        assert not re.search(rb"\0|(?<!\r)\n|\r(?!\n)", raw), place
        assert max(map(len, raw.split(b"\r\n"))) <= 998, place
        assert raw.endswith(b"\r\n"), place


def test_one_header_alone_is_not_ascii() -> None:
    headers = [raw.partition(b"\r\n\r\n")[0] for raw in RAW.values()]
    (header,) = [header for header in headers if not header.isascii()]
    assert "\r\nSubject: ☕ Kaffee, œuf, чай, 茶\r\n".encode() in header


def test_stdlib_finds_no_fault() -> None:
    for place, message in PARSED.items():
        for name in ("From", "To"):
            assert message[name].addresses, place
            assert not message[name].defects, place
        for part in message.walk():
            assert not part.defects, place
            if part.get_content_maintype() == "text" and not message["Subject"].startswith("☕"):
                assert "\ufffd" not in part.get_content(), place


def test_dates() -> None:
    late, undated = [], []
    for place, message in PARSED.items():
        if message["Date"] is None:
            undated.append(message["Subject"])
            continue
        delay = STORED[place].internal_date - parsedate_to_datetime(message["Date"])
        if delay > timedelta(minutes=1):
            late.append(message["Subject"])
            assert timedelta(days=6) <= delay < timedelta(days=7)
        assert delay >= timedelta(0)
    assert late == ["Письмо шло шесть дней"]
    assert undated == ["No date, no time, only fog"]


def test_threads_hold_together() -> None:
    known = {str(message["Message-ID"]): message for message in PARSED.values()}
    assert len(known) == len(PARSED)
    answers = [message for message in PARSED.values() if message["In-Reply-To"]]
    assert len(answers) > 50
    for message in answers:
        assert message["In-Reply-To"] in known
        assert message["References"].split()[-1] == message["In-Reply-To"]


def test_a_reply_quotes_what_it_answers() -> None:
    reply = find("INBOX", "Re: The goat is in the server room")
    assert text_of(reply).endswith(
        "On 2026-03-02, Mira Halloran wrote:\n"
        "> Please move it to a room without electricity. I will look for a door.\n"
        ">\n"
        "> On 2026-03-02, Tobias Fernley wrote:\n"
        ">> Morning Mira,\n"
        ">>\n"
        ">> the goat is in the server room again. It has not eaten anything important\n"
        ">> as far as I can see, but it is looking at the blue cables with interest.\n"
        ">>\n"
        ">> Could we have a door?\n"
    )


def test_every_charset_and_encoding_is_there() -> None:
    parts = [part for message in PARSED.values() for part in message.walk()]
    charsets = {part.get_content_charset() for part in parts}
    encodings = {part["Content-Transfer-Encoding"] for part in parts}
    assert charsets >= {
        "utf-8", "iso-8859-1", "windows-1252", "iso-2022-jp", "koi8-r", "gb18030", None
    }  # fmt: skip
    assert encodings == {"quoted-printable", "base64", "8bit", None}


@pytest.mark.parametrize(
    ("folder", "subject", "words"),
    [
        ("INBOX", "新しい喫茶店のこと", "名前は「灯台ソーダ」です"),
        ("INBOX", "春茶到了", "包装纸是旧海图"),
        ("INBOX", "Привет со льда", "Медведь приходил"),
        ("INBOX", "Affiche pour le phare", "« pour l’équilibre ». Ça coûtera 120 €, œufs compris"),
        ("INBOX", "Die Ziege in der Buchhaltung", "Größter Fall meiner Laufbahn"),
        ("INBOX", "Hygge under opsejling 🕯️", "Rød grød følger"),
        ("INBOX", "Carte postale", "collée dans la lettre"),
        ("Lists/knots", "Nœud ou œuvre d’art ?", "J’ai fait un nœud"),
        ("Junk", "My late uncle's lighthouse", "a lighthouse in cash"),
    ],
)
def test_text_reads_as_written(folder: str, subject: str, words: str) -> None:
    assert words in text_of(find(folder, subject))


@pytest.mark.parametrize(
    ("folder", "subject", "tree"),
    [
        ("INBOX", "Whale", "text/plain"),
        ("INBOX", "Re: Steps recounted", "text/html"),
        ("INBOX", "Knitting for a lighthouse 🧶", "alternative(text/plain text/html)"),
        ("INBOX", "Carte postale", "alternative(text/plain related(text/html image/png))"),
        ("INBOX", "Invoice 0042", "mixed(alternative(text/plain text/html) application/pdf)"),
        (
            "INBOX",
            "Fwd: what we should have told you in 2019",
            "mixed(text/plain message/rfc822(mixed(text/plain application/pdf)))",
        ),
        ("INBOX", "About your password", "signed(text/plain application/pkcs7-signature)"),
        (
            "INBOX",
            "Invitation: winter party, 12 December",
            "alternative(text/plain text/calendar)",
        ),
        ("Junk", "Free folders inside", "mixed(text/plain text/plain text/plain)"),
    ],
)
def test_shape(folder: str, subject: str, tree: str) -> None:
    assert tree_of(find(folder, subject)) == tree


def test_bounce() -> None:
    bounce = find("INBOX", "Undelivered mail returned to sender")
    status = RAW[next(place for place, message in PARSED.items() if message is bounce)]
    assert bounce.get_content_type() == "multipart/report"
    assert bounce["Content-Type"].params["report-type"] == "delivery-status"
    assert b"Final-Recipient: rfc822; old-friend@nowhere.example\r\nAction: failed\r\n" in status
    returned = find("Sent", "Invitation to the winter party")
    assert f"Message-ID: {returned['Message-ID']}\r\n".encode() in status


def test_parameters_of_special_kinds() -> None:
    flowed = find("INBOX", "I am building a boat")
    assert flowed["Content-Type"].params["format"] == "flowed"
    assert "the saw, \nbut I am" in text_of(flowed)
    invitation = list(find("INBOX", "Invitation: winter party, 12 December").iter_parts())[1]
    assert invitation["Content-Type"].params["method"] == "REQUEST"
    signed = find("INBOX", "About your password")["Content-Type"].params
    assert (signed["protocol"], signed["micalg"]) == ("application/pkcs7-signature", "sha-256")
