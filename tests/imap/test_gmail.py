"""Gmail's peculiarities, on a server that plays them."""

from __future__ import annotations

import json

import pytest

from tests.cli.command import run, started, url
from tests.servers.gmail import FIRST_ID, RUSSIAN, GmailMessage, GmailServer
from tests.servers.mailboxes import plain_message
from tests.servers.stores import INBOX, store_on
from tuimail.errors import SignInError
from tuimail.imap.events import StoreEvent, Throttled
from tuimail.imap.folder import Folder, in_outline_order
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import parse_query
from tuimail.imap.selection import Selection
from tuimail.imap.store import MailStore

OLDEST_FIRST = Order(descending=False)
ITEMS = ("X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS")


def message(subject: str, text: str = "hello", *parts: str) -> bytes:
    """A message from Ada; each of the further parts with its own header."""
    all_parts = [f"Content-Type: text/plain; charset=utf-8\n\n{text}\n", *parts]
    body = "".join(f"--x\n{part}" for part in all_parts) + "--x--\n"
    head = f"From: Ada <ada@example.org>\nSubject: {subject}\nMIME-Version: 1.0\n"
    whole = f"{head}Content-Type: multipart/mixed; boundary=x\n\n{body}"
    return whole.replace("\n", "\r\n").encode()


PDF = (
    "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
    'Content-Disposition: attachment; filename="a.pdf"\n\nAAAA\n'
)
PICTURE = (
    "Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-ID: <p@x>\n"
    "Content-Disposition: inline\n\nAAAA\n"
)
# Multiparts that were attached, and Gmail found no part in; as seen in a bug report.
HOLLOW = (
    b'(("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "7BIT" 7 1 NIL NIL NIL)'
    b'("RELATED" NIL ("ATTACHMENT" NIL) NIL)("RELATED" NIL ("ATTACHMENT" NIL) NIL)'
    b' "MIXED" ("BOUNDARY" "x") NIL NIL)'
)

MESSAGES = (
    GmailMessage(plain_message(1), ("\\Inbox", "\\Important", "\\Starred"), ("\\Seen",)),
    GmailMessage(message("größe", "the price"), ("\\Inbox", "2024", "007"), thread=1),
    GmailMessage(message("pdf", "größe", PDF), ("\\Inbox", "Зад", "[Box]", "[half")),
    GmailMessage(message("picture", "x", PICTURE), ("\\Inbox", 'say "hi" (a\\b)', None)),
    GmailMessage(message("hollow", "x", PDF), ("\\Inbox", "2024"), ("\\Seen",), None, HOLLOW),
    GmailMessage(message("sent"), ("\\Sent", "2024"), ("\\Seen",), 1),
    GmailMessage(message("spam"), ("\\Spam",)),
)


def uids(store: MailStore, query: str, order: Order = OLDEST_FIRST) -> list[int]:
    selection = Selection(query=parse_query(query), order=order)
    return list(store.choose(INBOX, selection).result(10).uids)


def find(folders: tuple[Folder, ...], name: str) -> Folder:
    return next(folder for folder in folders if folder.name.decoded == name)


def test_folders() -> None:
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        plain = store.folders().result(10)
        counted = store.counted_folders().result(10)
        commands = [command for command in server.commands if b"LIST" in command]
    top = find(plain, "[Gmail]")
    assert (top.attributes, top.selectable, top.has_children) == (
        ("\\Noselect", "\\HasChildren"), False, True,
    )  # fmt: skip
    counts = {
        str(one.folder.name): (one.folder.special_use, one.status.messages, one.status.unseen)
        for one in counted
    }
    assert counts == {
        "INBOX": (None, 5, 3),
        "007": (None, 1, 1),
        "2024": (None, 3, 1),
        "[Box]": (None, 1, 1),
        "[half": (None, 1, 1),
        'say "hi" (a\\b)': (None, 1, 1),
        "Зад": (None, 1, 1),
        "[Gmail]": (None, None, None),
        "[Gmail]/All Mail": ("\\All", 6, 3),
        "[Gmail]/Drafts": ("\\Drafts", 0, 0),
        "[Gmail]/Important": ("\\Important", 1, 0),
        "[Gmail]/Sent Mail": ("\\Sent", 1, 0),
        "[Gmail]/Spam": ("\\Junk", 1, 1),
        "[Gmail]/Starred": ("\\Flagged", 1, 0),
        "[Gmail]/Trash": ("\\Trash", 0, 0),
    }
    # in extended answers Gmail says that there is no [Gmail] at all
    gmail = next(one.folder for one in counted if one.folder.name.decoded == "[Gmail]")
    assert (gmail.attributes, gmail.selectable) == (("\\NonExistent", "\\HasChildren"), False)
    assert len(commands) == 2
    assert [str(folder.path[-1]) for folder in in_outline_order(plain)] == [
        *("INBOX", "007", "2024", "[Box]", "[Gmail]"),
        *("Starred", "Important", "Drafts", "Sent Mail", "All Mail", "Spam", "Trash"),
        *("[half", 'say "hi" (a\\b)', "Зад"),
    ]


