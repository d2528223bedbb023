"""Each thing that people want of 60 folders and 1,000 messages, on every kind of server.

What is right is what imaplib says on the same server, and what the stdlib's parser finds in the
raw messages. Listing, folders and names of attachments have their tests beside their commands.
"""

from __future__ import annotations

import email
import imaplib
import random
import re
from email.message import EmailMessage
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.command import Done, run
from tests.cli.conftest import Serve, Served
from tests.cli.oracle import Told, listed, named_parts, read_folder, signed_in
from tests.servers.proxy import RecordingProxy

SORT_KEYS = {
    "received": "ARRIVAL",
    **{key: key.upper() for key in ("date", "from", "to", "cc", "subject", "size")},
}
"""Our words and those of RFC 5256."""


@cache
def told_of(served: Served) -> list[Told]:
    with signed_in(served.port, served.user, served.password) as client:
        return read_folder(client)[1]


def run_on(served: Served, command: str, *arguments: str) -> Done:
    done = run(command, served.url, *arguments, password=served.password)
    assert done.status == 0, done.said
    return done


def uids(done: Done) -> list[int]:
    return [row["uid"] for row in done.objects]


def list_uids(served: Served, *arguments: str) -> list[int]:
    return uids(run_on(served, "list", *arguments, "--json"))


def ask(client: imaplib.IMAP4, command: str, *arguments: str) -> list[int]:
    status, (numbers,) = client.uid(command, *arguments)
    assert status == "OK"
    return [int(number) for number in numbers.split()]


def test_message_ids_without_fetching_messages(large: Served) -> None:
    with RecordingProxy(large.port).running() as proxy:
        account = large.url.replace(str(large.port), str(proxy.port))
        arguments = ("--page", "all", "--ascending", "--json")
        done = run("list", account, *arguments, password=large.password)
        asked = b" ".join(proxy.commands)
        received = proxy.received
    ids = [email.message_from_bytes(one.raw)["Message-ID"] for one in told_of(large)]
    assert [row["message_id"] for row in done.objects] == ids
    # Whole messages are 12 MB.
    assert received < 2_000_000
    assert {*re.findall(rb"BODY[.\w]*\[[A-Z.]*", asked)} <= {b"BODY.PEEK[HEADER.FIELDS"}


def test_every_folder_with_its_messages(large: Served) -> None:
    found: dict[str, list[int]] = {}
    for row in run_on(large, "list", "--all", "--ascending", "--json").objects:
        found.setdefault(row["folder"], []).append(row["uid"])
    names = {row["raw_name"]: row["name"] for row in run_on(large, "folders", "--json").objects}
    assert len(names) > 60
    with signed_in(large.port, large.user, large.password) as client:
        for raw_name in listed(client):
            _, told = read_folder(client, raw_name)
            assert found.get(names[raw_name], []) == [one.uid for one in told], raw_name


def test_subfolders(large: Served) -> None:
    rows = run_on(large, "list", "Архив", "--recursive", "--json").objects
    counted = {
        folder.name: len(folder.messages)
        for folder in large.mailbox.folders
        if folder.name.startswith("Архив") and folder.messages
    }
    assert len(counted) > 6
    assert {name: [row["folder"] for row in rows].count(name) for name in counted} == counted
    assert len(rows) == sum(counted.values())


@pytest.mark.parametrize("connections", ["1", "3", "8"])
def test_the_same_rows_whatever_the_connections(large: Served, connections: str) -> None:
    arguments = ("list", "--all", "--sort", "date", "--json")
    assert (
        run_on(large, *arguments, "--connections", connections).octets
        == run_on(large, *arguments).octets
    )


@pytest.mark.parametrize("key", SORT_KEYS)
def test_the_order_is_the_servers_own(large: Served, serve: Serve, key: str) -> None:
    """Where a server cannot sort, the order is that of a server that can, on the same mail."""
    judge = serve("dovecot", "large") if large.kind in ("poor", "archive") else large
    with signed_in(judge.port, judge.user, judge.password) as client:
        client.select("INBOX", readonly=True)
        expected = ask(client, "SORT", f"({SORT_KEYS[key]})", "UTF-8", "ALL")
    assert list_uids(large, "--sort", key, "--ascending", "--page", "all") == expected
    assert list_uids(large, "--sort", key, "--page", "all") == expected[::-1]
    page = list_uids(large, "--sort", key, "--page", "7", "--page-size", "33")
    assert page == expected[::-1][198:231]


