"""`tuimail unsubscribe`, compared with the raw header fields."""

from __future__ import annotations

import re
from collections import Counter
from email import message_from_bytes

from tests.cli.command import run, url
from tests.cli.conftest import Served
from tests.cli.oracle import read_folder, signed_in
from tests.servers.archive import RecordingServer
from tests.servers.mailboxes import mailbox_with
from tests.servers.proxy import RecordingProxy

KEYS = [
    *("list_id", "from", "count", "newest", "best", "one_click", "links", "raw"),
    *("folder", "uid", "subject"),
]


def letter(sender: str, *fields: str) -> bytes:
    lines = [f"From: {sender}", "Subject: news", *fields, "", "text", ""]
    return "\r\n".join(lines).encode()


def test_counts_as_in_the_raw_messages(served: Served) -> None:
    done = run("unsubscribe", served.url, "Newsletters", "--json", password=served.password)
    assert done.status == 0, done.said
    assert all(list(row) == KEYS for row in done.objects)
    with signed_in(served.port, served.user, served.password) as client:
        _, told = read_folder(client, "Newsletters")
    expected: Counter[str] = Counter()
    for one in told:
        header = message_from_bytes(one.raw)
        if header["List-Unsubscribe"]:
            named = re.search("<(.*)>", header["List-Id"] or header["From"])
            assert named is not None
            expected[named[1].lower()] += 1
    ours = {}
    for row in done.objects:
        shown = row["list_id"] or f"<{row['from'][0]['address']}>"
        named = re.search("<(.*)>", shown)
        assert named is not None
        ours[named[1].lower()] = row["count"]
    assert ours == expected
    assert len(ours) > 3


MESSAGES = (
    letter("Shop <shop@example.org>", "List-Unsubscribe: <https://example.org/old>"),
    letter(
        "Shop <shop@example.org>",
        "List-Unsubscribe: <mailto:leave@example.org?subject=off>,",
        " <https://example.org/leave?a=1>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ),
    letter(
        "Eve \x1b[31m <eve@example.org>", "List-Unsubscribe: <https://bank.example@evil.example/>"
    ),
    letter("Odd <odd@example.org>", "List-Unsubscribe: <javascript:alert(1)>"),
    letter("Ada <ada@example.org>"),
)


def test_a_list_in_json() -> None:
    with RecordingServer(mailbox_with(*MESSAGES)) as server:
        done = run("unsubscribe", url(server.port), "--json")
    assert done.objects[0] == {
        "list_id": None,
        "from": [{"name": "Shop", "address": "shop@example.org"}],
        "count": 2,
        "newest": "2024-01-01T00:02:00+00:00",
        "best": "https://example.org/leave?a=1",
        "one_click": True,
        "links": ["mailto:leave@example.org?subject=off", "https://example.org/leave?a=1"],
        "raw": "<mailto:leave@example.org?subject=off>, <https://example.org/leave?a=1>",
        "folder": "INBOX",
        "uid": 2,
        "subject": "news",
    }
    odd = next(row for row in done.objects if row["uid"] == 4)
    assert (odd["best"], odd["links"], odd["one_click"]) == (None, [], False)
    assert done.said == "tuimail: 3 lists in 4 messages of 5\n"


def test_for_people() -> None:
    with RecordingServer(mailbox_with(*MESSAGES)) as server:
        done = run("unsubscribe", url(server.port))
    assert done.lines == [
        "     2  2024-01-01  Shop <shop@example.org>",
        "                    https://example.org/leave?a=1 (one click)",
        "     1  2024-01-01  Odd <odd@example.org>",
        "                    no link that is safe to open",
        "     1  2024-01-01  Eve �[31m <eve@example.org>",
        "                    https://bank.example@evil.example/ "
        "(The site is evil.example; what stands before the @ is not.)",
    ]


def test_several_folders_are_grouped_together(full_archive: Served) -> None:
    done = run("unsubscribe", full_archive.url, "--all", "--json", password=full_archive.password)
    assert len({row["folder"] for row in done.objects}) > 2
    lists = [row["list_id"] or row["from"][0]["address"] for row in done.objects]
    assert len(lists) == len(set(lists))


def test_only_header_fields_are_fetched_and_nobody_else_is_asked(served: Served) -> None:
    with RecordingProxy(served.port).running() as proxy:
        run("unsubscribe", url(proxy.port, served.user), password=served.password)
        fetches = [command for command in proxy.commands if b"FETCH" in command]
    assert all(b"BODY.PEEK[HEADER.FIELDS" in one or one.endswith(b"(UID)") for one in fetches)