def test_folders_in_the_users_language() -> None:
    with GmailServer(*MESSAGES, language=RUSSIAN) as server, store_on(server.port) as store:
        everything = store.find_folder("[Gmail]/Вся почта").result(10)
        assert everything.raw_name == b"[Gmail]/&BBIEQQRP- &BD8EPgRHBEIEMA-"
        assert everything.special_use == "\\All"
        page = store.page(everything, 1, OLDEST_FIRST).result(10)
        subjects = [str(row.subject) for row in page.summaries]
        assert subjects == ["Message 1", "größe", "pdf", "picture", "hollow", "sent"]


LABELS: list[list[str | None]] = [
    ["\\Important", "\\Starred"],
    ["2024", "007"],
    ["Зад", "[Box]", "[half"],
    ['say "hi" (a\\b)', None],
    ["2024"],
]


@pytest.mark.parametrize("way", ["rows", "page", "ordered page"])
def test_identities_threads_and_labels(way: str) -> None:
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        if way == "rows":
            chosen = store.choose(INBOX, Selection(order=OLDEST_FIRST)).result(10)
            rows = store.rows(chosen, chosen.uids, items=ITEMS).result(10)
        else:
            key = SortKey.ARRIVAL if way == "page" else SortKey.RECEIVED
            rows = store.page(INBOX, 1, Order(key, False), items=ITEMS).result(10).summaries
    assert [row.error for row in rows] == [None] * 5
    assert [row.identity.uid for row in rows] == [1, 2, 3, 4, 5]
    assert [row.size for row in rows] == [len(one.raw) for one in MESSAGES[:5]]
    identities = [str(FIRST_ID + number) for number in range(5)]
    assert [row.items["X-GM-MSGID"] for row in rows] == identities
    threads = [identities[0], identities[0], *identities[2:]]
    assert [row.items["X-GM-THRID"] for row in rows] == threads
    assert [row.items["X-GM-LABELS"] for row in rows] == LABELS


def test_a_message_is_one_whatever_the_folder() -> None:
    """The label of the folder itself is not told: in All Mail they all are."""
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        folders = store.folders().result(10)
        everything, year = find(folders, "[Gmail]/All Mail"), find(folders, "2024")
        rows = store.page(everything, 1, OLDEST_FIRST, items=ITEMS).result(10).summaries
        others = store.page(year, 1, OLDEST_FIRST, items=ITEMS).result(10).summaries
    assert rows[1].items["X-GM-LABELS"] == ["\\Inbox", "2024", "007"]
    assert [row.items["X-GM-LABELS"] for row in others] == [
        ["\\Inbox", "007"], ["\\Inbox"], ["\\Sent"],
    ]  # fmt: skip
    assert [row.items["X-GM-MSGID"] for row in others] == [
        rows[at].items["X-GM-MSGID"] for at in (1, 4, 5)
    ]


def test_the_items_on_the_command_line() -> None:
    asked = [argument for name in ITEMS for argument in ("--item", name)]
    with (
        GmailServer(*MESSAGES, language=RUSSIAN) as server,
        started(
            *("list", url(server.port), "[Gmail]/Вся почта", "--ascending", "--json"), *asked
        ) as process,
    ):
        out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["items"]["X-GM-LABELS"] for row in rows] == [
        *(["\\Inbox", *labels] for labels in LABELS),
        ["\\Sent", "2024"],
    ]
    assert rows[1]["items"]["X-GM-MSGID"] == "1278455344230334866"
    assert rows[1]["items"]["X-GM-THRID"] == "1278455344230334865"