def test_arrival_is_the_order_of_the_folder(large: Served) -> None:
    expected = [one.uid for one in told_of(large)]
    assert list_uids(large, "--ascending", "--page", "all") == expected
    pages: list[int] = []
    for number in range(1, 13):
        done = run_on(large, "list", "--page", str(number), "--page-size", "90", "--json")
        assert f"1,000 messages, page {number} of 12" in done.said
        pages += uids(done)
    assert pages == expected[::-1]
    past = run_on(large, "list", "--page", "13", "--page-size", "90", "--json")
    assert (past.octets, "past the end" in past.said) == (b"", True)


@pytest.mark.parametrize("by_uid", [False, True])
def test_sets_of_numbers(large: Served, by_uid: bool) -> None:
    chance = random.Random(by_uid)
    chosen = sorted(chance.sample(range(1, 1_001), 400))
    text = ",".join(map(str, chosen)) + ",998:2000"
    with signed_in(large.port, large.user, large.password) as client:
        client.select("INBOX", readonly=True)
        expected = ask(client, "SEARCH", *(["UID"] if by_uid else []), text.replace("2000", "*"))
    found = list_uids(large, "--uid" if by_uid else "--seq", text, "--ascending")
    assert found == expected
    assert len(found) > 399


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("chimney", ["TEXT", "chimney"]),
        ("from:chiara is:unread", ["FROM", "chiara", "UNSEEN"]),
        ("larger:20k -is:flagged", ["LARGER", "20480", "NOT", "FLAGGED"]),
        ("since:2018-01-10 before:2018-01-20", ["SINCE", "10-Jan-2018", "BEFORE", "20-Jan-2018"]),
        ("sent-since:2018-01-28", ["SENTSINCE", "28-Jan-2018"]),
        ("subject:lantern to:example.org", ["SUBJECT", "lantern", "TO", "example.org"]),
        ("list:letters7.", ["HEADER", "List-Id", "letters7."]),
        ("header:Received=relay2", ["HEADER", "Received", "relay2"]),
        ("is:answered uid:100:400", ["ANSWERED", "UID", "100:400"]),
        ("nowhere-at-all", ["TEXT", "nowhere-at-all"]),
    ],
)
def test_searches(large: Served, query: str, criteria: list[str]) -> None:
    with signed_in(large.port, large.user, large.password) as client:
        client.select("INBOX", readonly=True)
        expected = ask(client, "SEARCH", *criteria)
    assert list_uids(large, "--search", query, "--ascending", "--page", "all") == expected
    assert (len(expected) > 0) == ("nowhere" not in query)
    assert list_uids(large, "--search", query, "--page-size", "5") == expected[::-1][:5]


def test_letters_beyond_ascii_are_found(large: Served) -> None:
    expected = [one.uid for one in told_of(large) if "Grüße" in str(one.message["Subject"])]
    assert expected
    found = list_uids(large, "--search", "subject:grüße", "--ascending", "--page", "all")
    assert found == expected


def test_messages_with_attachments(large: Served) -> None:
    expected = [one.uid for one in told_of(large) if any(named_parts(one.raw))]
    found = list_uids(large, "--search", "has:attachment", "--ascending", "--page", "all")
    assert found == expected
    assert len(expected) > 150


def test_attachments_by_name_and_size(large: Served) -> None:
    held = [
        (one.uid, name, len(octets))
        for one in told_of(large)
        for name, octets in named_parts(one.raw)
    ]
    done = run_on(large, "attachments", "--name", "*märz*", "--json")
    assert sorted(uids(done)) == [uid for uid, name, _ in held if name == "Übersicht März.xlsx"]
    done = run_on(large, "attachments", "--larger", "10k", "--json")
    assert sorted(uids(done)) == [uid for uid, _, size in held if size > 10_240]


def test_attachments_are_saved_whole(large: Served, tmp_path: Path) -> None:
    digests = sorted(
        sha256(octets).hexdigest() for one in told_of(large) for _, octets in named_parts(one.raw)
    )
    run_on(large, "attachments", "--save", str(tmp_path / "in"))
    files = list((tmp_path / "in").iterdir())
    assert sorted(sha256(file.read_bytes()).hexdigest() for file in files) == digests
    assert len(digests) > 300


