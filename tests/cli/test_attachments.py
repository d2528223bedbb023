"""`tuimail attachments`, compared with what the stdlib's parser finds in the raw messages."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.cli.command import run, url
from tests.cli.conftest import POOR, Served
from tests.cli.oracle import named_parts, read_folder, signed_in
from tests.servers.archive import GarbageServer, RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import mailbox_of, mailbox_with, plain_message
from tests.servers.proxy import RecordingProxy
from tuimail.archive.server import CAPABILITIES

KEYS = [
    *("part", "name", "type", "size", "encoding"),
    *("folder", "uid", "subject", "from", "date"),
]
PDF = base64.encodebytes(bytes(range(256)) * 200).replace(b"\n", b"\r\n")


def test_names_and_sizes_as_the_stdlib_finds_them(either: Served) -> None:
    done = run("attachments", either.url, "--json", password=either.password)
    assert done.status == 0, done.said
    rows = done.objects
    assert all(list(row) == KEYS for row in rows)
    ours = {(row["uid"], row["name"]): row["size"] for row in rows}
    with signed_in(either.port, either.user, either.password) as client:
        _, told = read_folder(client)
    theirs = {(one.uid, name): len(octets) for one in told for name, octets in named_parts(one.raw)}
    assert len(theirs) > 15
    assert ours.keys() >= theirs.keys()
    for key, size in theirs.items():
        assert abs(ours[key] - size) <= 4 + size // 50, key


def with_pdf(number: int) -> bytes:
    """Every tenth of the messages has a PDF of 50 KB."""
    if number % 10:
        return plain_message(number)
    return (
        (
            f"From: Writer <w@example.org>\r\nSubject: Invoice {number}\r\n"
            "Date: Fri, 20 Nov 2026 09:14:00 +0100\r\n"
            "Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\nBelow.\r\n--cut\r\n"
            "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
            "Content-Disposition: attachment; "
            f"filename*=utf-8''R%C3%A9sum%C3%A9-{number}.pdf\r\n\r\n"
        ).encode()
        + PDF
        + b"\r\n--cut--\r\n"
    )


def test_little_is_fetched_of_two_thousand_messages() -> None:
    with (
        RecordingServer(mailbox_of(2_000, with_pdf)) as server,
        RecordingProxy(server.port).running() as proxy,
    ):
        done = run("attachments", url(proxy.port), "--json")
        assert len(done.objects) == 200
        assert proxy.received < 1_200_000
        assert not any(b"BODY.PEEK[" in c and b"HEADER" not in c for c in server.commands)
    first = done.objects[0]
    assert abs(first.pop("size") - 51_200) < 50
    assert first == {
        "part": "2",
        "name": "Résumé-2000.pdf",
        "type": "application/pdf",
        "encoding": "base64",
        "folder": "INBOX",
        "uid": 2000,
        "subject": "Invoice 2000",
        "from": [{"name": "Writer", "address": "w@example.org"}],
        "date": "2026-11-20T09:14:00+01:00",
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [40, 30, 20, 10]),
        (["--seq", "15:35"], [30, 20]),
        (["--uid", "10,20,99"], [20, 10]),
        (["--name", "r*SUM?-2*"], [20]),
        (["--name", "re\u0301sume\u0301-30.pdf"], [30]),
        (["--name", "*.doc"], []),
        (["--larger", "51k"], []),
        (["--larger", "49k"], [40, 30, 20, 10]),
    ],
)
def test_which_are_listed(arguments: list[str], expected: list[int]) -> None:
    for capabilities in (CAPABILITIES, POOR):
        with RecordingServer(mailbox_of(41, with_pdf), capabilities=capabilities) as server:
            done = run("attachments", url(server.port), *arguments, "--json")
        assert done.status == 0
        assert [row["uid"] for row in done.objects] == expected


def test_every_kind_of_attachment() -> None:
    raws = (
        b"Content-Type: application/pdf\r\n\r\nalone\r\n",
        b"Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?inn=C3=A9r?=\r\n\r\ntext\r\n",
        b'Content-Type: text/plain; name="=?utf-8?q?n=C3=B6te.txt?="\r\n\r\ntext\r\n',
        b"Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n"
        b"<img>\r\n--c\r\nContent-Type: image/png\r\nContent-ID: <1>\r\n"
        b'Content-Disposition: inline; filename="logo.png"\r\n\r\nx\r\n--c--\r\n',
        plain_message(1),
    )
    with RecordingServer(mailbox_with(*raws)) as server:
        done = run("attachments", url(server.port), "--json")
    assert [(row["uid"], row["part"], row["name"]) for row in done.objects] == [
        (4, "2", "logo.png"),
        (3, "1", "nöte.txt"),
        (2, "1", "innér.eml"),
        (1, "1", "part 1"),
    ]


def test_saving(served: Served, tmp_path: Path) -> None:
    arguments = ("--all", "--name", "*.*", "--save", str(tmp_path / "in"), "--json")
    done = run("attachments", served.url, *arguments, password=served.password)
    assert done.status == 0, done.said
    count = len(done.objects)
    assert f"tuimail: Saved {count} attachments in {tmp_path}/in.\n" in done.said
    saved = [path.stat().st_size for path in (tmp_path / "in").iterdir()]
    assert len(saved) == count
    assert abs(sum(saved) - sum(row["size"] for row in done.objects)) < sum(saved) // 50 + 4 * count
    again = run("attachments", served.url, *arguments, password=served.password)
    assert f"{count} already there" in again.said
    assert len(list((tmp_path / "in").iterdir())) == count


def test_saving_changes_nothing(dovecot_user: DovecotUser, tmp_path: Path) -> None:
    dovecot_user.append(with_pdf(10), with_pdf(20))
    before = dovecot_user.flags()
    account = url(dovecot_user.server.port, dovecot_user.name)
    password = dovecot_user.password
    done = run("attachments", account, "--save", str(tmp_path), password=password)
    assert done.status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"Résumé-10.pdf", "Résumé-20.pdf"}
    assert dovecot_user.flags() == before


def test_the_table() -> None:
    with RecordingServer(mailbox_of(10, with_pdf)) as server:
        done = run("attachments", url(server.port), "--all")
    assert done.lines[0].split() == [
        *("FOLDER", "UID", "PART", "DATE", "FROM", "SIZE", "TYPE", "NAME"),
    ]
    assert done.lines[1].endswith("50K  application/pdf  Résumé-10.pdf")
    assert done.said == "tuimail: 1 attachment, 50K, in 10 messages\n"


def test_what_cannot_be_read_is_told_of() -> None:
    garbled = {2: {"body_structure": b"(((("}}
    with GarbageServer(mailbox_of(10, with_pdf), garbled=garbled) as server:
        done = run("attachments", url(server.port), "--json")
    assert done.status == 1
    assert "tuimail: INBOX, UID 2: the server" in done.said
    assert [row["uid"] for row in done.objects] == [10]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with RecordingServer(mailbox_of(10, with_pdf)) as server:
        done = run("attachments", url(server.port), "--save", str(tmp_path / "file" / "in"))
    assert done.status == 1
    assert "cannot open the folder" in done.said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--larger", "big"], "'big' is no size; write it as 500k, 1M or 1.5M"),
        (["--seq", "x"], "not a set of numbers: 'x'"),
        (["Nowhere"], "there is no folder 'Nowhere'"),
        (["INBOX", "--all"], "--all is every folder; name none beside it"),
    ],
)
def test_wrong_usage(arguments: list[str], sentence: str) -> None:
    with RecordingServer(mailbox_of(1)) as server:
        done = run("attachments", url(server.port), *arguments)
    assert done.status == 2
    assert done.said.startswith(f"tuimail: {sentence}")