def test_the_items_in_a_table() -> None:
    with GmailServer(*MESSAGES) as server:
        done = run("list", url(server.port), "--item", "X-GM-LABELS", "--ascending")
    assert done.status == 0
    assert [line.split()[0] for line in done.lines if "2024, 007" in line] == ["2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("gmail:in:anywhere", [1, 2, 3, 4, 5]),
        ("gmail:label:2024", [2, 5]),
        ('gmail:"label:2024 price"', [2]),
        ("gmail:größe", [2, 3]),
        ("-gmail:größe", [1, 4, 5]),
        ("gmail:label:Зад", [3]),
        ("gmail:label:nothing", []),
        ("gmail:label:2024 is:read", [5]),
        ("gmail:label:2024 gmail:price", [2]),
        ("subject:größe", [2]),
        ("gmail:größe subject:größe", [2]),
    ],
)
def test_queries(query: str, expected: list[int]) -> None:
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        assert uids(store, query) == expected
        assert uids(store, query, Order(SortKey.RECEIVED, True)) == expected[::-1]


def test_a_word_longer_than_may_be_sent_unasked() -> None:
    """LITERAL- allows 4,096 octets."""
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        assert uids(store, f"-subject:{'ß' * 2_049}") == [1, 2, 3, 4, 5]


def test_what_gmail_calls_an_attachment_is_not_what_a_row_shows() -> None:
    """So has:attachment asks for BODYSTRUCTURE here too."""
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        rows = store.page(INBOX, 1, OLDEST_FIRST).result(10).summaries
        shown = [row.identity.uid for row in rows if row.attachments]
        assert uids(store, "has:attachment") == shown == [3, 4, 5]
        assert uids(store, "-has:attachment") == [1, 2]
        assert uids(store, "gmail:has:attachment") == [3, 5]


def test_attached_multiparts_without_parts() -> None:
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        row = store.page(INBOX, 1, OLDEST_FIRST).result(10).summaries[-1]
    assert row.error is None
    found = [(one.section, str(one.name), str(one.media_type)) for one in row.attachments]
    assert found == [
        ("2", "part 2", "multipart/related"),
        ("3", "part 3", "multipart/related"),
    ]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (SortKey.RECEIVED, [1, 2, 3, 4, 5]),
        (SortKey.SUBJECT, [2, 5, 1, 3, 4]),
        # plain_message's writer1, then Ada's in the order in which they came
        (SortKey.FROM, [2, 3, 4, 5, 1]),
        (SortKey.TO, [2, 3, 4, 5, 1]),
    ],
)
def test_sorting_without_sort(key: SortKey, expected: list[int]) -> None:
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        ascending = store.page(INBOX, 1, Order(key, False)).result(10)
        descending = store.page(INBOX, 1, Order(key, True)).result(10)
        assert server.count(b"UID SORT") == 0
    assert [row.identity.uid for row in ascending.summaries] == expected
    assert [row.identity.uid for row in descending.summaries] == expected[::-1]


def test_capabilities_are_not_asked_for_twice() -> None:
    """Before signing in they are fewer; the others come with the answer to LOGIN, untagged."""
    with GmailServer(*MESSAGES) as server, store_on(server.port) as store:
        store.folders().result(10)
        assert server.commands[1].startswith(b"LOGIN")
        assert server.count(b"CAPABILITY") == 1


def test_fewer_connections_where_gmail_allows_fewer() -> None:
    events: list[StoreEvent] = []
    with (
        GmailServer(*MESSAGES, max_connections=2) as server,
        store_on(server.port, connections=4, with_screen=False) as store,
    ):
        store.listen(events.append)
        chosen = store.choose(INBOX, Selection(order=OLDEST_FIRST)).result(10)
        rows = list(store.iter_rows(chosen, chunk=1))
        assert [row.identity.uid for row in rows] == [1, 2, 3, 4, 5]
        assert len(store.connection_states) == 2
    throttled = [event for event in events if isinstance(event, Throttled)]
    assert throttled
    assert "Too many simultaneous connections" in str(throttled[0])


def test_gmails_reason_for_not_signing_in() -> None:
    with (
        GmailServer(*MESSAGES, max_connections=0) as server,
        store_on(server.port) as store,
        pytest.raises(SignInError, match="Too many simultaneous connections"),
    ):
        store.folders().result(10)