def test_further_fields(large: Served) -> None:
    """`--header` beside the stdlib, `--item` beside imaplib."""
    done = run_on(
        *(large, "list", "--header", "In-Reply-To", "--header", "list-id"),
        *("--item", "RFC822.SIZE", "--item", "MODSEQ", "--page", "all", "--ascending", "--json"),
    )
    modseqs: list[int | None] = [None] * 1_000
    with signed_in(large.port, large.user, large.password) as client:
        client.select("INBOX", readonly=True)
        if b"CONDSTORE" in client.capability()[1][0]:
            answer = client.fetch("1:*", "(MODSEQ)")[1]
            modseqs = [int(str(line).split("MODSEQ (")[1].rstrip(")'")) for line in answer]
    for row, one in zip(done.objects, told_of(large), strict=True):
        header = email.message_from_bytes(one.raw)
        fields = {name: header[name] for name in ("In-Reply-To", "list-id")}
        assert row["headers"] == fields
        assert row["items"]["RFC822.SIZE"] == len(one.raw)
    assert [row["items"]["MODSEQ"] for row in done.objects] == modseqs
    assert (None in modseqs) == (large.kind in ("archive", "poor"))


def test_unsubscribe_links(large: Served) -> None:
    """Per message in `list`, by mailing list in `unsubscribe`."""
    lists: dict[str, list[Told]] = {}
    rows = run_on(large, "list", "--page", "all", "--ascending", "--json").objects
    for row, one in zip(rows, told_of(large), strict=True):
        header = email.message_from_bytes(one.raw)
        value = header["List-Unsubscribe"]
        if value is None:
            assert row["list_unsubscribe"] is None
            continue
        told = row["list_unsubscribe"]
        assert told["raw"] == value.replace("\r\n", "")
        assert told["links"] == re.findall("<(.*?)>", value)
        https = any(link.startswith("https:") for link in told["links"])
        assert told["one_click"] == (header["List-Unsubscribe-Post"] is not None and https)
        lists.setdefault(header["List-Id"], []).append(one)
    groups = run_on(large, "unsubscribe", "--json").objects
    assert {row["list_id"]: row["count"] for row in groups} == {
        name: len(messages) for name, messages in lists.items()
    }
    assert len(lists) == 50


def test_messages_are_shown(large: Served) -> None:
    told = told_of(large)
    for one in random.Random(5).sample(told, 12):
        by_number = ("INBOX", "--seq", str(one.sequence_number))
        assert run_on(large, "show", "INBOX", str(one.uid), "--raw").octets == one.raw
        assert run_on(large, "show", *by_number, "--raw").octets == one.raw
        if (text := _plain_text(one.message)) is not None:
            assert run_on(large, "show", *by_number, "--text").text.split() == text.split()
        lines = run_on(large, "show", *by_number, "--headers").lines
        assert f"Message-ID: {one.message['Message-ID']}" in lines


def _plain_text(message: EmailMessage) -> str | None:
    part = message.get_body(preferencelist=("plain",))
    content = part.get_content() if part is not None else None
    assert content is None or isinstance(content, str)
    return content


def test_the_server_is_described(large: Served) -> None:
    text = run_on(large, "doctor").text
    with signed_in(large.port, large.user, large.password) as client:
        offered = client.capability()[1][0].decode().split()
    for name in ("SORT", "ESEARCH", "CONDSTORE", "LIST-STATUS", "LITERAL+"):
        assert re.search(
            rf"^{'yes' if name in offered else 'no'} +{re.escape(name)} ", text, re.M
        ), name
    assert f"signed in    as {large.user}" in text


def test_nothing_has_changed(large: Served) -> None:
    """The commands that write nothing have left the flags as they were filled in."""
    before = {one.uid: one.flags for one in told_of(large)}
    for command in ("list", "attachments", "unsubscribe", "doctor"):
        run_on(large, command)
    told_of.cache_clear()
    assert {one.uid: one.flags - {"\\Recent"} for one in told_of(large)} == {
        uid: flags - {"\\Recent"} for uid, flags in before.items()
    }
